import { beforeAll } from "vitest";
import { sandboxBundle } from "../scripts/sandbox-bundle.mjs";
import { sourceBundle } from "../scripts/source-bundle.mjs";
import { builtOnce, bundleFile } from "./bundle.ts";

/** A worker's own: tests know its processes by it. */
const NAME = `sandbox-${process.pid}/child.cjs`;

/** The program of the sandbox's process, made of the sources for the tests of this file. */
export function useSandboxProgram(): string {
  beforeAll(async () => void (await builtOnce(NAME, { ...sourceBundle, ...sandboxBundle, banner: {}, external: [] })));
  return bundleFile(NAME);
}
