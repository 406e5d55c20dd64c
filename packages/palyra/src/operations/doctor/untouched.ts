/** A journal read without a byte, a name or a time of its folder changing: as a still file, else as a copy elsewhere. */
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PalyraError } from "../../errors.ts";
import { ifThere, io } from "../../files/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";

/** Copies that are tried while others write. */
const MAX_COPIES = 5;

/** Undefined: there is none. `JournalUnavailable`, `Io`. */
export async function withUntouchedJournal<Result>(
  home: Home,
  work: (journal: Journal) => Promise<Result>,
): Promise<Result | undefined> {
  const file = home.places.journal;
  if ((await ifThere(() => io("read", file, () => stat(file)))) === undefined) return undefined;
  if (!(await isWaiting(file))) return withJournal(await home.openJournal(file, { create: false, untouched: true }), work);
  // SQLite would write the waiting changes into the file. What it makes beside the copy goes with the copy.
  const folder = await mkdtemp(join(tmpdir(), "palyra-doctor-"));
  try {
    const copy = await copyWhole(file, folder);
    return await withJournal(await home.openJournal(copy, { create: false }), work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withJournal<Result>(journal: Journal | undefined, work: (journal: Journal) => Promise<Result>) {
  if (journal === undefined) return undefined;
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

async function isWaiting(file: string): Promise<boolean> {
  for (const suffix of ["-wal", "-journal"]) {
    const found = await ifThere(() => io("read", file, () => stat(file + suffix)));
    if ((found?.size ?? 0) > 0) return true;
  }
  return false;
}

/** File and waiting changes of one moment: looked at before and after. */
async function copyWhole(file: string, folder: string): Promise<string> {
  const copy = join(folder, basename(file));
  for (let copies = 0; copies < MAX_COPIES; copies += 1) {
    const before = await fingerprint(file);
    for (const suffix of ["", "-wal", "-journal"]) {
      await rm(copy + suffix, { force: true });
      await ifThere(() => io("copy", file + suffix, () => copyFile(file + suffix, copy + suffix)));
    }
    if ((await fingerprint(file)) === before) return copy;
  }
  throw new PalyraError("JournalUnavailable", { file, problem: "others write it without a pause; try again" });
}

async function fingerprint(file: string): Promise<string> {
  const parts = await Promise.all(
    ["", "-wal", "-journal"].map(async (suffix) => {
      const found = await ifThere(() => io("read", file, () => stat(file + suffix, { bigint: true })));
      return found === undefined ? "none" : [found.ino, found.size, found.mtimeNs].join(":");
    }),
  );
  return parts.join(" ");
}
