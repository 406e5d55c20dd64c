// Builds both packages: core with tsc (files as they are), palyra with esbuild (chunks, so that a command loads
// only what it needs) beside its declarations.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { directImports } from "./direct-imports.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

export const palyraDist = join(root, "packages/palyra/dist");

function types() {
  const tsc = require.resolve("typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-b", "--pretty", "false"], { cwd: root, stdio: "inherit" });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

async function bundle() {
  const { build } = await import("esbuild");
  for (const stale of ["palyra.js", "index.js", "chunks"]) rmSync(join(palyraDist, stale), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { palyra: "packages/palyra/src/entry/palyra.ts", index: "packages/palyra/src/entry/index.ts" },
    outdir: palyraDist,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    // Native code and what stands in for it; found at run time.
    // xmlbuilder2 and libxmljs2: the CycloneDX library's ways to XML, which we do not take.
    external: ["@photostructure/sqlite", "node:sqlite", "xmlbuilder2", "libxmljs2"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [directImports(root)],
  }).then(async ({ metafile }) => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(palyraDist, "meta.json"), JSON.stringify(metafile));
  });
}

if (process.argv.includes("--types") || !process.argv.includes("--bundle")) types();
if (process.argv.includes("--bundle") || !process.argv.includes("--types")) {
  if (existsSync(join(root, "packages/palyra/src/entry/palyra.ts"))) await bundle();
}
