/** The commands that speak to a daemon: which one (spec 6), whom they tell a token (T29), and that both ways come to the same. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";
import { startDaemon, TOKEN } from "./support.ts";

type Palyra = ReturnType<typeof commandLine>;

async function installed(root: string): Promise<Palyra> {
  const palyra = commandLine(root);
  const file = join(root, "artifact.palyra-skill");
  writeFileSync(file, await skillBytes());
  expect((await palyra("skills", "install", "--artifact", file, "--allow-untrusted")).exit).toBe(0);
  return palyra;
}

/** Times, ulids and hashes are of the moment; all else is compared. */
const timeless = (text: string, root: string): string =>
  text
    .replaceAll(root, "<root>")
    .replace(/\b\d{13}\b/g, "<time>")
    .replace(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, "<ulid>")
    .replace(/\b[0-9a-f]{64}\b/g, "<hash>")
    .replace(/\b[0-9a-f]{32}\b/g, "<place>");

const COMMANDS = [
  ["quarantine", "acme.echo", "--reason", "looks odd", "--principal", "user:ops", "--channel", "console"],
  ["enable", "acme.echo", "--override", "--reason", "seen"],
  ["disable", "acme.echo", "--version", "1.0.0"],
  ["enable", "acme.echo", "--override"],
  ["quarantine", "acme.other", "--version", "3.0.0"],
  ["audit"],
  ["audit", "acme.echo"],
  ["audit", "acme.none"],
  ["audit", "acme.echo", "--allow-untrusted"],
] as const;

async function told(palyra: Palyra, root: string): Promise<string[]> {
  const said: string[] = [];
  for (const words of COMMANDS) {
    for (const format of [[], ["--json"]]) {
      const { exit, stdout, stderr } = await palyra("skills", ...words, ...format);
      said.push(timeless(JSON.stringify({ words, exit, stdout, stderr }), root));
    }
  }
  const rows = await palyra("skills", "list", "--json");
  const events = await palyra("skills", "journal", "tail", "--last", "100", "--json");
  said.push(
    timeless(rows.stdout, root),
    timeless(events.stdout, root),
    timeless(readFileSync(join(root, "state/skills/audit.ndjson"), "utf8"), root),
  );
  return said;
}

describe("with a daemon and without", () => {
  it("the same rows, events, lines and output", async () => {
    const [one, other] = [temporaryFolder(), temporaryFolder()];
    const alone = await told(await installed(one), one);
    const palyra = await installed(other);
    const daemon = await startDaemon(other);
    expect(await told(palyra, other)).toEqual(alone);
    await daemon.stop();
  });

  it("a daemon that is named, with its token, too; without it nothing is written", async () => {
    const root = temporaryFolder();
    const palyra = await installed(root);
    const { url, stop } = await startDaemon(root);
    const refused = await palyra("skills", "quarantine", "acme.echo", "--url", url, "--json");
    expect(errorOf(refused)).toMatchObject({ code: "DaemonRefused", details: { status: 401 } });
    expect(parsed(await palyra("skills", "list", "--json"))).toMatchObject({
      entries: [{ runtime_status: { status: "active" } }],
    });
    const withToken = commandLine(root, { env: { PALYRA_ADMIN_TOKEN: TOKEN, PALYRA_DAEMON_URL: url } });
    expect(parsed(await withToken("skills", "quarantine", "acme.echo", "--json"))).toMatchObject({ status: "quarantined" });
    await stop();
  });

  it("nobody passes for the daemon, with one and without", async () => {
    const root = temporaryFolder();
    const palyra = await installed(root);
    const refused = () => palyra("skills", "quarantine", "acme.echo", "--principal", "System:daemon", "--json");
    expect(errorOf(await refused())).toMatchObject({ code: "Usage", message: expect.stringContaining("the daemon's own") });
    const { stop } = await startDaemon(root);
    expect(errorOf(await refused()).code).toBe("Usage");
    expect(parsed(await palyra("skills", "list", "--json"))).toMatchObject({
      entries: [{ runtime_status: { status: "active" } }],
    });
    await stop();
  });

  it("what the daemon refuses is refused, and not done here instead", async () => {
    const root = temporaryFolder();
    const palyra = await installed(root);
    const wrong = commandLine(root, { env: { PALYRA_ADMIN_TOKEN: "another-token-0123456789" } });
    const { stop } = await startDaemon(root);
    expect(errorOf(await wrong("skills", "quarantine", "acme.echo", "--json"))).toMatchObject({
      code: "DaemonRefused",
      details: { status: 401 },
    });
    expect(parsed(await palyra("skills", "list", "--json"))).toMatchObject({
      entries: [{ runtime_status: { status: "active" } }],
    });
    await stop();
  });
});

describe("an audit", () => {
  const damage = (root: string): void =>
    writeFileSync(join(root, "state/skills/acme.echo/1.0.0/artifact.palyra-skill"), "something else");
  it("of changed bytes is told alike, with a daemon and without", async () => {
    const said: string[] = [];
    for (const withDaemon of [false, true]) {
      const root = temporaryFolder();
      const palyra = await installed(root);
      const daemon = withDaemon ? await startDaemon(root) : undefined;
      damage(root);
      const { exit, stdout, stderr } = await palyra("skills", "audit", "--json");
      const again = await palyra("skills", "audit", "acme.echo");
      const events = await palyra("skills", "journal", "tail", "--json");
      said.push(timeless(JSON.stringify({ exit, stdout, stderr, again, events: events.stdout }), root));
      await daemon?.stop();
    }
    expect(said[1]).toEqual(said[0]);
    expect(said[0]).toContain("is quarantined now");
  });

  it("without a skill is refused where a daemon was named: the index here is not that one's", async () => {
    const root = temporaryFolder();
    const palyra = await installed(root);
    const ran = await palyra("skills", "audit", "--url", "http://127.0.0.1:9", "--json");
    expect(errorOf(ran)).toMatchObject({ code: "Usage", hint: expect.stringContaining("palyra skills audit ID") });
  });

  it("with another trust than the daemon's is refused where one was named", async () => {
    const root = temporaryFolder();
    const palyra = await installed(root);
    const ran = await palyra("skills", "audit", "--allow-untrusted", "--url", "http://127.0.0.1:9", "--json");
    expect(errorOf(ran)).toMatchObject({ code: "Usage", message: expect.stringContaining("--allow-untrusted cannot be told") });
  });
});

describe("T29: whoever listens in a daemon's place", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  let root: string;
  let palyra: Palyra;
  let asked: IncomingMessage[];
  beforeEach(async () => {
    root = temporaryFolder();
    await installed(root);
    palyra = commandLine(root, { env: { PALYRA_ADMIN_TOKEN: TOKEN } });
    asked = [];
  });

  async function stranger(answer: RequestListener): Promise<string> {
    const server = createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  }
  const runFile = (): string => join(root, "state/run/daemon.json");
  const leave = (document: object): void => {
    mkdirSync(join(root, "state/run"), { recursive: true, mode: 0o700 });
    writeFileSync(runFile(), JSON.stringify(document), { mode: 0o600 });
  };
  const wordOf = (url: string) => ({
    schema_version: 1,
    url,
    secret: "ab".repeat(32),
    pid: process.pid,
    skills_dir: join(root, "state/skills"),
    trust_store: join(root, "state/skills/trust-store.json"),
    journal: join(root, "state/data/journal.sqlite3"),
  });
  const quarantine = () => palyra("skills", "quarantine", "acme.echo", "--json");
  const statusHere = async () => JSON.stringify(parsed(await palyra("skills", "list", "--json")));
  const YES = JSON.stringify({
    skill_id: "acme.echo",
    version: "1.0.0",
    status: "quarantined",
    detected_at_ms: 5,
    operator_principal: "user:local",
  });

  it.each([
    ["says yes to everything", (_: IncomingMessage, response: { end(text: string): void }) => response.end(YES)],
    [
      "makes up a proof",
      (_: IncomingMessage, response: { end(text: string): void }) => response.end(`{"proof":"${"0".repeat(64)}"}`),
    ],
    ["gives back what it was sent", (request: IncomingMessage, response: NodeJS.WritableStream) => request.pipe(response)],
  ])("and %s gets no token while a daemon of this root runs elsewhere, and nothing is written", async (_, answer) => {
    const daemon = await startDaemon(root);
    const word = JSON.parse(readFileSync(runFile(), "utf8"));
    leave({ ...word, url: await stranger(answer) });
    const ran = await quarantine();
    expect(errorOf(ran)).toMatchObject({
      code: "DaemonUnreachable",
      details: { problem: expect.stringContaining("was told nothing") },
    });
    expect(asked.map(({ url }) => url)).toEqual(["/challenge"]);
    expect(asked.flatMap(({ rawHeaders }) => rawHeaders).join()).not.toMatch(/authorization|palyra-/i);
    expect(await statusHere()).toContain('"status":"active"');
    await daemon.stop();
  });

  it("and hands on the question to the real daemon gets no answer that fits its address", async () => {
    const daemon = await startDaemon(root);
    const word = JSON.parse(readFileSync(runFile(), "utf8"));
    const relay = await stranger(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const host = new URL(daemon.url).host;
      const answer = await fetch(`${daemon.url}${request.url}`, {
        method: "POST",
        headers: { "content-type": "application/json", host },
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    leave({ ...word, url: relay });
    expect(errorOf(await quarantine()).code).toBe("DaemonUnreachable");
    expect(asked.map(({ url }) => url)).toEqual(["/challenge"]);
    await daemon.stop();
  });

  it("and has the port of one that died is told nothing; the work is done here", async () => {
    leave(wordOf(await stranger((_, response) => response.end(YES))));
    expect(parsed(await quarantine())).toMatchObject({ status: "quarantined" });
    expect(asked.map(({ url }) => url)).toEqual(["/challenge"]);
    expect(await statusHere()).toContain('"status":"quarantined"');
  });

  it("or nobody, where one died: the work is done here", async () => {
    leave(wordOf("http://127.0.0.1:9"));
    expect(parsed(await quarantine())).toMatchObject({ status: "quarantined" });
  });

  it("is not asked at all where its word is not this state root's: of other files, a link, of a form that is none of ours", async () => {
    const url = await stranger((_, response) => response.end(YES));
    const words: (() => void)[] = [
      () => leave({ ...wordOf(url), journal: "/elsewhere/journal.sqlite3" }),
      () => leave({ ...wordOf(url), skills_dir: "/elsewhere" }),
      () => leave({ url, secret: "ab".repeat(32) }),
      () => {
        writeFileSync(join(root, "word.json"), JSON.stringify(wordOf(url)));
        mkdirSync(join(root, "state/run"), { recursive: true });
        symlinkSync(join(root, "word.json"), runFile());
      },
    ];
    for (const leaveWord of words) {
      if (existsSync(runFile())) (await import("node:fs")).rmSync(runFile());
      leaveWord();
      expect((await quarantine()).exit).toBe(0);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ["its secret can be read by others", () => chmodSync(runFile(), 0o644)],
    ["others can put a file in its place", () => chmodSync(join(root, "state/run"), 0o777)],
  ])("is not asked at all where %s: whoever knows it passes for the daemon", async (_, open) => {
    leave(wordOf(await stranger((_, response) => response.end(YES))));
    open();
    expect((await quarantine()).exit).toBe(0);
    expect(asked).toEqual([]);
    expect(await statusHere()).toContain('"status":"quarantined"');
  });

  it("that hangs up after its proof was asked for, or answers nothing in time, is an error while a daemon runs", async () => {
    const daemon = await startDaemon(root);
    const word = JSON.parse(readFileSync(runFile(), "utf8"));
    for (const answer of [(request: IncomingMessage) => void request.socket.destroy(), () => {}]) {
      leave({ ...word, url: await stranger(answer) });
      expect(errorOf(await quarantine()).code).toBe("DaemonUnreachable");
    }
    expect(await statusHere()).toContain('"status":"active"');
    await daemon.stop();
  });

  it("commands that only read look for no daemon", async () => {
    leave(wordOf(await stranger((_, response) => response.end(YES))));
    chmodSync(runFile(), 0o000);
    for (const words of [
      ["skills", "list"],
      ["skills", "check"],
      ["skills", "info", "acme.echo"],
    ])
      expect((await palyra(...words)).exit).toBe(0);
    expect(asked).toEqual([]);
  });
});
