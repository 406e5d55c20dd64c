/**
 * Runs cases of the public wasi-testsuite (preview 1) over the WASI that ships and a real broker: every `<case>.wasm` in the folder and below (a checkout
 * of the suite's branch `prod/testsuite-base`, or a part of it; what is for other interfaces than preview 1 is passed over), or one file, each with or
 * without a `<case>.json` (case.ts). Folders are copied first, without what an earlier run left (`*.cleanup`). Cases that make links fail as is meant
 * (T43) and are counted apart. Ends with 1 where another case fails, or one of these does not; with 2 where there is none, or what was typed
 * is not understood. `npm run wasi-suite -- --help` (usage.ts) says what may be typed.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { openBroker } from "../../packages/palyra/src/execution/broker/index.ts";
import { type Ran, runModule } from "../host-run.ts";
import { type Case, readCase } from "./case.ts";
import { typedWords, USAGE } from "./usage.ts";

/** They make a link, which is refused (docs/sandbox.md). */
const MAKES_LINKS: readonly string[] = [
  "nofollow_errors",
  "path_exists",
  "path_link",
  "path_symlink_trailing_slashes",
  "readlink",
  "symlink_create",
  "symlink_filestat",
];
/** In older versions of the suite they fail for it, in newer ones they end where a link is refused. */
const MAY_MAKE_LINKS: readonly string[] = ["dangling_symlink", "symlink_loop"];

function endBadly(problem: string): never {
  console.error(problem);
  process.exit(2);
}

const typed = typedWords(process.argv.slice(2));
if (typed.kind === "help") {
  console.log(USAGE);
  process.exit(0);
}
if (typed.kind === "wrong") endBadly(`${typed.problem}\n\n${USAGE}`);
const { guest, timeoutMs, ignored } = typed;
// npm runs scripts in the repository, whatever folder it was called in.
const folder = resolve(process.env["INIT_CWD"] ?? ".", typed.folder);
if (!existsSync(folder)) endBadly(`${folder} is not there: a folder of cases is needed\n\n${USAGE}`);
/** Bundled by scripts/wasi-suite.mjs. */
const worker = process.env["WASI_SUITE_WORKER"] ?? "";

async function run(file: string, { args, dirs, env, stdin }: Case): Promise<Ran> {
  const state = mkdtempSync(join(tmpdir(), "palyra-suite-"));
  try {
    const roots = dirs.map(({ dir, guest }, index) => {
      const mappedTo = mkdtempSync(join(tmpdir(), "palyra-suite-dir-"));
      const kept = (path: string): boolean => !path.endsWith(".cleanup");
      const from = join(dirname(file), dir);
      if (existsSync(from)) cpSync(from, mappedTo, { recursive: true, filter: kept });
      return { name: `root${index}`, write: true, mappedTo, guest };
    });
    const broker = await openBroker({
      stateRoot: state,
      guarded: [],
      skillId: "wasi.suite",
      principal: "user:suite",
      channel: null,
      roots,
      http: { hosts: [], grants: [] },
      secrets: { granted: [], global: [], insertions: [], read: async () => undefined },
      now: Date.now,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      signal: new AbortController().signal,
    });
    try {
      const job = { module: readFileSync(file), args: [basename(file), ...args], stdin: new TextEncoder().encode(stdin) };
      const grants = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
      const lines = Object.entries(env).map((pair) => pair.join("="));
      return await runModule(worker, broker, { ...job, env: lines, roots, grants }, timeoutMs);
    } finally {
      await broker.close();
      for (const { mappedTo } of roots) rmSync(mappedTo, { recursive: true, force: true });
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** What is wrong with it, and what it said; nothing where all is as it should be. */
async function faultsOf(file: string): Promise<{ readonly wrong: readonly string[]; readonly stderr: string }> {
  const described = file.replace(/\.wasm$/u, ".json");
  try {
    const expected = readCase(existsSync(described) ? readFileSync(described, "utf8") : "{}", guest);
    if (expected.unknown.length > 0) return { wrong: [`asks for ${expected.unknown.join(", ")}`], stderr: "" };
    const { exit, stdout, stderr } = await run(file, expected);
    const wrong = [
      exit === expected.exit ? "" : `exit ${exit}`,
      expected.stdout === undefined || expected.stdout === stdout ? "" : "stdout",
      expected.stderr === undefined || expected.stderr === stderr ? "" : "stderr",
    ];
    return { wrong: wrong.filter((each) => each !== ""), stderr };
  } catch (error) {
    return { wrong: [error instanceof Error ? error.message : "unknown"], stderr: "" };
  }
}

/** Later previews, threads: not what is run here. */
const OTHER_INTERFACE = /wasip[23]|threads/u;
const files = statSync(folder).isDirectory()
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((each) => each.endsWith(".wasm") && !OTHER_INTERFACE.test(each))
      .map((each) => join(folder, each))
  : [folder];

const tried = files.filter((file) => !ignored.has(basename(file, ".wasm"))).sort();
if (tried.length === 0)
  endBadly(
    files.length > 0
      ? `no case in ${folder} but those that --ignore names`
      : `no case in ${folder}: a case is NAME.wasm, with NAME.json beside it where it has one`,
  );

const count = { passed: 0, failed: 0, meant: 0 };
for (const file of tried) {
  const name = basename(file, ".wasm");
  const { wrong, stderr } = await faultsOf(file);
  const makesLinks = MAKES_LINKS.includes(name);
  if (wrong.length === 0 && !makesLinks) {
    count.passed += 1;
    console.log(`pass  ${name}`);
  } else if (wrong.length > 0 && (makesLinks || MAY_MAKE_LINKS.includes(name))) {
    count.meant += 1;
    console.log(`fail, as is meant: it makes links  ${name}`);
  } else {
    count.failed += 1;
    console.log(`FAIL (${wrong.join(", ") || "it makes links, and passed"})  ${name}\n${stderr.slice(0, 600)}`);
  }
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.meant} failed as is meant`);
process.exit(count.failed === 0 ? 0 : 1);
