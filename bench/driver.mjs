// A driver of a benchmark that runs on the sources, bundled. Inside the checkout, where native packages are found.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { sourceBundle } from "../scripts/source-bundle.mjs";
import { repository } from "./inputs.mjs";

/** `name`: of a file of `drivers`, without its ending. Remove it when done. */
export async function bundleDriver(name) {
  const file = join(repository, ".cache", `bench-${name}-${process.pid}.mjs`);
  await build({
    ...sourceBundle,
    entryPoints: [join(repository, `bench/drivers/${name}.ts`)],
    outfile: file,
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
