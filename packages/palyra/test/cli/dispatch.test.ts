import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import type { Call } from "../../src/call.ts";
import { chooseDaemon } from "../../src/cli/dispatch.ts";
import type { DaemonPort } from "../../src/operations/services.ts";

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A daemon on a free port of 127.0.0.1, and what it was asked. */
async function daemon(answer: RequestListener): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, asked };
}

function callWith(warnings: string[], more: Partial<Call> = {}): Call {
  return {
    now: 1,
    principal: "user:ops",
    deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    channel: null,
    signal: new AbortController().signal,
    progress: () => {},
    warn: (text) => warnings.push(text),
    ...more,
  };
}

const NOWHERE = { value: "/nowhere", from: "default" } as const;
const PLACES = { stateRoot: NOWHERE, skillsDir: NOWHERE, trustStore: NOWHERE, journal: NOWHERE };
const NO_TOKEN = { value: undefined, from: "default" } as const;

async function named(value: string, warnings: string[] = [], more: Partial<Call> = {}): Promise<DaemonPort> {
  const settings = { ...PLACES, daemonUrl: { value, from: "--url" }, daemonToken: NO_TOKEN } as const;
  const found = await chooseDaemon(settings, callWith(warnings, more));
  if (found === undefined) throw new Error("no daemon was chosen");
  return found;
}
const ask = async (url: string, warnings: string[] = []) =>
  (await named(url, warnings)).post("skills/a.b/quarantine", { version: "1.0.0" });
const errorOf = (work: Promise<unknown>): Promise<unknown> => work.catch((caught: unknown) => caught);

describe("a daemon that is named", () => {
  it("is not asked for where none is named", async () => {
    const settings = {
      ...PLACES,
      daemonUrl: { value: "http://example.invalid", from: "default" },
      daemonToken: NO_TOKEN,
    } as const;
    await expect(chooseDaemon(settings, callWith([]))).resolves.toBeUndefined();
  });

  it.each(["http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"])(
    "and refuses a connection on loopback means: work here (D5), and say so: %s",
    async (url) => {
      const warnings: string[] = [];
      await expect(ask(url, warnings)).resolves.toBeUndefined();
      expect(warnings).toEqual([expect.stringContaining(`no daemon runs at ${url} (--url)`)]);
    },
  );

  it("is told who asks, and answers with a document", async () => {
    const { url, asked } = await daemon((_, response) => response.end('{"n":18446744073709551615}'));
    await expect((await named(`${url}/base/`, [], { channel: "console" })).post("skills/a.b/disable", {})).resolves.toEqual({
      n: 18446744073709551615n,
    });
    expect(asked[0]).toMatchObject({
      method: "POST",
      url: "/base/admin/v1/skills/a.b/disable",
      headers: {
        "x-palyra-principal": "user:ops",
        "x-palyra-device-id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "x-palyra-channel": "console",
        "content-type": "application/json",
      },
    });
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it("gets the token, and whoever typed it is warned", async () => {
    const { url, asked } = await daemon((_, response) => response.end("{}"));
    const warnings: string[] = [];
    const settings = {
      ...PLACES,
      daemonUrl: { value: url, from: "--url" },
      daemonToken: { value: "t0ken", from: "--token" },
    } as const;
    await (await chooseDaemon(settings, callWith(warnings)))?.post("skills/a.b/disable", {});
    expect(asked[0]?.headers.authorization).toBe("Bearer t0ken");
    expect(warnings).toEqual([expect.stringContaining("PALYRA_ADMIN_TOKEN")]);
  });

  it.each([
    [401, '{"title":"Unauthorized","detail":"no such token"}', "Unauthorized: no such token"],
    [500, "<html>", ""],
    [302, "", ""],
    [204, "", ""],
  ])("that answers %s refuses, in its own words", async (status, body, problem) => {
    const { url } = await daemon((_, response) => response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body));
    await expect(errorOf(ask(url))).resolves.toHaveCode("DaemonRefused");
    await expect(errorOf(ask(url))).resolves.toMatchObject({ details: { url, status, problem } });
  });

  it.each([
    ["no JSON", "<html>"],
    ["a key twice", '{"a":1,"a":2}'],
    ["more than a daemon has to say", `"${"x".repeat(2 ** 20)}"`],
    ["nothing", ""],
  ])("that answers with %s cannot be believed", async (_, body) => {
    const { url } = await daemon((__, response) => response.end(body));
    await expect(errorOf(ask(url))).resolves.toHaveCode("DaemonUnreachable");
  });

  it("that hangs up, or does not speak HTTP, is an error", async () => {
    const { url } = await daemon((request) => request.socket.destroy());
    await expect(errorOf(ask(url))).resolves.toHaveCode("DaemonUnreachable");
    const server = createTcpServer((socket) => socket.end("SSH-2.0-x\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    await expect(errorOf(ask(`http://127.0.0.1:${portOf(server.address())}`))).resolves.toHaveCode("DaemonUnreachable");
  });

  // The deadline of spec 11.1: 2 s, in which a drop now and then is no answer either.
  it("that does not answer in time is an error that says so", { timeout: 15_000 }, async () => {
    const silent = await daemon(() => {});
    const slow = await daemon((_, response) => {
      const drip = setInterval(() => response.write(" "), 100);
      response.on("close", () => clearInterval(drip));
    });
    for (const { url } of [silent, slow])
      await expect(errorOf(ask(url))).resolves.toMatchObject({
        code: "DaemonUnreachable",
        details: { problem: "no answer within 2 s" },
      });
  });

  it("is left when the person interrupts", async () => {
    const { url } = await daemon(() => {});
    const controller = new AbortController();
    const asked = (await named(url, [], { signal: controller.signal })).post("skills/a.b/disable", {});
    controller.abort();
    await expect(asked).rejects.toThrow("aborted");
  });

  it.each([
    "http://example.invalid:1",
    "http://127.0.0.1.example.invalid",
    "nonsense",
    "file:///etc/passwd",
    "ftp://127.0.0.1",
    "http://127.0.0.1:9/?token=x",
    "http://127.0.0.1:9/#x",
  ])("and cannot be used is refused before anything is sent: %s", async (url) => {
    await expect(errorOf(ask(url))).resolves.toHaveCode("Usage");
  });

  it.each(["ä", "a\r\nx-more: b", "a\u0000", ""])("is not told what no header can carry: %j", async (channel) => {
    const { url, asked } = await daemon((_, response) => response.end("{}"));
    await expect(errorOf((await named(url, [], { channel })).post("skills/a.b/disable", {}))).resolves.toHaveCode("Usage");
    expect(asked).toEqual([]);
  });
});

describe("a password in the daemon's address", () => {
  it.each(["http://me:s3cret@127.0.0.1:9", "http://s3cret@localhost:9/x"])("is not in what is told: %s", async (url) => {
    const warnings: string[] = [];
    await ask(url, warnings);
    expect(warnings.join()).toContain("no daemon runs at http://***@");
    expect(warnings.join()).not.toContain("s3cret");
  });
  it("is not sent", async () => {
    const { url, asked } = await daemon((_, response) => response.end("{}"));
    await ask(url.replace("//", "//me:s3cret@"));
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });
  it.each([
    "http://me:s3cret@example.invalid",
    "http://me:s3cret@[not-an-address",
    "http:\\\\me:s3cret@example.invalid",
    "//me:s3cret@example.invalid",
    "me:s3cret@example.invalid:7142",
    "http:me:s3cret@example.invalid",
    "http:/me:s3cret@example.invalid",
    "http:///me:s3cret@example.invalid",
    "http://me:s3/cret@example.invalid",
  ])("nor in the refusal: %s", async (url) => {
    const error = await errorOf(ask(url));
    expect(error).toHaveCode("Usage");
    expect(JSON.stringify(error instanceof Error && "details" in error ? error.details : error)).not.toMatch(/s3/);
  });
});
