import { createServer } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { requireNoDaemon } from "../../src/cli/dispatch.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Listens on a free port of 127.0.0.1 and keeps what it is sent. */
async function listener(): Promise<{ readonly port: number; readonly sent: () => number }> {
  let sent = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      sent += data.length;
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, sent: () => sent };
}

const named = (value: string) => requireNoDaemon({ value, from: "--url" });

describe("a daemon that is named", () => {
  it("is not asked for where none is named", async () => {
    await expect(requireNoDaemon({ value: "http://example.invalid", from: "default" })).resolves.toBeUndefined();
  });
  it.each(["http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"])(
    "and refuses a connection on loopback means: work here (D5), and say so: %s",
    async (url) => {
      await expect(named(url)).resolves.toContain(`no daemon runs at ${url} (--url)`);
    },
  );
  it("T29: and answers is refused, without a byte sent", async () => {
    const { port, sent } = await listener();
    await expect(named(`http://127.0.0.1:${port}`)).rejects.toHaveCode("Usage");
    expect(sent()).toBe(0);
  });
  it.each([
    "http://example.invalid:1",
    "https://10.0.0.1",
    "http://127.0.0.1.example.invalid",
    "nonsense",
    "file:///etc/passwd",
    "ftp://127.0.0.1",
  ])("and is elsewhere is refused: %s", async (url) => {
    await expect(named(url)).rejects.toHaveCode("Usage");
  });
});

describe("a password in the daemon's address", () => {
  it.each(["http://me:s3cret@127.0.0.1:9", "http://s3cret@localhost:9/x"])("is not in what is told: %s", async (url) => {
    const told = await named(url);
    expect(told).toContain("no daemon runs at http://***@");
    expect(told).not.toContain("s3cret");
  });
  it.each([
    "http://me:s3cret@example.invalid",
    "HTTPS://me:s3cret@x@example.invalid/a@b",
    "http://me:s3cret@[not-an-address",
    "http:\\\\me:s3cret@example.invalid",
    "//me:s3cret@example.invalid",
    "me:s3cret@example.invalid:7142",
    "http:me:s3cret@example.invalid",
    "http:/me:s3cret@example.invalid",
    "http:///me:s3cret@example.invalid",
    "http://me:s3/cret@example.invalid",
  ])("nor in the refusal: %s", async (url) => {
    const error: unknown = await named(url).catch((caught: unknown) => caught);
    expect(error).toHaveCode("Usage");
    expect(JSON.stringify(error instanceof Error && "details" in error ? error.details : error)).not.toMatch(/s3/);
  });
});
