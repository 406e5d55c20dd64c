// Measures the rules on the words that a model reads: npm run texts [-- --missed | --write] (testing/tool-texts/main.ts).
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, ".cache", "tool-texts", `main-${process.pid}.mjs`);
await build({
  absWorkingDir: root,
  entryPoints: ["testing/tool-texts/main.ts"],
  outfile: file,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  conditions: ["palyra-source"],
  banner: { js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);' },
  sourcemap: "inline",
  logLevel: "error",
});
const run = spawnSync(process.execPath, ["--enable-source-maps", file, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
rmSync(file, { force: true });
process.exit(run.status ?? 1);
