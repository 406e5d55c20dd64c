/**
 * Runs cases of the public wasi-testsuite (preview 1) over the WASI that ships and a real broker: every `<case>.wasm` in the folder and below (a checkout
 * of the suite's branch `prod/testsuite-base`, or a part of it; what is for other interfaces than preview 1 is passed over), or one file, each with or
 * without a `<case>.json` (case.ts). Folders are copied first, without what an earlier run left (`*.cleanup`). Cases that make links fail as is meant
 * (T43) and are counted apart. Ends with 1 where another case fails, or one of these does not; with 2 where there is none.
 *
 *     npm run wasi-suite -- FOLDER [--ignore NAME,NAME] [--guest PATH] [--timeout SECONDS]
 *
 * `--guest`: what a folder of `dirs` is called inside; default its name. `root` is called `/`. `--timeout`: of one case, 60.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openBroker } from "../../packages/palyra/src/execution/broker/index.ts";
import { type Ran, runModule } from "../host-run.ts";
import { type Case, readCase } from "./case.ts";

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

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { ignore: { type: "string", default: "" }, guest: { type: "string" }, timeout: { type: "string", default: "60" } },
});
const [named] = positionals;
// npm runs scripts in the repository, whatever folder it was called in.
const folder = named === undefined ? undefined : resolve(process.env["INIT_CWD"] ?? ".", named);
if (folder === undefined || !existsSync(folder)) {
  console.error(
    `${folder === undefined ? "" : `${folder} is not there: `}a folder of cases is needed: npm run wasi-suite -- FOLDER`,
  );
  process.exit(2);
}
const timeoutMs = Number(values.timeout) * 1000;
if (!(timeoutMs > 0)) {
  console.error("--timeout is a number of seconds");
  process.exit(2);
}
const ignored = new Set(values.ignore.split(","));
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
async function tried(file: string): Promise<{ readonly wrong: readonly string[]; readonly stderr: string }> {
  const described = file.replace(/\.wasm$/u, ".json");
  try {
    const expected = readCase(existsSync(described) ? readFileSync(described, "utf8") : "{}", values.guest);
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

const count = { passed: 0, failed: 0, meant: 0 };
for (const file of files.sort()) {
  const name = basename(file, ".wasm");
  if (ignored.has(name)) continue;
  const { wrong, stderr } = await tried(file);
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
if (count.passed + count.failed + count.meant === 0) process.exit(2);
process.exit(count.failed === 0 ? 0 : 1);
