import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder `../shared` beside the checkout: vectors and corpora that no one on this team wrote. */
const sharedFolder = join(dirname(root), "shared");
export const repositoryRoot = root;

/** True where CI forbids skips (`PALYRA_TEST_FORBID_SKIPS=1`). */
const skipsForbidden = process.env["PALYRA_TEST_FORBID_SKIPS"] === "1";

/** A path below `../shared`. */
export const shared = (...parts: string[]): string => join(sharedFolder, ...parts);

export const sharedBytes = (...parts: string[]): Uint8Array => new Uint8Array(readFileSync(shared(...parts)));

export const sharedJson = (...parts: string[]): unknown => JSON.parse(readFileSync(shared(...parts), "utf8"));

/** A group of tests over `../shared/<path>`; skipped by name, with the reason, where that folder is missing. */
export function describeShared(path: string, name: string, body: () => void): void {
  if (existsSync(shared(path))) describe(name, body);
  else if (skipsForbidden)
    it(`${name}: ../shared/${path} is missing`, () => Promise.reject(new Error(`../shared/${path} is missing`)));
  else describe.skip(`${name} (skipped: ../shared/${path} is not beside the checkout)`, body);
}

/** A group of tests that need programs of the system; skipped by name, with the reason, where one is not installed. */
export function describeWithPrograms(programs: readonly string[], packages: string, name: string, body: () => void): void {
  const missing = programs.filter((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0);
  const reason = `no ${missing.join(", ")}: apt-get install ${packages}`;
  if (missing.length === 0) describe(name, body);
  else if (skipsForbidden) it(`${name}: ${reason}`, () => Promise.reject(new Error(reason)));
  else describe.skip(`${name} (skipped: ${reason})`, body);
}
