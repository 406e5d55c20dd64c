// A call of a tool over MCP, as it is shipped: launch decided, sandbox, receipt and journal included; and our server alone, over a host that answers
// at once. Over a tool of the official SDK that gives back what it is given, in
// its server's own process, over the same transport, called by the same client.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import loadWabt from "wabt";
import { bundleDriver } from "../driver.mjs";
import { buildInput, repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

/** Calls of each before they are measured: the engine compiles what it runs until then. */
const WARMUP = 3000;
const TOOL = "bench.echo.say";
const TOKEN = "mcp-token-of-the-benchmark-0123456789";
const LIMIT = 2;
const bin = (name) => join(repository, "packages/palyra/bin", name);
const bare = join(repository, "bench/drivers/bare-mcp.mjs");

const SCHEMA = `{ type = "object", required = ["text"], properties = { text = { type = "string" } } }`;
const MANIFEST = `skill_id = "bench.echo"\nname = "Echo"\nversion = "1.0.0"\npublisher = "bench"\n[[entrypoints.tools]]\nid = "${TOOL}"\nname = "say"\ndescription = "Says it again"\ninput_schema = ${SCHEMA}\noutput_schema = ${SCHEMA}\n[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"\n`;
/** stdout is stdin. */
const ECHO = `(module (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 2)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 60000))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (i32.store (i32.const 4) (i32.load (i32.const 16)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))`;

async function install(root, env) {
  const module = (await loadWabt()).parseWat("echo.wat", ECHO).toBinary({}).buffer;
  const input = { ...buildInput([{ path: "say.wasm", bytes: module }]), manifest: new TextEncoder().encode(MANIFEST) };
  const file = join(root, "echo.palyra-skill");
  writeFileSync(file, (await buildArtifact(input, nodePlatform)).bytes);
  const words = [bin("palyra.js"), "skills", "install", "--artifact", file, "--allow-untrusted", "--yes"];
  const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the skill is not installed: ${stderr}`);
}

async function connected(transport) {
  const client = new Client({ name: "bench", version: "1.0.0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(transport);
  // So that answers are held against the schema, as a client that has listed does.
  await client.listTools();
  const call = async () => {
    const { isError, structuredContent } = await client.callTool({ name: TOOL, arguments: { text: "hello" } });
    if (isError || structuredContent?.text !== "hello") throw new Error("another answer");
  };
  return { call, close: () => client.close() };
}

const overStdio = (args, env) => connected(new StdioClientTransport({ command: process.execPath, args, env, stderr: "ignore" }));

/** @param portIn finds it in the first line that the server says */
async function overHttp(args, env, portIn) {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    const line = await Promise.race([
      new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
      ended.then((code) => Promise.reject(new Error(`${args[0]} ended with ${code}`))),
    ]);
    const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
    const url = new URL(`http://127.0.0.1:${portIn(line)}/mcp`);
    const { call, close } = await connected(new StreamableHTTPClientTransport(url, { requestInit }));
    return { call, close: () => close().then(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function run() {
  const root = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const instant = await bundleDriver("instant-mcp");
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    PALYRA_STATE_ROOT: join(root, "state"),
    PALYRA_VAULT_BACKEND: "encrypted_file",
    PALYRA_ADMIN_TOKEN: "admin-token-of-the-benchmark-01234",
    PALYRA_MCP_TOKEN: TOKEN,
  };
  try {
    await install(root, env);
    const daemon = [bin("palyrad.js"), "--port", "0", "--json", "--reaudit-interval-ms", "0"];
    const floors = { stdio: () => overStdio([bare, "stdio"], env), http: () => overHttp([bare, "http"], env, Number) };
    const called = "decided, run in its sandbox, receipt journaled";
    const alone = "the server without the run";
    const ways = [
      [`stdio: ${called}`, () => overStdio([bin("palyra.js"), "skills", "mcp"], env), floors.stdio],
      [`HTTP (palyrad): ${called}`, () => overHttp(daemon, env, (line) => new URL(JSON.parse(line).url).port), floors.http],
      [`stdio: ${alone}`, () => overStdio([instant.file, "stdio"], env), floors.stdio],
      [`HTTP: ${alone}`, () => overHttp([instant.file, "http"], env, Number), floors.http],
    ];
    const rows = [];
    for (const [way, ours, floor] of ways) {
      const opened = [];
      try {
        for (const open of [ours, floor]) opened.push(await open());
        const [mine, others] = opened;
        const measured = await pairs(mine.call, others.call, { samples: 301, warmup: WARMUP });
        rows.push({
          what: `a call over MCP, ${way}`,
          floor: "a bare tool of the official SDK",
          ...measured,
          limit: LIMIT,
        });
      } finally {
        for (const { close } of opened) await close();
      }
    }
    return rows;
  } finally {
    instant.remove();
    rmSync(root, { recursive: true, force: true });
  }
}
