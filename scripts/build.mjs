// Builds both packages: core with tsc (files as they are), palyra with esbuild (chunks, so that a command loads
// only what it needs) beside its declarations.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chunks } from "./chunks.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const palyraDist = join(root, "packages/palyra/dist");

function types() {
  const tsc = require.resolve("typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-b", "--pretty", "false"], { cwd: root, stdio: "inherit" });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

/** What nearly every command uses: one chunk, loaded with each. */
const COMMON =
  /^core\/src\/(errors\.ts|encoding\/|manifest\/(identifier|version|compat)\.ts)|^palyra\/src\/(errors\.ts|settings\.ts|files\/|installed\/|platform\/|journal\/(effective|events|outbox)\.ts|lifecycle\/(home|recover-reading|state-root)\.ts|operations\/(field|operation|catalog)\.ts|operations\/wording\/(safe|units)\.ts|operations\/shared\/(eligibility|inventory|inputs)\.ts|cli\/(options|words|suggest|command|invocation|manner|dispatch|progress|json)\.ts|cli\/text\/|cli\/views\/eligibility\.ts)/;

async function bundle(outdir) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { palyra: "packages/palyra/src/entry/palyra.ts", index: "packages/palyra/src/entry/index.ts" },
    outdir,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    // Native code and what stands in for it is found at run time; xmlbuilder2 is a way to XML that we do not take.
    external: ["@photostructure/sqlite", "node:sqlite", "xmlbuilder2"],
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [chunks(root, (path) => COMMON.test(path))],
  });
  writeFileSync(join(outdir, "meta.json"), JSON.stringify(metafile));
  // Chunks of earlier builds go last: a command that runs meanwhile finds its own.
  const made = new Set(Object.keys(metafile.outputs).map((output) => basename(output)));
  for (const name of readdirSync(join(outdir, "chunks"))) if (!made.has(name)) rmSync(join(outdir, "chunks", name));
}

/** `--outdir DIR`: another place for the bundle; the tests look at what it holds. */
const named = process.argv.indexOf("--outdir");
if (process.argv.includes("--types") || !process.argv.includes("--bundle")) types();
if (process.argv.includes("--bundle") || !process.argv.includes("--types")) {
  if (existsSync(join(root, "packages/palyra/src/entry/palyra.ts")))
    await bundle(named === -1 ? palyraDist : process.argv[named + 1]);
}
