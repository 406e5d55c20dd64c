import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Caller, openCaller, type Places, WAYS } from "./callers.ts";
import { childrenOf, descriptorKinds, type Held, heldBy, isThere } from "./processes.ts";
import { buildSkills, INNOCENT, type SoakTool } from "./skills.ts";
import { Windows } from "./windows.ts";

/*
 * The soak of issue 6, bundled by scripts/soak.mjs and by its test: a palyrad, servers over stdio and hosts in this process, all of one state root, and
 * clients that call without pause. One call in a hundred means harm, and now and then a sandbox process is killed from outside.
 *
 *   --calls N        default 2000
 *   --clients N      default 8
 *   --programs DIR   a bundle; default packages/palyra/dist
 *   --seed N         default 1
 *   --json
 *
 * Exit code 1 where anything is off: an answer that is not the tool's, an end that is not proper, a receipt that is missing or too many, a chain that does not
 * hold, memory that grows, a process, descriptor or file that is left behind.
 */

const HOSTILE_SHARE = 0.01;
/** Of hostile turns, those that kill a process of the sandbox. */
const KILLS_SHARE = 0.1;
const SAMPLE_MS = 250;
const MCP_TOKEN = "mcp-token-of-the-soak-0123456789";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "2000" },
    clients: { type: "string", default: "8" },
    programs: { type: "string", default: "packages/palyra/dist" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const [calls, clients, seed] = [Number(values.calls), Number(values.clients), Number(values.seed)];
const programs = resolve(values.programs);
const faults: string[] = [];
const fault = (text: string): void => void (faults.length < 100 && faults.push(text));
const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`));

let state = seed * 0x9e3779b9 + 1;
/** A small generator (xorshift), so that a run can be repeated. */
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];

const root = mkdtempSync(join(tmpdir(), "palyra-soak-"));
const temporary = join(root, "tmp");
mkdirSync(temporary);
const skills = await buildSkills(root);
const env = {
  HOME: root,
  TMPDIR: temporary,
  PATH: process.env["PATH"] ?? "",
  PALYRA_STATE_ROOT: join(root, "state"),
  PALYRA_VAULT_BACKEND: "encrypted_file",
  PALYRA_SKILL_AUDIT_POLICY: skills.policy,
};

function palyra(...words: readonly string[]): unknown {
  const argv = [join(programs, "palyra.js"), ...words, "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, maxBuffer: 2 ** 30, encoding: "utf8" });
  // 1 with a document: it says what is off.
  if (status !== 0 && (status !== 1 || stdout === ""))
    throw new Error(`palyra ${words.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

const tally: Record<string, number> = {};
const count = (name: string): void => {
  tally[name] = (tally[name] ?? 0) + 1;
};
const receipts = new Set<string>();
let [done, kills, lost] = [0, 0, 0];

async function turn(caller: Caller, number: number): Promise<void> {
  const hostile = random() < HOSTILE_SHARE;
  if (hostile && random() < KILLS_SHARE) killOne();
  const tool = (hostile ? pick(skills.hostile) : undefined) ?? INNOCENT;
  const text = `call ${number} of ${caller.way}`;
  try {
    const answer = await caller.call(tool.id, { text });
    count(`${tool === INNOCENT ? "innocent" : "hostile"} ${answer.kind}`);
    if (answer.receipt === undefined) fault(`${tool.name}, ${caller.way}: no receipt: ${answer.text.slice(0, 300)}`);
    else if (receipts.has(answer.receipt)) fault(`${tool.name}, ${caller.way}: the receipt ${answer.receipt} twice`);
    else receipts.add(answer.receipt);
    judge(tool, answer, caller, text);
  } catch (error) {
    count("thrown");
    fault(`${tool.name}, ${caller.way}: ${String(error)}`);
  }
}

function judge(
  tool: SoakTool,
  { kind, text: said, output }: Awaited<ReturnType<Caller["call"]>>,
  caller: Caller,
  text: string,
): void {
  // Whoever's process was killed from outside is told so, and no other.
  if (kind === "RuntimeFailure" && !tool.kinds.includes(kind)) lost += 1;
  else if (!tool.kinds.includes(kind)) fault(`${tool.name}, ${caller.way}: ${kind}: ${said.slice(0, 300)}`);
  else if (tool === INNOCENT && JSON.stringify(output) !== JSON.stringify({ text }))
    fault(`${caller.way}: answered ${JSON.stringify(output)?.slice(0, 300)} to ${text}`);
}

/** The processes that are watched, and the sandboxes below them. */
const watched = new Map<string, number>();
const sandboxes = (): readonly number[] => childrenOf([...watched.values(), process.pid]).filter((pid) => !isWatched(pid));
const isWatched = (pid: number): boolean => [...watched.values()].includes(pid);

function killOne(): void {
  const pid = pick(sandboxes());
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
    kills += 1;
  } catch {
    // It ended by itself meanwhile.
  }
}

const windows = new Windows();
const seen = new Map<string, Held>();
let mostSandboxes = 0;
function sample(): void {
  for (const [name, pid] of watched) {
    const held = heldBy(pid);
    if (held !== undefined) windows.add(`${name}, resident MB`, done / calls, held.residentMb);
  }
  const below = sandboxes().flatMap((pid) => heldBy(pid) ?? []);
  for (const each of below) seen.set(each.name, each);
  mostSandboxes = Math.max(mostSandboxes, below.length);
  if (below.length > 0)
    windows.add(
      "a sandbox process, resident MB",
      done / calls,
      below.reduce((all, { residentMb }) => all + residentMb, 0) / below.length,
    );
}

async function startDaemon(): Promise<{
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<number | null>;
}> {
  const words = [join(programs, "daemon/palyrad.js"), "--port", "0", "--json"];
  const child = spawn(process.execPath, words, {
    env: { ...env, PALYRA_ADMIN_TOKEN: "admin-token-of-the-soak-0123456789", PALYRA_MCP_TOKEN: MCP_TOKEN },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`palyrad ended with ${code}`))),
  ]);
  const { url }: { url: string } = JSON.parse(line);
  return { child, url, ended };
}

/** Descriptors once nothing is under way. */
async function quiet(): Promise<Record<string, number>> {
  await sleep(1500);
  return Object.fromEntries([...watched].map(([name, pid]) => [name, heldBy(pid)?.descriptors ?? 0]));
}

async function soak(): Promise<object> {
  for (const artifact of skills.artifacts) palyra("skills", "install", "--artifact", artifact, "--allow-untrusted", "--yes");
  const daemon = await startDaemon();
  watched.set("palyrad", daemon.child.pid ?? -1);
  const places: Places = { programs, url: daemon.url, mcpToken: MCP_TOKEN, env };
  const callers = await Promise.all(Array.from({ length: clients }, (_, at) => openCaller(WAYS[at % WAYS.length] ?? "", places)));
  for (const [at, { way, pid }] of callers.entries()) if (pid !== undefined) watched.set(`${way} (${at})`, pid);
  const timer = setInterval(sample, SAMPLE_MS);
  const started = performance.now();
  let next = 0;
  const run = (until: number) =>
    Promise.all(
      callers.map(async (caller) => {
        while (next < until) {
          next += 1;
          const at = performance.now();
          await turn(caller, next);
          windows.add("a call, ms", done / calls, performance.now() - at);
          done += 1;
          if (done % 1000 === 0) say(`${done} calls, ${((performance.now() - started) / done).toFixed(1)} ms each`);
        }
      }),
    );
  await run(Math.ceil(calls / 4));
  const before = await quiet();
  await run(calls);
  const seconds = (performance.now() - started) / 1000;
  const after = await quiet();
  clearInterval(timer);
  const kinds = descriptorKinds(daemon.child.pid ?? -1);
  for (const [name, most] of Object.entries(before))
    if ((after[name] ?? 0) > most + SPARE_DESCRIPTORS)
      fault(`${name}: ${most} descriptors after a quarter, ${after[name]} at the end: ${JSON.stringify(kinds)}`);

  for (const caller of callers) await caller.close();
  daemon.child.kill("SIGTERM");
  const code = await daemon.ended;
  if (code !== 0) fault(`palyrad ended with ${code}`);
  await checkJournal();
  await checkLeftovers();
  if (lost > 2 * kills) fault(`${lost} calls lost their process, and ${kills} processes were killed`);
  const memory = windows.told();
  if (calls >= ENOUGH_CALLS) for (const grown of windows.grown()) fault(grown);
  return {
    calls,
    clients,
    hostile_tools: skills.hostile.length,
    seconds,
    kills,
    lost,
    tally,
    receipts: receipts.size,
    most_sandboxes: mostSandboxes,
    descriptors: { before, after },
    windows: memory,
  };
}

/** A pool may have one process more or less that stands ready, on two pipes; a client's connection comes and goes. */
const SPARE_DESCRIPTORS = 12;
/** Before that a heap is still warming up. */
const ENOUGH_CALLS = 5000;

async function checkJournal(): Promise<void> {
  const file = join(root, "receipts.ndjson");
  const verified = Object(palyra("skills", "journal", "verify"));
  if (verified.unvouched !== null) fault(`the journal has events that nobody vouches for: ${JSON.stringify(verified.unvouched)}`);
  const exported = Object(palyra("skills", "receipts", "export", "--output", file));
  const held = Object(palyra("skills", "receipts", "verify", file));
  const problems = held.receipts.filter(({ problem }: { problem: unknown }) => problem !== null);
  if (problems.length > 0 || held.verified !== exported.count)
    fault(`${exported.count} receipts were exported, ${held.verified} hold: ${JSON.stringify(problems[0])?.slice(0, 2000)}`);
  const kept = new Set(
    readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => String(JSON.parse(line).receipt_id)),
  );
  const missing = [...receipts].filter((id) => !kept.has(id));
  if (missing.length > 0)
    fault(`${missing.length} receipts of calls that were answered are not in the journal: ${missing.slice(0, 3)}`);
  if (kept.size !== receipts.size) fault(`${kept.size} receipts in the journal, ${receipts.size} calls that were answered`);
}

async function checkLeftovers(): Promise<void> {
  const alive = (): readonly Held[] => [...seen.values()].filter(isThere);
  // What was ended takes a moment to be gone.
  for (let look = 0; alive().length > 0 && look < 600; look += 1) await sleep(100);
  if (alive().length > 0) fault(`processes are left: ${alive().map(({ name }) => name)}`);
  const files = readdirSync(temporary);
  if (files.length > 0) fault(`temporary files are left: ${files.slice(0, 5)}`);
  const odd = readdirSync(env.PALYRA_STATE_ROOT, { recursive: true })
    .map(String)
    .filter((name) => /\.(new|tmp|part)|staging|pending/.test(name));
  if (odd.length > 0) fault(`files are left: ${odd.slice(0, 5)}`);
}

try {
  const report = await soak();
  process.stdout.write(`${JSON.stringify({ ...report, faults }, null, values.json ? 0 : 2)}\n`);
} finally {
  for (const pid of watched.values()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // As it should be.
    }
  }
  rmSync(root, { recursive: true, force: true });
}
process.exit(faults.length === 0 ? 0 : 1);
