// Runs a script of the tests on the sources that it imports: bundled into one file, in a process of its own, with the words that were typed.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sourceBundle } from "./source-bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends this process as the script ended. `entry`: from the root of the checkout. */
export async function runSources(entry) {
  const file = join(root, ".cache", dirname(entry), `main-${process.pid}.mjs`);
  await build({
    ...sourceBundle,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    sourcemap: "inline",
  });
  const run = spawnSync(process.execPath, ["--enable-source-maps", file, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  rmSync(file, { force: true });
  process.exit(run.status ?? 1);
}
