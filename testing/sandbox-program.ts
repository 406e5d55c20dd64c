import { copyFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeAll } from "vitest";
import { sandboxBundle } from "../scripts/sandbox-bundle.mjs";
import { sourceBundle } from "../scripts/source-bundle.mjs";
import { builtOnce, bundleFile } from "./bundle.ts";

let files = 0;

/** The program of the sandbox's process, made of the sources for the tests of this file: at a place of its own, since tests know their processes by it. */
export function useSandboxProgram(): string {
  files += 1;
  const program = bundleFile(`sandbox-${process.pid}-${files}/child.cjs`);
  beforeAll(async () => {
    const built = await builtOnce("sandbox/child.cjs", { ...sourceBundle, ...sandboxBundle, banner: {}, external: [] });
    await mkdir(dirname(program), { recursive: true });
    await copyFile(built, program);
  });
  return program;
}
