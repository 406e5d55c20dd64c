/**
 * Runs cases of the public wasi-testsuite (preview 1) over the WASI that ships and a real broker: a folder of `<case>.wasm`, each with or without a
 * `<case>.json` (`args`, `dirs`, `env`, `exit_code`, `stdout`, `stderr`). Folders are copied first. Ends with 1 where a case fails.
 *
 *     npm run wasi-suite -- FOLDER [--ignore NAME,NAME] [--guest PATH]     --guest: what the folder is called inside; default its name
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { openBroker } from "../../packages/palyra/src/execution/broker/index.ts";
import { type Ran, runModule } from "../host-run.ts";

interface Case {
  readonly args?: readonly string[];
  readonly dirs?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
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

async function run(name: string, { args = [], dirs = [], env = {} }: Case, at: string): Promise<Ran> {
  const state = mkdtempSync(join(tmpdir(), "palyra-suite-"));
  try {
    const roots = dirs.map((dir, index) => {
      const mappedTo = mkdtempSync(join(tmpdir(), "palyra-suite-dir-"));
      if (existsSync(join(at, dir))) cpSync(join(at, dir), mappedTo, { recursive: true });
      return { name: `root${index}`, write: true, mappedTo, guest: values.guest ?? basename(dir) };
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

let failed = 0;
for (const file of readdirSync(folder)
  .filter((each) => each.endsWith(".wasm"))
  .sort()) {
  const name = file.slice(0, -".wasm".length);
  if (ignored.has(name)) continue;
  const described = join(folder, `${name}.json`);
  const expected: Case = existsSync(described) ? JSON.parse(readFileSync(described, "utf8")) : {};
  const { exit, stdout, stderr } = await run(name, expected, folder).catch(
    (error: unknown): Ran => ({ exit: -1, stdout: "", stderr: String(error) }),
  );
  const wrong = [
    exit === (expected.exit_code ?? 0) ? "" : `exit ${exit}`,
    expected.stdout === undefined || expected.stdout === stdout ? "" : "stdout",
    expected.stderr === undefined || expected.stderr === stderr ? "" : "stderr",
  ].filter((each) => each !== "");
  if (wrong.length > 0) failed += 1;
  console.log(
    `${wrong.length === 0 ? "pass" : `FAIL (${wrong.join(", ")})`}  ${name}${wrong.length === 0 ? "" : `\n${stderr.slice(0, 600)}`}`,
  );
}
process.exit(failed === 0 ? 0 : 1);
