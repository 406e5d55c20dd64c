import type { IncomingMessage } from "node:http";
import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { isGlobalUnicast } from "../../../src/execution/broker/http/address.ts";
import { NETWORK, type Network } from "../../../src/execution/broker/http/connect.ts";
import { CERTIFICATE } from "../../net/certificate.ts";
import { httpsServer } from "../../net/server.ts";
import { type BrokerSetting, broker, CODE, fetchBy, send } from "./calls.ts";
import { rawServer } from "./raw-server.ts";

/** No name is looked up, and nothing connected to. */
const nowhere: Network = {
  resolve: () => Promise.reject(new Error("a name was looked up")),
  connect: () => Promise.reject(new Error("a connection was made")),
};

const named = (origin: string): string => origin.replace("127.0.0.1", "localhost");
const grantOf = (...origins: readonly string[]): BrokerSetting => ({
  http: { grants: origins.map((origin) => ({ origin: named(origin), anyAddress: true, ca: CERTIFICATE })) },
});
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a tool's request", () => {
  it("is answered in full, under an operator's grant for the test's server", async () => {
    const origin = await httpsServer(async (request, response) => {
      response.setHeader("x-seen", JSON.stringify(request.headers));
      response.writeHead(201, { "set-cookie": ["a=1", "b=2"] }).end(`${request.method} ${request.url} ${await bodyOf(request)}`);
    });
    const of = await broker(grantOf(origin));
    const got = await fetchBy(of, { method: "POST", url: `${named(origin)}/p?q=1#f`, headers: { "X-Own": "yes" }, body: "text" });
    expect(got).toMatchObject({ code: 0, status: 201, body: "POST /p?q=1 text" });
    expect(got.headers?.filter(([name]) => name === "set-cookie")).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    const seen = JSON.parse(got.headers?.find(([name]) => name === "x-seen")?.[1] ?? "");
    expect(seen).toEqual({
      "user-agent": "palyra-skills",
      "x-own": "yes",
      host: new URL(named(origin)).host,
      connection: "close",
      "content-length": "4",
    });
    expect(of.uses).toEqual([{ capability: "http", resource: named(origin), action: "POST", allowed: true, count: 1 }]);
  });

  it("says what it is, and is refused where it does not", async () => {
    const of = await broker({ http: { hosts: ["*"] }, network: nowhere });
    const raw = (head: string): Promise<number> =>
      of.handle({ op: "http_send", head, body: new Uint8Array() }).then(({ code }) => code);
    for (const head of [
      "",
      "{}",
      "[]",
      '{"method":"GET"}',
      '{"method":"GET","url":"x"}',
      '{"method":"CONNECT","url":"https://a.example"}',
      '{"method":"GET","url":"https://a.example","more":1}',
      '{"method":"GET","url":"https://a.example","url":"https://b.example"}',
    ])
      expect(await raw(head), head).toBe(CODE.invalid);
    for (const url of [
      "ftp://a.example/",
      "file:///etc/passwd",
      "https://user:pass@a.example/",
      "https://user@a.example/",
      `https://a.example/${"x".repeat(9000)}`,
    ])
      expect((await send(of, { url })).code, url.slice(0, 60)).toBe(CODE.invalid);
    expect((await send(of, { url: "https://a.example/", body: "text" })).code).toBe(CODE.invalid);
    for (const op of ["http_head", "http_close"] as const) expect((await of.handle({ op, request: 7 })).code).toBe(CODE.notFound);
  });

  it("is one of a few at once, and of a bounded number", async () => {
    const origin = await httpsServer((_, response) => response.end("ok"));
    const of = await broker({ ...grantOf(origin), limits: { open: 2, requests: 3 } });
    const url = named(origin);
    const [one] = [await send(of, { url }), await send(of, { url })];
    expect((await send(of, { url })).code).toBe(CODE.busy);
    expect((await of.handle({ op: "http_close", request: Number(one?.value) })).code).toBe(0);
    expect((await of.handle({ op: "http_head", request: Number(one?.value) })).code).toBe(CODE.notFound);
    expect((await send(of, { url })).code).toBe(0);
    await of.handle({ op: "http_close", request: 2 });
    expect((await send(of, { url })).code).toBe(CODE.tooLarge);
  });
});

describe("T37: a request goes to the public internet, to hosts that were declared", () => {
  const LITERALS = [
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.1",
    "127.0.0.1.",
    "１２７.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "10.0.0.1",
    "0.0.0.0",
    "0",
    "1.1.1.1",
    "[2606:4700:4700::1111]",
  ];
  it("no address in place of a name, in whatever form it is written", async () => {
    const of = await broker({ http: { hosts: ["*"] }, network: nowhere });
    for (const host of LITERALS) expect((await send(of, { url: `https://${host}/` })).code, host).toBe(CODE.denied);
    expect(of.uses.every(({ allowed }) => !allowed)).toBe(true);
  });

  it("https on port 443 alone, and declared names alone", async () => {
    const of = await broker({ http: { hosts: ["api.example.com", "*.wild.example", "Caps.Example."] }, network: nowhere });
    const code = async (url: string): Promise<number> => (await send(of, { url })).code;
    for (const url of [
      "http://api.example.com/",
      "https://api.example.com:8443/",
      "https://api.example.com:80/",
      "https://example.com/",
      "https://x.api.example.com/",
      "https://api.example.com.evil.example/",
      "https://wild.example/",
      "https://evilwild.example/",
      "https://api.example.co/",
    ])
      expect(await code(url), url).toBe(CODE.denied);
    for (const url of [
      "https://api.example.com/",
      "https://API.example.com:443/",
      "https://api.example.com./",
      "https://a.b.wild.example/",
      "https://caps.example/",
    ])
      expect(await code(url), url).toBe(0);
  });

  it("only where the name leads to a global address", async () => {
    const bad = [
      "127.0.0.1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "198.18.0.1",
      "192.0.0.192",
      "168.63.129.16",
      "::1",
      "::",
      "::ffff:10.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::808:808",
      "64:ff9b:1::1",
      "2002:808:808::1",
      "2001::1",
      "2001:db8::1",
      "fe80::1",
      "fe80::1%eth0",
      "fec0::1",
      "fc00::1",
      "fd00:ec2::254",
      "ff02::1",
      "3fff::1",
      "not an address",
    ];
    for (const address of bad) {
      const of = await broker({ http: { hosts: ["a.example"] }, network: { ...nowhere, resolve: async () => [address] } });
      expect(await fetchBy(of, { url: "https://a.example/" }), address).toEqual({ code: CODE.denied });
    }
    for (const good of ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"])
      expect(isGlobalUnicast(good), good).toBe(true);
    fc.assert(
      fc.property(
        fc.ipV6(),
        (address) => void expect(isGlobalUnicast(address) && !/^[23]/.test(address.replace(/^0+/, ""))).toBe(false),
      ),
    );
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        (a, b, c) =>
          void expect(
            [`10.${a}.${b}.${c}`, `127.${a}.${b}.${c}`, `169.254.${a}.${b}`, `192.168.${a}.${b}`, `::ffff:${a}.${b}.${c}.1`].some(
              isGlobalUnicast,
            ),
          ).toBe(false),
      ),
    );
  });

  it("to the very address that was looked at: a name is looked up once a connection, and what changes later is looked at anew", async () => {
    const tried: string[] = [];
    let looks = 0;
    const of = await broker({
      http: { hosts: ["a.example"] },
      network: {
        resolve: async () => (looks++ === 0 ? ["10.0.0.9", "93.184.216.34"] : ["127.0.0.1"]),
        connect: async (address) => {
          tried.push(address);
          throw new Error("nobody there");
        },
      },
    });
    expect(await fetchBy(of, { url: "https://a.example/" })).toEqual({ code: CODE.failed });
    expect([looks, tried]).toEqual([1, ["93.184.216.34"]]);
    expect(await fetchBy(of, { url: "https://a.example/" })).toEqual({ code: CODE.denied });
    expect(tried).toEqual(["93.184.216.34"]);
  });

  it("as the connected socket says, wherever it was meant to go", async () => {
    let asked = 0;
    const origin = await httpsServer((_, response) => {
      asked += 1;
      response.end("inside");
    });
    const port = Number(new URL(origin).port);
    const of = await broker({
      http: { grants: [{ origin: `https://localhost:${port}`, anyAddress: false, ca: CERTIFICATE }] },
      network: { resolve: async () => ["93.184.216.34"], connect: (_, at, signal) => NETWORK.connect("127.0.0.1", at, signal) },
    });
    expect(await fetchBy(of, { url: `https://localhost:${port}/` })).toEqual({ code: CODE.denied });
    expect(asked).toBe(0);
  });

  it("with no header that is the host's own, and none within another", async () => {
    const of = await broker({ http: { hosts: ["*"] }, network: nowhere });
    for (const name of [
      "host",
      "Host",
      "connection",
      "content-length",
      "Transfer-Encoding",
      "proxy-authorization",
      "Proxy-Connection",
      "keep-alive",
      "te",
      "trailer",
      "upgrade",
      "expect",
      "",
      "a b",
      "a:b",
      "a\r\nb",
      "é",
    ])
      expect((await send(of, { url: "https://a.example/", headers: { [name]: "x" } })).code, name).toBe(CODE.invalid);
    for (const value of ["a\r\nhost: b", "a\nb", "a\0b", " a", "a ", "é", "x".repeat(9000)])
      expect((await send(of, { url: "https://a.example/", headers: { accept: value } })).code, value.slice(0, 20)).toBe(
        CODE.invalid,
      );
    expect((await send(of, { url: "https://a.example/", headers: { accept: "a", Accept: "b" } })).code).toBe(CODE.invalid);
    expect(
      (
        await send(of, {
          url: "https://a.example/",
          headers: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`h${n}`, "x"])),
        })
      ).code,
    ).toBe(CODE.invalid);
  });

  it("by no proxy of the environment", async () => {
    const origin = await httpsServer((_, response) => response.end("direct"));
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) vi.stubEnv(name, "http://127.0.0.1:9");
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    vi.stubEnv("NO_PROXY", "");
    expect(await fetchBy(await broker(grantOf(origin)), { url: named(origin) })).toMatchObject({ code: 0, body: "direct" });
  });

  it("to whoever shows the name's certificate", async () => {
    const origin = await httpsServer((_, response) => response.end("x"));
    const port = new URL(origin).port;
    const network: Network = { ...NETWORK, resolve: async () => ["127.0.0.1"] };
    const other = `https://other.example:${port}`;
    expect(
      await fetchBy(await broker({ http: { grants: [{ origin: other, anyAddress: true, ca: CERTIFICATE }] }, network }), {
        url: other,
      }),
    ).toEqual({ code: CODE.failed });
    const untrusted = { origin: named(origin), anyAddress: true };
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    onTestFinished(() => void delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);
    expect(await fetchBy(await broker({ http: { grants: [untrusted] } }), { url: named(origin) })).toEqual({ code: CODE.failed });
  });
});

describe("T37: redirects", () => {
  it("are followed where they may go, each looked at again", async () => {
    const seen: string[] = [];
    const second = await httpsServer(async (request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? "-"} ${request.headers.cookie ?? "-"} ${await bodyOf(request)}`,
      );
      response.end("second");
    });
    const first = await httpsServer(async (request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? "-"} ${request.headers["content-type"] ?? "-"} ${await bodyOf(request)}`,
      );
      const [, status = "", where = ""] = request.url?.split("/") ?? [];
      const location = {
        own: "/200/x",
        other: `${named(second)}/there`,
        outside: "https://evil.example/",
        plain: named(second).replace("https:", "http:"),
        literal: second,
        bad: "https://[",
        circle: request.url ?? "",
      }[where];
      response.writeHead(Number(status), location === undefined ? {} : { location }).end("first");
    });
    const url = named(first);
    const of = await broker(grantOf(first, second));
    const headers = { authorization: "Bearer own", cookie: "c=1", "content-type": "text/plain" };
    const ask = (path: string, method = "GET", body = "") => fetchBy(of, { method, url: `${url}${path}`, headers, body });
    expect(await ask("/302/own", "POST", "b")).toMatchObject({ code: 0, status: 200, body: "first" });
    expect(seen.splice(0)).toEqual(["POST /302/own Bearer own text/plain b", "GET /200/x Bearer own - "]);
    expect(await ask("/307/other", "POST", "b")).toMatchObject({ code: 0, body: "second" });
    expect(seen.splice(0)).toEqual(["POST /307/other Bearer own text/plain b", "POST /there - - b"]);
    expect(await ask("/303/other", "PUT", "b")).toMatchObject({ code: 0, body: "second" });
    expect(seen.splice(0)[1]).toBe("GET /there - - ");
    for (const where of ["outside", "plain", "literal"]) expect(await ask(`/302/${where}`), where).toEqual({ code: CODE.denied });
    expect(await ask("/302/bad")).toEqual({ code: CODE.failed });
    expect(await ask("/302/none")).toMatchObject({ code: 0, status: 302 });
    seen.splice(0);
    expect(await ask("/302/circle")).toEqual({ code: CODE.tooLarge });
    expect(seen).toHaveLength(6);
    expect(of.uses).toContainEqual({
      capability: "http",
      resource: "https://evil.example",
      action: "GET",
      allowed: false,
      count: 1,
    });
  });
});

describe("T37: answers under way", () => {
  it("answers are had piece by piece, and end with the call", async () => {
    const origin = await rawServer((socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\nfirst piece"));
    const ending = new AbortController();
    const of = await broker({ http: { grants: [{ origin, anyAddress: true }] }, signal: ending.signal });
    const request = Number((await send(of, { url: origin })).value);
    const read = (length: number) => of.handle({ op: "http_read", request, length });
    expect(new TextDecoder().decode((await read(5)).bytes)).toBe("first");
    expect(new TextDecoder().decode((await read(99)).bytes)).toBe(" piece");
    const waiting = read(1);
    ending.abort();
    expect((await waiting).code).toBeLessThan(0);
    await of.close();
    expect((await read(1)).code).toBe(CODE.failed);
  });

  it("a connection that is never made ends too", async () => {
    const never: Network = {
      resolve: async () => ["93.184.216.34"],
      connect: (_, __, signal) =>
        new Promise((___, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    };
    const of = await broker({ http: { hosts: ["a.example", "b.example"] }, network: never, limits: { headMs: 200 } });
    expect((await fetchBy(of, { url: "https://a.example/" })).code).toBeLessThan(0);
    const unnamed = await broker({
      http: { hosts: ["a.example"] },
      network: { ...never, resolve: () => new Promise(() => {}) },
      limits: { headMs: 200 },
    });
    expect(await fetchBy(unnamed, { url: "https://a.example/" })).toEqual({ code: CODE.timedOut });
  });
});

it("connects for real", async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  const socket = await NETWORK.connect("127.0.0.1", port, new AbortController().signal);
  expect(socket.remoteAddress).toBe("127.0.0.1");
  socket.destroy();
  expect(await NETWORK.resolve("localhost")).toContain("127.0.0.1");
});
