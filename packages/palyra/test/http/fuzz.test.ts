/** Requests made of the API's own page and of what does not fit it: a fixed count, a fixed seed. Never a 500, never a hang. */

import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { commandLine, HOSTILE, temporaryFolder } from "../cli/support.ts";
import { ADMIN, admin, ask, type Daemon, DEVICE, startDaemon } from "../daemon/support.ts";
import { skillBytes } from "../lifecycle/support.ts";
import type { OpenApi, OpenApiOperation } from "./support.ts";

const SEED = 20_261_128;
/** Requests of each operation. */
const RUNS = 150;
/** Milliseconds for an answer. */
const PATIENCE_MS = 60_000;

let daemon: Daemon;
let page: OpenApi;
beforeAll(async () => {
  const root = temporaryFolder();
  const file = join(root, "artifact.palyra-skill");
  writeFileSync(file, await skillBytes());
  expect((await commandLine(root)("skills", "install", "--artifact", file, "--allow-untrusted")).exit).toBe(0);
  daemon = await startDaemon(root);
  page = v.parse(
    v.custom<OpenApi>(() => true),
    (await admin(daemon, "/openapi.json")).json,
  );
});

const oddText = fc.oneof(
  fc.constantFrom(
    "",
    "acme.echo",
    "1.0.0",
    "true",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "..",
    "%",
    "%00",
    "a@b@1.0.0",
    "*",
    "'",
    HOSTILE,
  ),
  fc.constantFrom("system:daemon", "__proto__", "constructor", "x".repeat(300), "🦊", "user:ops", DEVICE),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const oddJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddText,
  fc.constantFrom(null, true, false, 0, -0, 1e308, [], {}, [[[[[]]]]], { version: { version: "1.0.0" } }),
);
/** What a header can carry at all; what it cannot is sent raw below. */
const headerText = oddText.map((text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, ""));

function requestOf(path: string, method: string, { parameters, requestBody }: OpenApiOperation) {
  const names = (where: string) => parameters.filter((each) => each.in === where).map(({ name }) => name);
  const fields = Object.keys(Object(requestBody?.content["application/json"].schema["properties"]));
  const members = (keys: readonly string[], value: fc.Arbitrary<unknown>) =>
    fc.dictionary(keys.length === 0 ? oddText : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...keys) }, oddText), value, {
      maxKeys: 5,
    });
  return fc.record({
    path: fc
      .tuple(...names("path").map(() => oddText))
      .map((values) =>
        names("path").reduce((filled, name, at) => filled.replace(`{${name}}`, () => safeSegment(values[at] ?? "")), path),
      ),
    query: fc.array(fc.tuple(names("query").length === 0 ? oddText : fc.constantFrom(...names("query")), oddText), {
      maxLength: 4,
    }),
    headers: fc.record(Object.fromEntries(names("header").map((name) => [name, fc.option(headerText, { nil: undefined })])), {
      requiredKeys: [],
    }),
    body: method === "post" ? fc.oneof(members(fields, oddJson), oddJson, fc.constant(undefined)) : fc.constant(undefined),
  });
}

const safeSegment = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return "%ED%A0%80";
  }
};

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

describe("requests made of the API's page", () => {
  it("are answered or refused, and every refusal is a problem document", { timeout: 300_000 }, async () => {
    for (const [path, methods] of Object.entries(page.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        await fc.assert(
          fc.asyncProperty(requestOf(path, method, operation), async ({ path: filled, query, headers, body }) => {
            const search = query.map(([name, value]) => `${safeSegment(name)}=${safeSegment(value)}`).join("&");
            const sent = body === undefined ? undefined : JSON.stringify(body);
            const reply = await inTime(
              ask(`${daemon.url}${filled}${search === "" ? "" : `?${search}`}`, {
                method: method.toUpperCase(),
                headers: { ...ADMIN, ...headers },
                ...(sent === undefined ? {} : { body: sent }),
              }),
            );
            expect(reply.status, reply.text).not.toBe(500);
            if (reply.status >= 400)
              expect(reply.json).toMatchObject({ status: reply.status, code: expect.any(String), instance: expect.any(String) });
          }),
          { seed: SEED, numRuns: RUNS },
        );
      }
    }
    expect(daemon.logged.filter((line) => "err" in line)).toEqual([]);
    expect((await ask(`${daemon.url}/readyz`)).status).toBe(200);
  });
});

/** Bytes as they are; what comes back until the connection ends, or nothing more comes for a while. */
function raw(bytes: Uint8Array): Promise<string> {
  const { port } = new URL(daemon.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.end(bytes));
    let said = "";
    socket.on("data", (chunk) => {
      said += chunk.toString("latin1");
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(said) : reject(error),
    );
    socket.on("close", () => resolve(said));
  });
}

describe("what is no request", () => {
  const head = (line: string, ...headers: string[]) =>
    [line, `Host: ${new URL(daemon.url).host}`, ...headers, "", ""].join("\r\n");
  it.each([
    ["an address that is no path", () => head("GET http://127.0.0.1/admin HTTP/1.1"), 400],
    ["an asterisk", () => head("OPTIONS * HTTP/1.1"), 400],
    ["a path with a NUL", () => head("GET /a\0b HTTP/1.1"), 400],
    ["a path that climbs", () => head("GET /admin/../../etc/passwd HTTP/1.1"), 401],
    ["a path that is too long", () => head(`GET /${"a".repeat(3000)} HTTP/1.1`), 400],
    ["two lengths", () => head("POST /challenge HTTP/1.1", "Content-Length: 1", "Content-Length: 2"), 400],
    ["a length and chunks", () => head("POST /challenge HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"), 400],
    ["a body of a GET", () => `${head("GET /healthz HTTP/1.1", "Content-Length: 5")}hello`, 400],
    ["too many headers", () => head("GET /healthz HTTP/1.1", ...Array.from({ length: 70 }, (_, at) => `X-${at}: 1`)), 431],
    ["headers that are too large", () => head("GET /healthz HTTP/1.1", `X-Large: ${"x".repeat(20_000)}`), 431],
    ["no host", () => "GET /healthz HTTP/1.1\r\n\r\n", 403],
    ["an old version", () => "GET /healthz HTTP/1.0\r\n\r\n", 403],
    ["another protocol", () => "SSH-2.0-OpenSSH_9\r\n", 400],
    ["TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
  ])("%s is refused", async (_, text, status) => {
    const said = await inTime(raw(Buffer.from(text(), "latin1")));
    expect(said.split("\r\n")[0]).toContain(` ${status} `);
    expect(said).toContain("application/problem+json");
  });

  it("of any bytes is refused, and the daemon goes on", { timeout: 300_000 }, async () => {
    const line = fc.tuple(
      fc.constantFrom("GET", "POST", "BREW", "PRI", ""),
      oddText,
      fc.constantFrom("HTTP/1.1", "HTTP/9.9", ""),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(line, fc.array(fc.tuple(oddText, oddText), { maxLength: 5 }))
        .map(([start, headers]) =>
          Buffer.from(`${start.join(" ")}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`),
        ),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        expect(await inTime(raw(sent))).not.toMatch(/^HTTP\/1\.1 500/);
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect((await ask(`${daemon.url}/healthz`)).status).toBe(200);
  });
});
