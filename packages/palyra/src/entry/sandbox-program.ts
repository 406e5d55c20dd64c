/** Where the program of the sandbox's process lies (spec 10.3): beside what was built, whichever of its files this is part of. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PalyraError } from "../errors.ts";

const PROGRAM = "sandbox/child.cjs";
/** From `dist`, `dist/chunks`, `dist/daemon/chunks`; from the sources. */
const FOLDERS = ["./", "../", "../../", "../../dist/"];

/** `SandboxUnavailable`. */
export function sandboxProgram(): string {
  const found = FOLDERS.map((folder) => fileURLToPath(new URL(`${folder}${PROGRAM}`, import.meta.url))).find(existsSync);
  if (found === undefined)
    throw new PalyraError("SandboxUnavailable", { problem: `${PROGRAM} is missing from the installation` });
  return found;
}
