// A driver of a benchmark that runs on the sources, bundled. Inside the checkout, where native packages are found.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { repository } from "./inputs.mjs";

/** `name`: of a file of `drivers`, without its ending. Remove it when done. */
export async function bundleDriver(name) {
  const file = join(repository, ".cache", `bench-${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(repository, `bench/drivers/${name}.ts`)],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    external: ["@cedar-policy/cedar-wasm", "@napi-rs/keyring", "@photostructure/sqlite", "node:sqlite", "xmlbuilder2"],
    banner: { js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);' },
    logLevel: "error",
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
