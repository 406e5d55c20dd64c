/** Reading for whoever cannot wait: inside a transaction, or just before what may end the process. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { PalyraError } from "../errors.ts";
import { ownFileProblem } from "./own.ts";

/** As `readRegular`: a pipe would be waited for, and a device has no end (T25). `Io` for those and for more than `limit` bytes; else the system's error. */
export function readRegularSync(file: string, limit: number): Uint8Array {
  return readPlain(file, limit, 0, (stat) => (stat.isFile() ? undefined : "it is no regular file"));
}

/** As `readOwn`: through no link, and of nobody else. */
export function readOwnSync(file: string, limit: number): Uint8Array {
  return readPlain(file, limit, constants.O_NOFOLLOW ?? 0, ownFileProblem);
}

function readPlain(file: string, limit: number, flags: number, problemOf: (stat: Stats) => string | undefined): Uint8Array {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags);
  try {
    const stat = fstatSync(descriptor);
    const problem = problemOf(stat);
    if (problem !== undefined) throw new PalyraError("Io", { action: "read", file, code: problem });
    if (stat.size > limit) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit });
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
