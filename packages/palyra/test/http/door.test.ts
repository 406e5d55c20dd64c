/** Who is let in: Host and Origin before anything else (T30), the token, and the principal that its holder claims. */
import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../cli/support.ts";
import { ADMIN, ask, type Daemon, DEVICE, startDaemon, TOKEN } from "../daemon/support.ts";

let daemon: Daemon;
let port: string;
beforeAll(async () => {
  daemon = await startDaemon(temporaryFolder());
  port = new URL(daemon.url).port;
});

const codeOf = async (path: string, headers: Record<string, string | readonly string[] | undefined>) => {
  const { status, json } = await ask(`${daemon.url}${path}`, { headers });
  return `${status} ${String(json["code"] ?? "")}`.trim();
};

describe("T30: a web page that calls the daemon", () => {
  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost.evil.example:PORT",
    "127.0.0.1:PORT.evil.example",
    "user@127.0.0.1:PORT",
    "127.1:PORT",
    "2130706433:PORT",
    "[::2]:PORT",
    "",
  ])("by a name that is not the daemon's gets nothing, token or not: Host %j", async (host) => {
    const headers = { ...ADMIN, host: host.replace("PORT", port) };
    for (const path of ["/admin/v1/skills", "/healthz", "/challenge", "/nothing"])
      expect(await codeOf(path, headers)).toBe("403 ForeignHost");
  });

  it.each(["localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT", "LOCALHOST:PORT"])("its own names are %s", async (host) => {
    expect(await codeOf("/healthz", { host: host.replace("PORT", port) })).toBe("200");
  });

  it.each([
    "http://evil.example",
    "null",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1",
    "http://127.0.0.1:PORT.evil.example",
    "",
  ])("of another origin gets nothing: %j", async (origin) => {
    expect(await codeOf("/admin/v1/skills", { ...ADMIN, origin: origin.replace("PORT", port) })).toBe("403 ForeignOrigin");
  });

  it("of its own origin is answered, and no other is told that it may read", async () => {
    const headers = { ...ADMIN, origin: daemon.url };
    const reply = await ask(`${daemon.url}/admin/v1/skills`, { headers });
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(await codeOf("/admin/v1/skills", { ...headers, "sec-fetch-site": "cross-site" })).toBe("403 ForeignOrigin");
    expect((await ask(`${daemon.url}/admin/v1/skills`, { method: "OPTIONS", headers })).status).toBe(405);
  });

  it("may bring the token in a cookie or an address: it is in neither", async () => {
    const { authorization: _, ...others } = ADMIN;
    expect(await codeOf("/admin/v1/skills", { ...others, cookie: `token=${TOKEN}; authorization=Bearer ${TOKEN}` })).toBe(
      "401 Unauthorized",
    );
    for (const query of [`token=${TOKEN}`, `access_token=${TOKEN}`, `authorization=Bearer%20${TOKEN}`])
      expect(await codeOf(`/admin/v1/skills?${query}`, others)).toBe("401 Unauthorized");
    expect(await codeOf(`/admin/v1/skills?token=${TOKEN}`, ADMIN)).toBe("400 InvalidRequest");
    expect(JSON.stringify(daemon.logged)).not.toContain(TOKEN);
  });

  it("says each header that counts once only", async () => {
    const lines = ["GET /healthz HTTP/1.1", `Host: 127.0.0.1:${port}`, "Host: evil.example", "", ""];
    expect(await raw(lines.join("\r\n"))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await codeOf("/admin/v1/skills", { ...ADMIN, "x-palyra-principal": ["user:a", "user:b"] })).toBe("400 InvalidRequest");
  });
});

describe("what no request of this API is", () => {
  it.each([
    ["an expectation", "GET /healthz", "Expect: a-miracle", 417, "ExpectationFailed"],
    ["a path that no URL has", "GET /\\x", "Accept: */*", 400, "InvalidRequest"],
  ])("is refused with a problem document: %s", async (_name, first, header, status, code) => {
    const answer = await raw([`${first} HTTP/1.1`, `Host: 127.0.0.1:${port}`, header, "Connection: close", "", ""].join("\r\n"));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("content-type: application/problem+json");
    expect(answer).toContain(`"code":"${code}"`);
  });

  it("but 100-continue may be expected", async () => {
    const answer = await raw(
      ["GET /healthz HTTP/1.1", `Host: 127.0.0.1:${port}`, "Expect: 100-continue", "Connection: close", "", ""].join("\r\n"),
    );
    expect(answer).toContain("HTTP/1.1 200 OK");
  });
});

/** What comes back for these bytes until the connection ends. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () =>
      socket.write(text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")),
    );
    let said = "";
    socket.on("data", (chunk) => {
      said += String(chunk);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(said));
  });
}

describe("the token", () => {
  it.each([
    ["none", undefined],
    ["another", "Bearer another-token-0123456789"],
    ["a part of it", `Bearer ${TOKEN.slice(0, -1)}`],
    ["more than it", `Bearer ${TOKEN}x`],
    ["it in another case", `Bearer ${TOKEN.toUpperCase()}`],
    ["it by another scheme", `Basic ${TOKEN}`],
    ["no scheme", TOKEN],
    ["nothing after the scheme", "Bearer "],
  ])("%s is 401 wherever one is needed, with or without something there", async (_, authorization) => {
    for (const path of ["/admin/v1/skills", "/admin/v1/journal", "/metrics", "/openapi.json", "/nothing"])
      expect(await codeOf(path, { ...ADMIN, authorization })).toBe("401 Unauthorized");
  });

  it("is not needed for health and the challenge", async () => {
    expect(await codeOf("/healthz", {})).toBe("200");
    expect(await codeOf("/readyz", {})).toBe("200");
    expect((await ask(`${daemon.url}/challenge`, { body: { nonce: "0".repeat(64) } })).status).toBe(200);
  });

  it("is enough for metrics and the API's page, which say nothing of who asks", async () => {
    for (const path of ["/metrics", "/openapi.json"])
      expect(await codeOf(path, { authorization: ADMIN.authorization })).toBe("200");
  });

  it("that is guessed slows down whoever guesses, and not whoever has it", async () => {
    const other = await startDaemon(temporaryFolder());
    const guess = () => ask(`${other.url}/admin/v1/skills`, { headers: { ...ADMIN, authorization: "Bearer wrong-wrong-wrong" } });
    const seen = new Set<number>();
    // So many at once, and again: who asks slowly, as a busy machine does, is let through as fast as that.
    for (let round = 0; round < 20 && !seen.has(429); round += 1)
      for (const { status } of await Promise.all(Array.from({ length: 130 }, guess))) seen.add(status);
    expect(seen).toEqual(new Set([401, 429]));
    expect((await ask(`${other.url}/admin/v1/skills`, { headers: ADMIN })).status).toBe(200);
    await other.stop();
  });

  it("of --dev is none, on loopback", async () => {
    const other = await startDaemon(temporaryFolder(), { options: { dev: true }, env: { PALYRA_ADMIN_TOKEN: "" } });
    const { authorization: _, ...others } = ADMIN;
    expect((await ask(`${other.url}/admin/v1/skills`, { headers: others })).status).toBe(200);
    expect((await ask(`${other.url}/admin/v1/skills`, { headers: { ...others, host: "evil.example" } })).status).toBe(403);
    expect(other.logged).toContainEqual(expect.objectContaining({ open: true }));
    await other.stop();
  });
});

describe("connections that are held open", () => {
  it.each([
    ["ask nothing", "GET /healthz HTTP/1.1\r\nHost: x\r\n"],
    [
      "ask for ever",
      "POST /challenge HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 80\r\n\r\n{",
    ],
  ])("and %s give way: who has something to ask is answered", async (_, text) => {
    const held = Array.from({ length: 600 }, () => {
      const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
      socket.write(text.replace("PORT", port));
      return socket;
    });
    await Promise.all(held.map((socket) => new Promise((done) => socket.once("connect", done).once("close", done))));
    for (let asked = 0; asked < 20; asked++) expect(await codeOf("/healthz", {})).toBe("200");
    for (const socket of held) socket.destroy();
  });
});

describe("whoever asks", () => {
  it.each([
    ["no principal", { "x-palyra-principal": undefined }, "400 InvalidRequest"],
    ["a blank in it", { "x-palyra-principal": "user ops" }, "400 InvalidRequest"],
    ["too long a one", { "x-palyra-principal": "x".repeat(257) }, "400 InvalidRequest"],
    ["no device", { "x-palyra-device-id": undefined }, "400 InvalidRequest"],
    ["a device that is no ULID", { "x-palyra-device-id": `8${DEVICE.slice(1)}` }, "400 InvalidRequest"],
    ["an empty channel", { "x-palyra-channel": "" }, "400 InvalidRequest"],
    ["too long a channel", { "x-palyra-channel": "x".repeat(257) }, "400 InvalidRequest"],
    ["the daemon's own principal", { "x-palyra-principal": "system:daemon" }, "403 PrincipalRefused"],
    ["the same in another case", { "x-palyra-principal": "System:daemon" }, "403 PrincipalRefused"],
  ])("with %s is refused", async (_, headers, expected) => {
    expect(await codeOf("/admin/v1/skills", { ...ADMIN, ...headers })).toBe(expected);
  });
});

describe("every answer", () => {
  it("says what browsers must not do with it, and where the log has more", async () => {
    for (const path of ["/healthz", "/nothing", "/admin/v1/skills", "/metrics"]) {
      const { headers } = await ask(`${daemon.url}${path}`, { headers: ADMIN });
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
        "x-request-id": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-z]+$/),
      });
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });
});
