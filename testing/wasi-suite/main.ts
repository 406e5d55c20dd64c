/**
 * Runs cases of the public wasi-testsuite (preview 1) over the WASI that ships and a real broker: every `<case>.wasm` in the folder and below (a checkout
 * of the suite's branch `prod/testsuite-base`, or a part of it; what is for other interfaces than preview 1 is passed over), each with or without a
 * `<case>.json` (`args`, `root` or `dirs`, `env`, `exit_code`, `stdout`, `stderr`). Folders are copied first, without what an earlier run left
 * (`*.cleanup`). Ends with 1 where a case fails, with 2 where there is none.
 *
 *     npm run wasi-suite -- FOLDER [--ignore NAME,NAME] [--guest PATH]     --guest: what a folder of `dirs` is called inside; default its name. `root` is called `/`
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { openBroker } from "../../packages/palyra/src/execution/broker/index.ts";
import { type Ran, runModule } from "../host-run.ts";

interface Case {
  readonly args?: readonly string[];
  readonly root?: string;
  readonly dirs?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** How cases of later previews are described; such a case fails. */
  readonly operations?: unknown;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { ignore: { type: "string", default: "" }, guest: { type: "string" } },
});
const [folder] = positionals;
if (folder === undefined || !existsSync(folder)) {
  console.error("a folder of cases is needed: npm run wasi-suite -- FOLDER");
  process.exit(2);
}
const ignored = new Set(values.ignore.split(","));
/** Bundled by scripts/wasi-suite.mjs. */
const worker = process.env["WASI_SUITE_WORKER"] ?? "";

async function run(name: string, { args = [], root, dirs = [], env = {} }: Case, at: string): Promise<Ran> {
  const state = mkdtempSync(join(tmpdir(), "palyra-suite-"));
  try {
    const mapped = [
      ...(root === undefined ? [] : [{ dir: root, guest: "/" }]),
      ...dirs.map((dir) => ({ dir, guest: values.guest ?? basename(dir) })),
    ];
    const roots = mapped.map(({ dir, guest }, index) => {
      const mappedTo = mkdtempSync(join(tmpdir(), "palyra-suite-dir-"));
      const kept = (path: string): boolean => !path.endsWith(".cleanup");
      if (existsSync(join(at, dir))) cpSync(join(at, dir), mappedTo, { recursive: true, filter: kept });
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
      const job = { module: readFileSync(join(at, `${name}.wasm`)), args: [`${name}.wasm`, ...args], stdin: new Uint8Array() };
      const grants = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
      return await runModule(worker, broker, { ...job, env: Object.entries(env).map((pair) => pair.join("=")), roots, grants });
    } finally {
      await broker.close();
      for (const { mappedTo } of roots) rmSync(mappedTo, { recursive: true, force: true });
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** Later previews, threads: not what is run here. */
const OTHER_INTERFACE = /wasip[23]|threads/u;

let failed = 0;
let passed = 0;
for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((each) => each.endsWith(".wasm") && !OTHER_INTERFACE.test(each))
  .sort()) {
  const name = basename(file, ".wasm");
  if (ignored.has(name)) continue;
  const at = join(folder, dirname(file));
  const described = join(at, `${name}.json`);
  const expected: Case = existsSync(described) ? JSON.parse(readFileSync(described, "utf8")) : {};
  const { exit, stdout, stderr } = await run(name, expected, at).catch(
    (error: unknown): Ran => ({ exit: -1, stdout: "", stderr: String(error) }),
  );
  const wrong = [
    expected.operations === undefined ? "" : "described by `operations`, which are not known here",
    exit === (expected.exit_code ?? 0) ? "" : `exit ${exit}`,
    expected.stdout === undefined || expected.stdout === stdout ? "" : "stdout",
    expected.stderr === undefined || expected.stderr === stderr ? "" : "stderr",
  ].filter((each) => each !== "");
  if (wrong.length > 0) failed += 1;
  else passed += 1;
  console.log(
    `${wrong.length === 0 ? "pass" : `FAIL (${wrong.join(", ")})`}  ${name}${wrong.length === 0 ? "" : `\n${stderr.slice(0, 600)}`}`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
if (passed + failed === 0) process.exit(2);
process.exit(failed === 0 ? 0 : 1);
