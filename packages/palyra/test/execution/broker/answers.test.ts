// T37: slow, endless and lying answers, byte by byte as no HTTP library would send them.
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpFault } from "../../../src/execution/broker/http/connect.ts";
import { CERTIFICATE } from "../../net/certificate.ts";
import { type BrokerSetting, broker, CODE, fetchBy } from "./calls.ts";
import { rawServer } from "./raw-server.ts";

/** As much as the other side takes, for as long as it takes it. */
function pour(socket: Socket, piece: string, first = ""): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  if (first !== "") socket.write(first);
  socket.on("drain", more);
  more();
}
/** A piece now and then. */
function drip(socket: Socket, piece: string, first = ""): void {
  if (first !== "") socket.write(first);
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once("close", () => clearInterval(timer));
}

const http = (origin: string, limits: BrokerSetting["limits"] = {}) =>
  broker({ http: { grants: [{ origin, anyAddress: true, ca: CERTIFICATE }] }, limits });
/** Nothing of time ends them: there is all that a slow machine needs. */
const PATIENT = { headMs: 60_000, totalMs: 60_000, headBytes: 4_096, answerBytes: 200_000 };
const HASTY = { ...PATIENT, headMs: 700, totalMs: 700 };
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

type Case = readonly [name: string, answer: (socket: Socket) => void];

describe("T37: endless answers end at their bound, whatever they are made of", () => {
  it.each<Case>([
    ["a body", (socket) => pour(socket, "x".repeat(16_384), `${OK}\r\n`)],
    ["chunks", (socket) => pour(socket, `400\r\n${"x".repeat(1024)}\r\n`, CHUNKED)],
    ["chunks of one byte", (socket) => pour(socket, "1\r\nx\r\n".repeat(1000), CHUNKED)],
    [
      "one chunk that is said to be the largest there is",
      (socket) => pour(socket, "x".repeat(16_384), `${CHUNKED}fffffffffffffff\r\n`),
    ],
    [
      "a length that is the largest there is",
      (socket) => pour(socket, "x".repeat(16_384), `${OK}content-length: 9007199254740991\r\n\r\n`),
    ],
    ["headers", (socket) => pour(socket, "x-more: and more\r\n".repeat(100), OK)],
    ["one header", (socket) => pour(socket, "x".repeat(16_384), `${OK}x-long: `)],
    ["a reason", (socket) => pour(socket, "x".repeat(16_384), "HTTP/1.1 200 ")],
    ["interim answers", (socket) => pour(socket, "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100))],
    ["interim answers that say nothing", (socket) => pour(socket, "HTTP/1.1 100 Continue\r\n\r\n".repeat(100))],
    ["an extension of a chunk", (socket) => pour(socket, "x".repeat(16_384), `${CHUNKED}1;`)],
    ["trailers", (socket) => pour(socket, "x-more: and more\r\n".repeat(100), `${CHUNKED}1\r\nx\r\n0\r\n`)],
  ])("%s", async (_, answer) => {
    const origin = await rawServer(answer);
    expect([CODE.tooLarge, CODE.failed]).toContain((await fetchBy(await http(origin, PATIENT), { url: origin })).code);
  });
});

describe("T37: slow answers end at their time", () => {
  it.each<Case>([
    ["nothing at all", () => {}],
    ["an interim answer, and then nothing", (socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n")],
    ["half a status line", (socket) => void socket.write("HTTP/1.1 2")],
    ["a head that drips", (socket) => drip(socket, "x", `${OK}x-slow: `)],
    ["a body that drips", (socket) => drip(socket, "x", `${OK}\r\n`)],
    ["chunks that drip", (socket) => drip(socket, "1\r\nx\r\n", CHUNKED)],
    ["a chunk's length that drips", (socket) => drip(socket, "0", CHUNKED)],
    ["a body that stops before its length", (socket) => void socket.write(`${OK}content-length: 10\r\n\r\nhalf`)],
    ["a last chunk that never comes", (socket) => void socket.write(`${CHUNKED}1\r\nx\r\n`)],
  ])("%s", async (_, answer) => {
    const origin = await rawServer(answer);
    expect([CODE.timedOut, CODE.failed]).toContain((await fetchBy(await http(origin, HASTY), { url: origin })).code);
  });

  it("a handshake that never comes, and one that is no TLS", async () => {
    const silent = (await rawServer(() => {})).replace("http:", "https:");
    expect(await fetchBy(await http(silent, HASTY), { url: silent })).toEqual({ code: CODE.timedOut });
    const plain = (await rawServer((socket) => socket.end(`${OK}content-length: 2\r\n\r\nok`))).replace("http:", "https:");
    expect(await fetchBy(await http(plain, PATIENT), { url: plain })).toEqual({ code: CODE.failed });
  });
});

describe("T37: lying answers", () => {
  it.each<Case>([
    ["shorter than it says", (socket) => socket.end(`${OK}content-length: 10\r\n\r\nshort`)],
    ["cut in a chunk", (socket) => socket.end(`${CHUNKED}5\r\nab`)],
    ["cut before the last chunk", (socket) => socket.end(`${CHUNKED}1\r\nx\r\n`)],
    ["a length that is negative", (socket) => socket.end(`${OK}content-length: -1\r\n\r\nx`)],
    ["a length in hex", (socket) => socket.end(`${OK}content-length: 0x1\r\n\r\nx`)],
    ["a length with a sign", (socket) => socket.end(`${OK}content-length: +1\r\n\r\nx`)],
    ["a length that no number holds", (socket) => socket.end(`${OK}content-length: 99999999999999999999999\r\n\r\nx`)],
    ["two lengths", (socket) => socket.end(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`)],
    ["a length and chunks", (socket) => socket.end(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`)],
    ["a chunk's length that is none", (socket) => socket.end(`${CHUNKED}zz\r\nx\r\n0\r\n\r\n`)],
    ["a chunk's length that no number holds", (socket) => socket.end(`${CHUNKED}fffffffffffffffffffff\r\nx\r\n0\r\n\r\n`)],
    ["a NUL in a header", (socket) => socket.end(`${OK}x-nul: a\0b\r\ncontent-length: 1\r\n\r\nx`)],
    ["a header without a name", (socket) => socket.end(`${OK}: x\r\ncontent-length: 1\r\n\r\nx`)],
    ["no HTTP", (socket) => socket.end("SSH-2.0-x\r\n")],
    ["HTTP/2", (socket) => socket.end("\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x10\0\0\0\x02\0\0\0\0")],
    ["a status of another number", (socket) => socket.end("HTTP/1.1 99999 OK\r\n\r\n")],
    ["nothing, hung up", (socket) => socket.destroy()],
    ["another protocol", (socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")],
  ])("%s", async (_, answer) => {
    const origin = await rawServer(answer);
    expect((await fetchBy(await http(origin, PATIENT), { url: origin })).code).toBe(CODE.failed);
  });

  it("wrong twice at once: that ends its request, and not this process", async () => {
    const lost: unknown[] = [];
    // Other files run in this process: theirs are not of an answer.
    const isOfAnswer = (error: unknown): boolean =>
      error instanceof HttpFault || (error instanceof Error && "code" in error && /^HPE_/.test(String(error.code)));
    const lose = (error: unknown): void => void (isOfAnswer(error) && lost.push(error));
    process.on("uncaughtException", lose);
    onTestFinished(() => void process.off("uncaughtException", lose));
    const interim = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20);
    for (const then of ["\0\x01no HTTP\r\n\r\n", `${CHUNKED}2\r\nok\r\nzz`, `${OK}x: ${"a".repeat(8_000)}\r\n\r\n`]) {
      const origin = await rawServer((socket) => socket.end(interim + then));
      expect([CODE.tooLarge, CODE.failed]).toContain((await fetchBy(await http(origin, PATIENT), { url: origin })).code);
    }
    // What is told of a socket comes with the next turns.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lost).toEqual([]);
  });

  it("longer than it says: what is more is nobody's, and no second answer", async () => {
    const origin = await rawServer((socket) => socket.end(`${OK}content-length: 2\r\n\r\nok${OK}content-length: 4\r\n\r\nevil`));
    const { code, body } = await fetchBy(await http(origin, PATIENT), { url: origin });
    // Node's parser may tell of what follows as an error; never as a body.
    expect(code === 0 ? body : "ok").toBe("ok");
  });

  it("no body where there is none, whatever its length is said to be", async () => {
    const origin = await rawServer((socket) => socket.end(`${OK}content-length: 1000\r\n\r\n`));
    expect(await fetchBy(await http(origin, PATIENT), { method: "HEAD", url: origin })).toMatchObject({ code: 0, body: "" });
  });

  it("a compressed bomb is the few bytes that it is: nothing is unpacked for a tool", async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    expect(bomb.length).toBeLessThan(PATIENT.answerBytes);
    const origin = await rawServer((socket) => {
      socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });
    const of = await http(origin, PATIENT);
    const { value } = await of.handle({
      op: "http_send",
      head: JSON.stringify({ method: "GET", url: origin }),
      body: new Uint8Array(),
    });
    let received = 0;
    for (;;) {
      const { code, bytes } = await of.handle({ op: "http_read", request: Number(value), length: 65_536 });
      expect(code).toBe(0);
      if (bytes.byteLength === 0) break;
      received += bytes.byteLength;
    }
    expect(received).toBe(bomb.length);
  });
});
