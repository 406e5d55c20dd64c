import { statSync } from "node:fs";

/**
 * How a file looks from outside; another text once it was replaced by a rename, which is how ours are written. Undefined: it is not there.
 * A hint that spares reading it again, never a proof.
 */
export function fileMark(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
