import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import { sandboxBundle } from "../scripts/sandbox-bundle.mjs";
import { repositoryRoot } from "./shared.ts";

/** The program of the sandbox's process, made of the sources for the tests of this file. */
export function useSandboxProgram(): string {
  const file = join(repositoryRoot, ".cache", "test", `sandbox-${process.pid}`, "child.cjs");
  beforeAll(async () => {
    await mkdir(dirname(file), { recursive: true });
    await build({
      ...sandboxBundle,
      absWorkingDir: repositoryRoot,
      bundle: true,
      platform: "node",
      target: "node20.19",
      conditions: ["palyra-source"],
      outfile: file,
      logLevel: "error",
    });
  });
  afterAll(() => rm(dirname(file), { recursive: true, force: true }));
  return file;
}
