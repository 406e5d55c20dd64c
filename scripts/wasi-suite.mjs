// Cases of the public wasi-testsuite over our WASI: testing/wasi-suite/main.ts says how.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runSources } from "./run-sources.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "wasi-suite-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.env.WASI_SUITE_WORKER = join(folder, "worker.mjs");
await build({
  absWorkingDir: root,
  entryPoints: ["testing/host-worker.ts"],
  outfile: process.env.WASI_SUITE_WORKER,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  conditions: ["palyra-source"],
  logLevel: "error",
});
await runSources("testing/wasi-suite/main.ts");
