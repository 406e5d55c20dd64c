// Cases of the public wasi-testsuite over our WASI: testing/wasi-suite/main.ts says how.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runSources } from "./run-sources.mjs";
import { sourceBundle } from "./source-bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "wasi-suite-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.env.WASI_SUITE_WORKER = join(folder, "worker.mjs");
await build({
  ...sourceBundle,
  absWorkingDir: root,
  entryPoints: ["testing/host-worker.ts"],
  outfile: process.env.WASI_SUITE_WORKER,
});
await runSources("testing/wasi-suite/main.ts");
