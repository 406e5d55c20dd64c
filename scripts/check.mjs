// Types of the packages, of the tests and of the tools; and whether docs/rules is what the rules say.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
for (const args of [
  ["scripts/build.mjs", "--types"],
  [tsc, "-p", "tsconfig.test.json", "--pretty", "false"],
]) {
  const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (run.status !== 0) process.exit(run.status ?? 1);
}
const docs = spawnSync(process.execPath, ["scripts/rules.mjs", "--check"], { cwd: root, stdio: "inherit" });
if (docs.status !== 0) process.exit(docs.status ?? 1);
