import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { sourceBundle } from "../scripts/source-bundle.mjs";
import { repositoryRoot } from "./shared.ts";

/**
 * Bundles a script of the tests with the sources that it imports, so that a plain `node` runs it in a process of its own: once a run,
 * for all test files. It lies inside the checkout, where native packages are found.
 */
export async function bundleForNode(entry: string): Promise<{ readonly file: string }> {
  const file = await builtOnce(relative(repositoryRoot, entry).replaceAll(sep, "-").replace(/\.ts$/, ".mjs"), {
    ...sourceBundle,
    entryPoints: [entry],
  });
  return { file };
}

/** Builds what is not there yet of this run. */
export async function builtOnce(name: string, options: BuildOptions): Promise<string> {
  const file = bundleFile(name);
  if (existsSync(file)) return file;
  // Two workers may build it at once: each moves a whole one into place.
  const own = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await build({ ...options, absWorkingDir: repositoryRoot, outfile: own });
  await rename(own, file);
  return file;
}

/** `testing/run-folder.ts` makes the folder, and takes it away. */
export function bundleFile(name: string): string {
  const folder = process.env["PALYRA_TEST_BUNDLES"];
  if (folder === undefined) throw new Error("bundles are made in a run of the tests");
  return join(folder, name);
}
