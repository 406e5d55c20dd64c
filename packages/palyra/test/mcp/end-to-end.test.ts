// `palyra skills mcp` and palyrad's `/mcp` as they are shipped, with the official client (spec 10.6).
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { echo, spin } from "../../../../testing/forge/command.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { type Daemon, startDaemon, TOKEN } from "../daemon/support.ts";
import { type SkillSpec, skillFile } from "../lifecycle/support.ts";

// Inside the checkout, where native packages are found.
const out = join(repositoryRoot, ".cache/test", `mcp-${process.pid}`);
beforeAll(() => {
  execFileSync(process.execPath, [join(repositoryRoot, "scripts/build.mjs"), "--bundle", "--outdir", out], {
    cwd: repositoryRoot,
  });
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const [ECHO, SPIN] = await Promise.all([echo(), spin()]);
const LONG = "wall_clock_timeout_ms = 60000\nfuel_budget = 1000000000000\nmax_memory_bytes = 1048576";
const SECRET =
  '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]\n[[capabilities.secrets]]\nscope = "global"\nkey_names = ["shared"]';
const TOOL = "acme.echo.say";

let root: string;
const ended: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function palyra(...argv: readonly string[]): Promise<unknown> {
  const ran = await commandLine(root)(...argv);
  expect(ran, argv.join(" ")).toMatchObject({ exit: 0 });
  return ran.stdout === "" ? undefined : parsed(ran);
}

/** By the very program that runs it: what another judged is judged anew (spec 5.4). */
async function installFor(way: Way, spec: SkillSpec): Promise<void> {
  await palyraFor(way, "skills", "install", "--artifact", await skillFile(root, spec), "--allow-untrusted", "--json");
}
async function palyraFor(way: Way, ...argv: readonly string[]): Promise<void> {
  if (way.startsWith("palyrad")) await palyra(...argv);
  else execFileSync(process.execPath, [join(out, "palyra.js"), ...argv], { env: env(), stdio: ["ignore", "ignore", "inherit"] });
}
const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });

const ERAS = { "2025": "legacy", "2026": { pin: "2026-07-28" } } as const;
type Era = keyof typeof ERAS;
const clientOf = (era: Era, options: ClientOptions): Client =>
  new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode: ERAS[era] }, ...options });

async function overStdio(era: Era, options: ClientOptions = {}): Promise<Client> {
  const client = clientOf(era, options);
  const args = [join(out, "palyra.js"), "skills", "mcp"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: env(), stderr: "inherit" }));
  ended.push(() => client.close());
  return client;
}

async function daemon(): Promise<Daemon> {
  const started = await startDaemon(root, { env: { PALYRA_MCP_TOKEN: MCP_TOKEN } });
  ended.push(() => started.stop());
  return started;
}
const MCP_TOKEN = "mcp-token-of-the-tests-0123456789";

async function overHttp(era: Era, options: ClientOptions = {}): Promise<Client> {
  const { url } = await daemon();
  const client = clientOf(era, options);
  const requestInit = { headers: { authorization: `Bearer ${MCP_TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  ended.push(() => client.close());
  return client;
}

type Way = "stdio, 2025" | "stdio, 2026" | "palyrad, 2025" | "palyrad, 2026";
const WAYS: readonly (readonly [Way, (options?: ClientOptions) => Promise<Client>])[] = [
  ["stdio, 2025", (options) => overStdio("2025", options)],
  ["stdio, 2026", (options) => overStdio("2026", options)],
  ["palyrad, 2025", (options) => overHttp("2025", options)],
  ["palyrad, 2026", (options) => overHttp("2026", options)],
];

describe.each(WAYS)("an installed skill over MCP (%s)", (way, connect) => {
  it("is listed and answers, with a receipt", async () => {
    await installFor(way, { module: ECHO });
    const client = await connect();
    const { tools: listed } = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual([TOOL]);
    const result = await client.callTool({ name: TOOL, arguments: { text: "hi" } });
    expect(result, JSON.stringify(result)).not.toHaveProperty("isError", true);
    expect(result.structuredContent).toEqual({ text: "hi" });
    const run = result._meta?.["palyra.dev/run"];
    expect(run).toMatchObject({ outcome: "Ok", skill_id: "acme.echo", version: "1.0.0", untrusted: true });
    expect(await palyra("skills", "receipts", "show", receiptOf(run), "--json")).toMatchObject({});
  });

  it("that is quarantined by another process is gone at once, a call of it under way is ended, and it starts no more (T33)", async () => {
    await installFor(way, { module: SPIN, quotas: LONG });
    const heard = vi.fn<(names: readonly string[]) => void>();
    const onChanged = (_error: Error | null, listed: { name: string }[] | null) => heard((listed ?? []).map(({ name }) => name));
    const client = await connect({ listChanged: { tools: { onChanged, debounceMs: 0 } } });
    await client.listTools();
    const started = vi.fn();
    const call = client.callTool(
      { name: TOOL, arguments: {} },
      { timeout: 50_000, onprogress: ({ progress }) => void (progress === 3 && started()) },
    );
    await vi.waitFor(() => expect(started).toHaveBeenCalled(), 30_000);
    await palyra("skills", "quarantine", "acme.echo", "--version", "1.0.0", "--reason", "test", "--json");
    const result = await call;
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain("RuntimeFailure: its skill was stopped while it ran");
    expect(result._meta?.["palyra.dev/run"]).toMatchObject({ details: { fault: "quarantined" } });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith([]), 20_000);
    const again = await client.callTool({ name: TOOL, arguments: {} });
    expect(again.isError).toBe(true);
    expect(JSON.stringify(again.content)).toContain("NotEligible");
  });

  it("of which no audit that passed is kept is in no list, is told of why it does not start, and is back with an audit", async () => {
    await installFor(way, { module: ECHO });
    rmSync(join(root, "state/skills/.passed"));
    const heard = vi.fn<(names: readonly string[]) => void>();
    const onChanged = (_error: Error | null, listed: { name: string }[] | null) => heard((listed ?? []).map(({ name }) => name));
    const client = await connect({ listChanged: { tools: { onChanged, debounceMs: 0 } } });
    expect((await client.listTools()).tools).toEqual([]);
    const refused = await client.callTool({ name: TOOL, arguments: { text: "hi" } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain("VerdictMissing");
    await palyraFor(way, "skills", "audit", "acme.echo", "--json");
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith([TOOL]), 20_000);
    const result = await client.callTool({ name: TOOL, arguments: { text: "hi" } });
    expect(result.structuredContent).toEqual({ text: "hi" });
  });

  it("whose artifact was swapped is in no list, and is told as that (T1)", async () => {
    await installFor(way, { module: ECHO });
    appendFileSync(join(root, "state/skills/acme.echo/1.0.0/artifact.palyra-skill"), "x");
    const client = await connect();
    expect((await client.listTools()).tools).toEqual([]);
    const refused = await client.callTool({ name: TOOL, arguments: { text: "hi" } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain(
      "ArtifactDigestMismatch: acme.echo 1.0.0 was changed after it was installed",
    );
    const { events } = Object(await palyra("skills", "journal", "tail", "--last", "1", "--json"));
    expect(events[0]).toMatchObject({
      event_kind: "skill.refused",
      payload: { tool_id: TOOL, reason: "ArtifactDigestMismatch" },
    });
  });

  it("that asks for approval runs once a person behind the client says yes, once (T28, T44)", async () => {
    await installFor(way, { module: ECHO, extra: SECRET });
    const principal = way.startsWith("palyrad") ? "mcp:client" : "user:local";
    await palyraFor(way, "skills", "approvals", "add", TOOL, "--surface", "mcp", "--principal", principal, "--yes", "--json");
    await palyra(
      "skills",
      "grant",
      "add",
      "acme.echo",
      "--origin",
      "https://api.example.com:8443",
      "--max-fuel",
      "300000",
      "--json",
    );
    const asked = vi.fn<(message: string) => void>();
    const client = await connect({ capabilities: { elicitation: { form: {} } } });
    client.setRequestHandler("elicitation/create", ({ params }) => {
      asked(params.message);
      return { action: "accept", content: { decision: "allow once" } };
    });
    for (const text of ["one", "two"]) {
      const result = await client.callTool({ name: TOOL, arguments: { text } });
      expect(result.structuredContent, JSON.stringify(result)).toEqual({ text });
    }
    expect(asked).toHaveBeenCalledTimes(2);
    const [message] = asked.mock.calls[0] ?? [];
    expect(message).toContain("  secret=skill:acme.echo/token\n");
    expect(message).toContain("  network=https://api.example.com:8443, granted by the operator of this host\n");
    expect(message).toContain("it asks for, and is not given: secret=global/shared\n");
    expect(message).toContain("at most 300,000 units of fuel");
    expect(message).toContain("with the limits of the operator of this host\n");
    expect(message).toContain("it was approved before, but changed since: what it may use\n");
  });
});

describe("T28: a tool that asks for approval, and a client that cannot ask", () => {
  it("is allowed by the command that the client is told, for whoever calls over HTTP", async () => {
    await installFor("palyrad, 2025", { module: ECHO, extra: SECRET });
    const client = await overHttp("2025");
    const said = async () => JSON.stringify(await client.callTool({ name: TOOL, arguments: { text: "hi" } }));
    const [, command = ""] = /On a terminal: palyra ([^"]*)"/.exec(await said()) ?? [];
    await palyra(...command.split(" "), "--yes", "--json");
    expect(await said()).toContain('"structuredContent":{"text":"hi"}');
  });
});

function receiptOf(run: unknown): string {
  if (typeof run === "object" && run !== null && "receipt" in run && typeof run.receipt === "string") return run.receipt;
  throw new Error("no receipt");
}

describe("policies of the operator's that are not valid", () => {
  it("are served by nobody: the server ends at its start, with the line", async () => {
    const policy = join(root, "site.cedar");
    writeFileSync(policy, "permit(principal, action, resource);\nnonsense");
    const words = ["skills", "mcp", "--authorization-policy", policy];
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(out, "palyra.js"), ...words], {
      env: env(),
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("site.cedar:2");
  });
});

describe("T19: a line on stdin that is no message", () => {
  it("of 100 MB ends nothing and stays in bounds: it is answered as it ends, and the next line as any other", async () => {
    const child = spawn(process.execPath, [join(out, "palyra.js"), "skills", "mcp"], { env: env(), stdio: "pipe" });
    const over = new Promise((resolve) => child.once("close", (code) => resolve(code)));
    ended.push(async () => child.kill("SIGKILL"));
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const piece = Buffer.alloc(1024 * 1024, "x");
    for (let sent = 0; sent < 100; sent += 1)
      if (!child.stdin.write(piece)) await new Promise((resolve) => child.stdin.once("drain", resolve));
    const initialize = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    };
    child.stdin.write(`\nno JSON\n${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize })}\n`);
    await vi.waitFor(() => expect(said.trim().split("\n")).toHaveLength(3), 50_000);
    const [long, none, answer] = said.split("\n").map((line) => (line === "" ? undefined : JSON.parse(line)));
    expect([long?.error?.code, none?.error?.code]).toEqual([-32700, -32700]);
    expect(answer).toMatchObject({ id: 1, result: { serverInfo: { name: "palyra" } } });
    if (process.platform === "linux") {
      const [, peak] = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
      expect(Number(peak) / 1024).toBeLessThan(250);
    }
    child.stdin.end();
    expect(await over).toBe(0);
  });
});

describe("what is written into a pipe that ends", () => {
  it("is answered", async () => {
    await installFor("stdio, 2025", { module: ECHO });
    const child = spawn(process.execPath, [join(out, "palyra.js"), "skills", "mcp"], {
      env: env(),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const over = new Promise((resolve) => child.once("close", resolve));
    ended.push(async () => child.kill("SIGKILL"));
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const answers = (): readonly unknown[] =>
      said
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const line = (message: object): string => JSON.stringify({ jsonrpc: "2.0", ...message });
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const list = { method: "tools/list" };
    child.stdin.write(`${line({ id: 1, method: "initialize", params })}\n${line({ id: 2, ...list })}\n`);
    // All that a first list loads may take a busy machine longer than the last answers are waited for.
    await vi.waitFor(() => expect(answers()).toHaveLength(2), 60_000);
    child.stdin.end(line({ id: 3, ...list }));
    expect(await over).toBe(0);
    const listed = { result: { tools: [{ name: TOOL }] } };
    expect(answers()).toMatchObject([{ id: 1 }, { id: 2, ...listed }, { id: 3, ...listed }]);
  });
});

describe("a run that is interrupted", () => {
  it("ends as cancelled, with its outcome, a receipt and exit code 130", async () => {
    await installFor("stdio, 2025", { module: SPIN, quotas: LONG });
    const words = [join(out, "palyra.js"), "skills", "run", TOOL, "--json"];
    const child = spawn(process.execPath, words, { env: env(), stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    // The last of what it says may come after 'exit'.
    const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
    const isStarted = async () => JSON.stringify(await palyra("skills", "journal", "tail", "--json")).includes("skill.started");
    await vi.waitFor(async () => expect(await isStarted()).toBe(true), { timeout: 60_000, interval: 500 });
    child.kill("SIGINT");
    expect(await exit).toBe(130);
    expect(JSON.parse(said)).toMatchObject({ outcome: "RuntimeFailure", details: { fault: "cancelled" } });
    expect(await palyra("skills", "receipts", "list", "--json")).toMatchObject({ receipts: [{ outcome: "RuntimeFailure" }] });
  });
});

describe("T30: palyrad's door for MCP", () => {
  it("opens to its own token alone, which opens nothing else, and to no page of another origin", async () => {
    const { url } = await daemon();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const ask = async (path: string, headers: Record<string, string>) => {
      const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
      const init = path.startsWith("/mcp") ? { method: "POST", body, headers: { ...json, ...headers } } : { headers };
      return (await fetch(new URL(path, url), init)).status;
    };
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    for (const path of ["/mcp", "/mcp/", "/mcp/?names=model"]) {
      expect(await ask(path, {})).toBe(401);
      expect(await ask(path, bearer(TOKEN))).toBe(401);
      expect(await ask(path, { ...bearer(MCP_TOKEN), origin: "http://evil.example" })).toBe(403);
      // A ping without a session.
      expect(await ask(path, bearer(MCP_TOKEN))).toBe(400);
    }
    for (const path of ["/mcp//", "/mcp/x", "/mcp%2f"]) expect(await ask(path, bearer(MCP_TOKEN))).toBe(401);
    expect(await ask("/metrics", bearer(MCP_TOKEN))).toBe(401);
    expect(await ask("/metrics", bearer(TOKEN))).toBe(200);
  });

  it("is not there where no token is set for it", async () => {
    const started = await startDaemon(root);
    ended.push(() => started.stop());
    const { status } = await fetch(new URL("/mcp", started.url), {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(status).toBe(404);
  });

  it("is not opened by the admin token: a daemon with one for both does not start", async () => {
    await expect(startDaemon(root, { env: { PALYRA_MCP_TOKEN: TOKEN } })).rejects.toMatchObject({ code: "Usage" });
  });
});
