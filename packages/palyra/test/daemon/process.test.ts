/** `palyrad` as a process: how it starts, that it is the only one, how it ends. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/daemon/config.ts";
import { temporaryFolder } from "../cli/support.ts";
import { ADMIN, ask, buildDaemon, type DaemonProcess, TOKEN } from "./support.ts";

let daemons: Awaited<ReturnType<typeof buildDaemon>>;
beforeAll(async () => {
  daemons = await buildDaemon();
});
afterAll(() => daemons.remove());

const envOf = (root: string) => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_ADMIN_TOKEN: TOKEN });
const start = (
  root: string,
  words: readonly string[] = [],
  env: { readonly [name: string]: string } = envOf(root),
): DaemonProcess => daemons.spawnDaemon(["--port", "0", "--json", ...words], env);
const urlOf = async (daemon: DaemonProcess): Promise<string> => {
  const line = await daemon.ready;
  if (line === undefined) throw new Error((await daemon.ended).stderr);
  return String(JSON.parse(line).url);
};
const errorOf = ({
  stderr,
}: {
  readonly stderr: string;
}): { readonly code: string; readonly message: string; readonly hint: string } =>
  JSON.parse(stderr.slice(stderr.indexOf('{\n  "error"'))).error;

describe("palyrad", () => {
  it("says in one line that it is ready, leaves word of itself for its owner alone, and takes it away when it stops", async () => {
    const root = temporaryFolder();
    const daemon = start(root, ["--reaudit-interval-ms", "0"]);
    const line = await daemon.ready;
    const url = await urlOf(daemon);
    expect(line).toBe(JSON.stringify({ ready: true, url }));
    const file = join(root, "state/run/daemon.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ url, pid: daemon.child.pid });
    expect((await ask(`${url}/readyz`)).json).toEqual({ ready: true, reasons: [] });
    daemon.child.kill("SIGTERM");
    const { code, stdout, stderr } = await daemon.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${line}\n` });
    expect(existsSync(file)).toBe(false);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((each) => JSON.parse(each).msg),
    ).toEqual(["ready", "stopping", "stopped"]);
    expect(stderr).not.toContain(TOKEN);
  });

  it("for a person says it in words", async () => {
    const root = temporaryFolder();
    const daemon = daemons.spawnDaemon(["--port", "0"], envOf(root));
    expect(await daemon.ready).toMatch(/^palyrad is ready at http:\/\/127\.0\.0\.1:\d+$/);
    daemon.child.kill("SIGINT");
    expect((await daemon.ended).code).toBe(0);
  });

  it("is the only one of its state root, and the second one names it", async () => {
    const root = temporaryFolder();
    const first = start(root);
    const url = await urlOf(first);
    const second = await start(root).ended;
    expect(second).toMatchObject({ code: 1, stdout: "" });
    expect(errorOf(second)).toMatchObject({
      code: "DaemonRunning",
      details: { holder: String(first.child.pid), url },
    });
    // The lock dies with its holder, whatever it left behind.
    first.child.kill("SIGKILL");
    await first.ended;
    const third = start(root);
    expect(await urlOf(third)).not.toBe("");
    third.child.kill("SIGTERM");
    expect((await third.ended).code).toBe(0);
  });

  it("ends with an error that says so where its port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const ended = await daemons.spawnDaemon(["--port", String(port), "--json"], envOf(temporaryFolder())).ended;
    server.close();
    expect(ended.code).toBe(1);
    expect(errorOf(ended)).toMatchObject({ code: "ListenFailed", message: expect.stringContaining("another process listens") });
  });

  it("answers what runs before it stops, and takes no more", async () => {
    const root = temporaryFolder();
    const daemon = start(root);
    const url = await urlOf(daemon);
    const stream = ask(`${url}/admin/v1/journal`, { headers: { ...ADMIN, accept: "text/event-stream" } });
    const writes = Array.from({ length: 20 }, (_, number) =>
      ask(`${url}/admin/v1/skills/acme.s${number}/quarantine`, { headers: ADMIN, body: { version: "1.0.0" } }),
    );
    await writes[0];
    daemon.child.kill("SIGTERM");
    const replies = await Promise.all(writes);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect((await stream).headers["content-type"]).toContain("text/event-stream");
    expect((await daemon.ended).code).toBe(0);
    await expect(ask(`${url}/healthz`)).rejects.toThrow("ECONNREFUSED");
  });

  const file = (root: string, content: string, mode: number): string => {
    const name = join(root, "token");
    writeFileSync(name, content);
    chmodSync(name, mode);
    return name;
  };
  const refused: readonly (readonly [string, readonly string[], { readonly [name: string]: string }, string])[] = [
    ["no token", [], { PALYRA_ADMIN_TOKEN: "" }, "no admin token is set"],
    ["a token that no header can carry", [], { PALYRA_ADMIN_TOKEN: "long enough but with blanks" }, "is no token"],
    ["a port that is none", ["--port", "70000"], {}, "is no port"],
    ["a name to listen at", ["--bind", "example.org"], {}, "is no address"],
    ["another machine's reach without TLS", ["--bind", "0.0.0.0"], {}, "only TLS is spoken"],
    ["--dev beyond this machine", ["--bind", "0.0.0.0", "--dev"], {}, "--dev is for this machine alone"],
    ["half of TLS", ["--tls-cert", "x"], {}, "belong together"],
    ["an interval that is none", ["--reaudit-interval-ms", "soon"], {}, "no whole number"],
    ["an option that is none", ["--ports", "1"], {}, "unknown option"],
  ];
  it.each(refused)("refuses %s at start", async (_, words, env, message) => {
    const root = temporaryFolder();
    const port = words.includes("--port") || words.includes("--ports") ? [] : ["--port", "0"];
    const ended = await daemons.spawnDaemon([...port, "--json", ...words], { ...envOf(root), ...env }).ended;
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(ended)).toMatchObject({ code: "Usage", message: expect.stringContaining(message) });
    expect(existsSync(join(root, "state"))).toBe(false);
  });

  it("warns of a token that can be guessed, and takes none such beyond this machine", async () => {
    const root = temporaryFolder();
    const env = { PALYRA_ADMIN_TOKEN: "short" };
    const pem = file(root, "-----BEGIN ", 0o600);
    const beyond = { port: "0", bind: "0.0.0.0", tlsCert: pem, tlsKey: pem, dev: false };
    await expect(readConfig(beyond, env)).rejects.toMatchObject({
      code: "Usage",
      details: { problem: expect.stringContaining("fewer than 16") },
    });
    expect((await readConfig({ port: "0", dev: false }, env)).warnings).toHaveLength(1);
    const daemon = start(root, [], { ...envOf(root), ...env });
    const headers = { ...ADMIN, authorization: "Bearer short" };
    expect((await ask(`${await urlOf(daemon)}/admin/v1/skills`, { headers })).status).toBe(200);
    daemon.child.kill("SIGTERM");
    expect((await daemon.ended).stderr).toContain("others on this machine may guess it");
  });

  it("takes the token from a file that nobody else can read, and from no other", async () => {
    const root = temporaryFolder();
    const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state") };
    const daemon = start(root, ["--admin-token-file", file(root, `${TOKEN}\n`, 0o600)], env);
    expect((await ask(`${await urlOf(daemon)}/admin/v1/skills`, { headers: ADMIN })).status).toBe(200);
    daemon.child.kill("SIGTERM");
    await daemon.ended;
    const ended = await start(root, ["--admin-token-file", file(root, TOKEN, 0o644)], env).ended;
    expect(ended.code).toBe(2);
    expect(errorOf(ended).message).toContain("can be read by others");
  });

  it("shows its help", async () => {
    const { code, stdout } = await daemons.spawnDaemon(["--help"], {}).ended;
    expect(code).toBe(0);
    expect(stdout).toContain("--admin-token-file FILE");
  });
});
