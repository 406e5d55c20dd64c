/** What stays free of a journal's disk: where calls alone filled it no quarantine could be journaled, so no tool could be stopped (T33). */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { PalyraError } from "../errors.ts";

/** Of the disk that a folder is on. */
export type DiskOf = (folder: string) => { readonly [part in "bavail" | "blocks" | "bsize"]: number };

/** Bytes, and of a small disk a part of it: for what calls under way write of their ends, a receipt of a mebibyte each, and for what stops skills then. */
const KEPT_BYTES = 256 * 1024 * 1024;
const KEPT_PART = 8;

/** Bytes that have to be free for a call, where fewer are. A disk that cannot be looked at says what is wrong as the journal is opened. */
export function lackedRoom(journal: string, diskOf: DiskOf = statfsSync): number | undefined {
  try {
    const { bavail, blocks, bsize } = diskOf(dirname(journal));
    const kept = Math.min(KEPT_BYTES, Math.floor((blocks * bsize) / KEPT_PART));
    return bavail * bsize < kept ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Before a call writes anything. `Io` */
export function requireRoom(journal: string, diskOf?: DiskOf): void {
  const limit = lackedRoom(journal, diskOf);
  if (limit === undefined) return;
  throw new PalyraError("Io", { action: "run a tool that is journaled in", file: journal, code: "ENOSPC", limit });
}
