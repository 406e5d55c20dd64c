import { type BigIntStats, statSync } from "node:fs";

/**
 * How a file looks from outside; another text once it was replaced by a rename, which is how ours are written. Undefined: it is not there.
 * A hint that spares reading it again, never a proof: what rests on it is kept by `Kept`.
 * @param unknown of one that cannot be looked at; absent: never the same as before
 */
export function fileMark(file: string, unknown?: string): string | undefined {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found && markOf(found);
  } catch {
    // A link to itself, a folder that is closed: whoever reads it says what is wrong.
    times += 1;
    return unknown ?? `unknown ${times}`;
  }
}

let times = 0;

export const markOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
