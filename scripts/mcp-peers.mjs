// The MCP server of this checkout, as it is built, held by others' programs: `node scripts/mcp-peers.mjs PEERS`, where PEERS is a folder into which
// `npm install @modelcontextprotocol/conformance @modelcontextprotocol/inspector` was run. Both need Node 22.19 or later. Of the conformance suite those
// scenarios that ask for no tools of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCENARIOS = [
  "server-initialize",
  "logging-set-level",
  "ping",
  "tools-list",
  "server-sse-multiple-streams",
  "dns-rebinding-protection",
];

const [peers] = process.argv.slice(2);
if (peers === undefined) {
  process.stderr.write("usage: node scripts/mcp-peers.mjs FOLDER\n");
  process.exit(2);
}
const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(repository, "packages/palyra/bin", `${name}.js`);
const peer = (file) => join(resolve(peers), "node_modules/@modelcontextprotocol", file);
const work = mkdtempSync(join(tmpdir(), "palyra-mcp-"));
const env = {
  PATH: process.env.PATH,
  HOME: work,
  PALYRA_VAULT_BACKEND: "encrypted_file",
  PALYRA_STATE_ROOT: join(work, "state"),
};
let failed = 0;

function palyra(...words) {
  const run = spawnSync(process.execPath, [bin("palyra"), ...words], {
    cwd: join(repository, "examples/echo-http"),
    env,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`palyra ${words.join(" ")}: ${run.stderr}`);
}

function judge(name, isFine, output) {
  process.stdout.write(`${isFine ? "ok    " : "FAILED"}  ${name}\n`);
  if (isFine) return;
  failed += 1;
  process.stdout.write(`${output}\n`);
}

function conformance(url) {
  for (const scenario of SCENARIOS) {
    const words = [peer("conformance/dist/index.js"), "server", "--url", url, "--scenario", scenario];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: work, env, encoding: "utf8", timeout: 60_000 });
    judge(`conformance suite: ${scenario}`, status === 0 && stdout.includes(" 0 failed, 0 warnings"), stdout + stderr);
  }
}

/** Its command line, over stdio. */
function inspector(...words) {
  const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const server = [process.execPath, bin("palyra"), "skills", "mcp"];
  const argv = [peer("inspector/clients/launcher/build/index.js"), "--cli", ...variables, ...server, ...words];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { cwd: work, env, encoding: "utf8", timeout: 60_000 });
  return stdout + stderr;
}

const daemon = spawn(process.execPath, [bin("palyrad"), "--dev", "--port", "0", "--json"], {
  env,
  stdio: ["ignore", "pipe", "ignore"],
});
try {
  palyra("skills", "keygen", "--output", join(work, "key"));
  const artifact = join(work, "echo.palyra-skill");
  palyra(
    "skills",
    "package",
    "build",
    "--manifest",
    "skill.toml",
    "--module",
    "echo.wasm",
    "--output",
    artifact,
    "--signing-key-file",
    join(work, "key"),
  );
  palyra("skills", "install", "--artifact", artifact, "--allow-untrusted", "--yes");
  palyra("skills", "approvals", "add", "acme.echo", "--surface", "mcp", "--yes");
  const line = await new Promise((done) => createInterface({ input: daemon.stdout }).once("line", done));
  conformance(`${JSON.parse(line).url}/mcp`);
  const listed = inspector("--method", "tools/list");
  judge("inspector: tools/list", listed.includes('"name": "acme.echo"'), listed);
  const called = inspector("--method", "tools/call", "--tool-name", "acme.echo", "--tool-arg", "text=hi");
  judge("inspector: tools/call", called.includes('"characters": 2') && called.includes('"outcome": "Ok"'), called);
} finally {
  const ended = new Promise((done) => daemon.once("exit", done));
  daemon.kill("SIGTERM");
  await ended;
  rmSync(work, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
