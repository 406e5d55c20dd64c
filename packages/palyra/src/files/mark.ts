import { type BigIntStats, statSync } from "node:fs";

/**
 * How a file looks from outside; another text once it was replaced by a rename, which is how ours are written. Undefined: it is not there.
 * A hint that spares reading it again, never a proof: what rests on it is kept by `Kept`.
 */
export function fileMark(file: string): string | undefined {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found && markOf(found);
  } catch {
    // A link to itself, a folder that is closed: never the same as before. Whoever reads it says what is wrong.
    unknown += 1;
    return `unknown ${unknown}`;
  }
}

let unknown = 0;

export const markOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
