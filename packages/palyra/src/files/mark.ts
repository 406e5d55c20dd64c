import { type BigIntStats, statSync } from "node:fs";

/**
 * How a file looks from outside; another text once it was replaced by a rename, which is how ours are written. Undefined: it is not there.
 * A hint that spares reading it again, never a proof: what rests on it is kept by `Kept`.
 */
export function fileMark(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && markOf(found);
}

export const markOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
