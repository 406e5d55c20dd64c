import { lstat, realpath } from "node:fs/promises";
import { ifThere } from "../files/index.ts";

/**
 * What is packed through a link, to be said: what a link leads to may be another file tomorrow, or one that nobody meant to give away.
 * What is not there is told by whoever reads it.
 */
export async function linkRemarks(files: readonly string[]): Promise<readonly string[]> {
  const remarks = await Promise.all(
    files.map(async (file) => {
      const found = await ifThere(() => lstat(file));
      if (found?.isSymbolicLink() !== true) return undefined;
      const target = await ifThere(() => realpath(file));
      return target === undefined ? undefined : `${file} is a link: what it leads to is packed, ${target}`;
    }),
  );
  return remarks.filter((remark) => remark !== undefined);
}
