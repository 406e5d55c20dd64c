/** The folder that all scratch of a run of the tests lies in, those of the processes they start included; in the end it must be empty. */
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** In memory a file is synced at once, and half of what most tests wait for is syncing. */
const MEMORY = "/dev/shm";
/** Bytes; a run holds a few hundred megabytes at most. */
const ENOUGH = 2 * 1024 ** 3;

/** `PALYRA_TEST_SCRATCH` names another place, so that a run on a disk can be had. */
function place(): string {
  const named = process.env["PALYRA_TEST_SCRATCH"];
  if (named !== undefined) return named;
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const bundles = join(repositoryRoot, ".cache", `test-${process.pid}`);
let folder = "";

/** What a run left that was killed: nobody else would give its memory back. */
function sweep(base: string): void {
  for (const name of readdirSync(base)) {
    const [, pid] = /^palyra-tests-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(base, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Anything but "no such process" is one of somebody else.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

export function setup(): void {
  const base = place();
  sweep(base);
  folder = mkdtempSync(join(base, `palyra-tests-${process.pid}-`));
  // As the system's own: some processes of the tests are another user's.
  chmodSync(folder, 0o755);
  mkdirSync(bundles, { recursive: true });
  process.env["TMPDIR"] = folder;
  process.env["PALYRA_TEST_BUNDLES"] = bundles;
  // The same bundle starts a thousand times, to be killed; what has this (Node 22) compiles it once.
  process.env["NODE_COMPILE_CACHE"] = join(bundles, "compiled");
}

export function teardown(): void {
  const left = readdirSync(folder);
  for (const done of [folder, bundles]) rmSync(done, { recursive: true, force: true });
  if (left.length === 0) return;
  // An error alone is shown, and the run ends with 0.
  process.exitCode = 1;
  throw new Error(`tests left ${left.length} behind in ${folder}: ${left.slice(0, 20).join(", ")}`);
}
