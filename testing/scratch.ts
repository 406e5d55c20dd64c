/** What a test file leaves: its scratch folders, and whatever else is to end with the file. `testing/setup.ts` does it after each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ends: (() => unknown)[] = [];

/** Has something done when the test file is over. Files share a process, so a hook of a support module would run after its first user alone. */
export function atEndOfFile(end: () => unknown): void {
  ends.push(end);
}

/** Ends what this file began, the last first. */
export async function endFile(): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
}

/** A new folder until the test file is over. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `palyra-${name}-`));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
