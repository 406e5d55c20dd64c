import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { repositoryRoot } from "./shared.ts";

/**
 * Bundles a script of the tests with the sources that it imports, so that a plain `node` runs it in a process of its own. It lies
 * inside the checkout, where native packages are found. Remove it when done.
 */
export async function bundleForNode(entry: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const file = join(repositoryRoot, ".cache", "test", `${basename(entry, ".ts")}-${process.pid}.mjs`);
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    external: ["@napi-rs/keyring", "@photostructure/sqlite", "node:sqlite", "xmlbuilder2", "@cedar-policy/cedar-wasm/nodejs"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return { file, remove: () => rm(file, { force: true }) };
}
