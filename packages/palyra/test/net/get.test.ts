import { describe, expect, it } from "vitest";
import { get } from "../../src/net/index.ts";
import { CERTIFICATE } from "./certificate.ts";
import { httpsServer } from "./server.ts";

const bounds = { timeoutMs: 5_000, maxBytes: 1_000, ca: CERTIFICATE, signal: new AbortController().signal };
const text = async (url: string, more: Partial<typeof bounds> = {}): Promise<string> =>
  new TextDecoder().decode(await get(new URL(url), { ...bounds, ...more }));
const failure = (url: string, more: Partial<typeof bounds> = {}): Promise<{ kind: string; problem: string }> =>
  text(url, more).then(
    (found) => ({ kind: "none", problem: found }),
    ({ kind, problem }) => ({ kind, problem }),
  );

describe("what an address has", () => {
  it("is read, behind redirects within its origin", async () => {
    const server = await httpsServer((request, response) => {
      if (request.url === "/list") response.end("the list");
      else response.writeHead(request.url === "/a" ? 302 : 308, { location: request.url === "/a" ? "b" : "/list" }).end();
    });
    expect(await text(`${server}/list`)).toBe("the list");
    expect(await text(`${server}/a`)).toBe("the list");
  });

  it("T9: is not read behind a redirect to another origin, whatever it is called", async () => {
    let asked = 0;
    const other = await httpsServer((_, response) => {
      asked += 1;
      response.end("another's");
    });
    for (const location of [
      `${other}/list`,
      other.replace("https:", "http:"),
      "//elsewhere.example/",
      "file:///etc/passwd",
      "",
    ]) {
      const server = await httpsServer((_, response) => response.writeHead(302, { location }).end());
      expect(await failure(`${server}/`), location).toMatchObject({ kind: "failed" });
    }
    expect(asked).toBe(0);
  });

  it("is bounded: in size, in time over all redirects, and in their number", async () => {
    const large = await httpsServer((_, response) => response.end("x".repeat(1_001)));
    expect(await failure(large)).toMatchObject({ kind: "failed", problem: expect.stringContaining("1000 bytes") });
    const silent = await httpsServer((_, response) => response.write("x"));
    expect(await failure(silent, { timeoutMs: 200 })).toMatchObject({ kind: "silent" });
    const slow = await httpsServer((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url}x` }).end(), 150);
    });
    expect(await failure(slow, { timeoutMs: 250 })).toMatchObject({ kind: "silent" });
    const circle = await httpsServer((_, response) => response.writeHead(302, { location: "/" }).end());
    expect(await failure(circle)).toMatchObject({ kind: "failed", problem: expect.stringContaining("redirects") });
  });

  it("is nothing else than status 200 has", async () => {
    const server = await httpsServer((request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end("no list");
    });
    for (const status of [204, 206, 302, 304, 404, 500])
      expect(await failure(`${server}/${status}`), String(status)).toEqual({ kind: "failed", problem: `HTTP ${status}` });
  });

  it("is not believed of a server whose certificate nobody knows, nor without encryption, nor with a password", async () => {
    const server = await httpsServer((_, response) => response.end("x"));
    const { ca: _, ...system } = bounds;
    await expect(get(new URL(server), system)).rejects.toMatchObject({ kind: "failed" });
    expect(await failure(server.replace("https:", "http:"))).toMatchObject({ problem: "it is no https address" });
    expect(await failure(server.replace("//", "//user:secret@"))).toMatchObject({ kind: "failed" });
  });

  it("is waited for no longer than the command runs", async () => {
    const stop = new AbortController();
    const server = await httpsServer((_, response) => {
      response.write("x");
      stop.abort(new Error("enough"));
    });
    await expect(text(server, { signal: stop.signal })).rejects.toThrow("enough");
  });
});
