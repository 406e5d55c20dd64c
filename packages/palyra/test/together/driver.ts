/**
 * Many command lines of one person in one process: `driver.mjs <plan as JSON>`. The last line that it writes is what it found on its way,
 * as JSON; the exit code is 1 where a command ended as none may.
 */
import { runCommandLine } from "../../src/cli/run.ts";
import { compose } from "../../src/entry/compose.ts";
import type { Services } from "../../src/operations/services.ts";

export interface MixedPlan {
  readonly stateRoot: string;
  readonly person: number;
  readonly operations: number;
  /** Artifacts of one skill each, lowest version first: some are everybody's, some this person's own. */
  readonly shared: readonly SkillArtifacts[];
  readonly own: readonly SkillArtifacts[];
  /** 64 hex digits each. */
  readonly keys: readonly string[];
  readonly env: { readonly [name: string]: string };
}

export interface SkillArtifacts {
  readonly skillId: string;
  readonly files: readonly string[];
}

/** What one person did and what must be there afterwards. */
export interface MixedResult {
  /** Commands that ended with 0, by their words. */
  readonly done: { readonly [command: string]: number };
  /** Refusals, by code. */
  readonly refused: { readonly [code: string]: number };
  /** Of the own skills: the versions installed, and the status of each version that has one. */
  readonly installed: { readonly [skillId: string]: readonly string[] };
  readonly statuses: { readonly [subject: string]: string };
  readonly trusted: { readonly [publisher: string]: readonly string[] };
  readonly secrets: { readonly [key: string]: string };
  /** Status changes that the daemon did not answer in time: each was done, or not. */
  readonly unsure: number;
  /** Commands that ended as none may. */
  readonly faults: readonly string[];
}

/** How a command may be refused where others work on the same skills. */
const REFUSALS = new Set(["AlreadyInstalled", "NotInstalled", "DowngradeRefused", "DaemonUnreachable"]);

const plan: MixedPlan = JSON.parse(process.argv[2] ?? "{}");
const done: { [command: string]: number } = {};
const refused: { [code: string]: number } = {};
const faults: string[] = [];
const count = (table: { [name: string]: number }, name: string) => {
  table[name] = (table[name] ?? 0) + 1;
};

/** A small generator (xorshift), so that a run can be repeated. */
let state = 0x9e3779b9 ^ (plan.person * 0x85ebca6b + 1);
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
function pick<Item>(items: readonly Item[]): Item {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

async function run(argv: readonly string[], stdin = ""): Promise<unknown> {
  const out: string[] = [];
  const err: string[] = [];
  const principal = `user:p${plan.person}`;
  const exit = await runCommandLine([...argv, "--principal", principal, "--json"], {
    env: plan.env,
    stdout: { write: (text) => void out.push(String(text)), terminal: false },
    stderr: { write: (text) => void err.push(String(text)), terminal: false },
    now: () => Date.now(),
    signal: new AbortController().signal,
    compose: (options): Services => ({
      ...compose({ ...options, stateRoot: plan.stateRoot }, plan.env),
      readStdin: async () => new TextEncoder().encode(stdin),
    }),
  });
  const [stdout, stderr] = [out.join(""), err.join("")];
  if (exit === 0) return JSON.parse(stdout === "" ? "null" : stdout);
  const code = codeOf(stderr);
  count(refused, code);
  if (!REFUSALS.has(code)) faults.push(`${argv.join(" ")}: exit ${exit}: ${stderr.slice(0, 600)}`);
  return undefined;
}

function codeOf(stderr: string): string {
  try {
    return String(JSON.parse(stderr).error.code);
  } catch {
    return "no error document";
  }
}

async function did(command: string, argv: readonly string[], stdin?: string): Promise<boolean> {
  const answer = await run([...command.split(" "), ...argv], stdin);
  if (answer === undefined) return false;
  count(done, command);
  return true;
}

/** The own skills as they must be: what this person alone changes. */
const installed = new Map<string, Set<number>>(plan.own.map(({ skillId }) => [skillId, new Set()]));
const statuses = new Map<string, string>();
const trusted = new Map<string, Set<string>>();
const secrets = new Map<string, string>();
const versionOf = (at: number): string => `1.${at}.0`;

async function installOne({ skillId, files }: SkillArtifacts, mine: boolean): Promise<void> {
  const at = below(files.length);
  const file = files[at];
  if (file === undefined) return;
  const has = installed.get(skillId);
  const ok = await did("skills install", ["--artifact", file, "--yes", "--allow-downgrade"]);
  if (!mine || has === undefined) return;
  if (ok === has.has(at)) faults.push(`install ${skillId} ${versionOf(at)}: ${ok ? "was there" : "refused"}`);
  has.add(at);
}

async function removeOne({ skillId, files }: SkillArtifacts, mine: boolean): Promise<void> {
  const at = below(files.length);
  const has = installed.get(skillId);
  const ok = await did("skills remove", [skillId, "--version", versionOf(at)]);
  if (!mine || has === undefined) return;
  if (ok !== has.has(at)) faults.push(`remove ${skillId} ${versionOf(at)}: ${ok ? "was not there" : "refused"}`);
  has.delete(at);
}

const VERBS = { quarantine: "quarantined", disable: "disabled", enable: "active" } as const;

async function changeStatus({ skillId, files }: SkillArtifacts, mine: boolean): Promise<void> {
  const verb = pick(["quarantine", "disable", "enable"] as const);
  const version = versionOf(below(files.length));
  const more = verb === "enable" ? ["--override"] : [];
  const before = refused["DaemonUnreachable"] ?? 0;
  const ok = await did(`skills ${verb}`, [skillId, "--version", version, "--reason", `turn of ${plan.person}`, ...more]);
  if ((refused["DaemonUnreachable"] ?? 0) > before) statuses.delete(`${skillId} ${version}`);
  else if (mine && ok) statuses.set(`${skillId} ${version}`, VERBS[verb]);
}

async function changeTrust(): Promise<void> {
  const publisher = `friend${plan.person}x${below(3)}`;
  const key = pick(plan.keys);
  const keys = trusted.get(publisher) ?? new Set();
  trusted.set(publisher, keys);
  if (below(3) > 0) {
    if (await did("skills trust add", [publisher, key])) keys.add(key);
  } else if (keys.has(key) && (await did("skills trust remove", [publisher, key]))) keys.delete(key);
}

async function changeSecret(): Promise<void> {
  const key = `token_${plan.person}_${below(4)}`;
  const value = `value ${below(1_000_000)}`;
  if (below(3) > 0) {
    if (await did("secrets set", ["global", key, "--value-stdin"], value)) secrets.set(key, value);
  } else if (await did("secrets delete", ["global", key])) secrets.delete(key);
}

for (let turn = 0; turn < plan.operations; turn += 1) {
  const mine = below(2) === 0;
  const skill = pick(mine ? plan.own : plan.shared);
  const dice = below(20);
  if (dice < 6) await installOne(skill, mine);
  else if (dice < 10) await removeOne(skill, mine);
  else if (dice < 15) await changeStatus(skill, mine);
  else if (dice < 17) await changeTrust();
  else if (dice < 19) await changeSecret();
  else await did(pick(["skills list", "skills journal verify", "skills trust list"]), []);
}

const result: MixedResult = {
  done,
  refused,
  installed: Object.fromEntries([...installed].map(([id, versions]) => [id, [...versions].sort().map(versionOf)])),
  statuses: Object.fromEntries(statuses),
  trusted: Object.fromEntries([...trusted].map(([publisher, keys]) => [publisher, [...keys].sort()])),
  secrets: Object.fromEntries(secrets),
  unsure: refused["DaemonUnreachable"] ?? 0,
  faults,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
