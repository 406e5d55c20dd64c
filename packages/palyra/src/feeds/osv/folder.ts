/** A folder of records, one a file that ends with `.json`, in it or below it: an advisory database as it is kept in git, or an unpacked zip. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { MAX_OSV_RECORD_BYTES } from "palyra-skills/supplychain";
import { listFolder } from "../../files/index.ts";
import { type FeedFile, FeedProblem, isRecordName } from "./feed-file.ts";

/** Files and folders of a feed. */
const MAX_FILES = 4_000_000;

/** Paths of its files, ascending, but for those that are hidden. Links are not followed. */
function pathsIn(folder: string): readonly string[] {
  const listed = listFolder(folder, MAX_FILES);
  if (listed === undefined) throw new FeedProblem("it is not there");
  if (!listed.whole) throw new FeedProblem(`it has more than ${MAX_FILES} files`);
  return listed.files.filter(({ path, kind }) => kind === "file" && !`/${path}`.includes("/.")).map(({ path }) => path);
}

export async function* listedRecords(folder: string, hash: (part: string | Uint8Array) => void): AsyncIterable<FeedFile> {
  for (const name of pathsIn(folder)) {
    if (!isRecordName(name)) {
      yield { name, isOther: true };
      continue;
    }
    const bytes = readRecord(`${folder}/${name}`);
    hash(`${name}\n${bytes?.length ?? "too large"}\n`);
    if (bytes !== undefined) hash(bytes);
    yield bytes === undefined ? { name } : { name, bytes };
  }
}

function readRecord(file: string): Uint8Array | undefined {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    if (size > MAX_OSV_RECORD_BYTES) return undefined;
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** How all of them look from outside, as one text: another one once any of them was changed, added or taken away. */
export function folderMark(folder: string): string {
  const hash = createHash("sha256");
  for (const path of pathsIn(folder)) {
    const found = statSync(`${folder}/${path}`, { bigint: true, throwIfNoEntry: false });
    hash.update(`${path}\n${found?.ino} ${found?.size} ${found?.mtimeNs} ${found?.ctimeNs}\n`);
  }
  return hash.digest("hex");
}
