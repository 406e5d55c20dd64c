/**
 * Every file below a folder. Synchronous, like `hash-files.ts`: of many small files the trips to the thread pool and back cost several
 * times what the work does. For a thread that nobody waits for.
 */
import { type Dirent, readdirSync } from "node:fs";
import { asIo, systemCode } from "./io.ts";

export interface ListedFile {
  /** Below the folder, `/` between its segments. */
  readonly path: string;
  /** A link is not followed, whatever it leads to. */
  readonly kind: "file" | "link" | "other";
}

export interface ListedFolder {
  /** Ascending by path; empty folders are not told. */
  readonly files: readonly ListedFile[];
  /** False: there is more than the limit, and it was not looked at. */
  readonly whole: boolean;
}

/** Undefined: there is no such folder. `limit`: files and folders, all told. `Io` for what cannot be read. */
export function listFolder(folder: string, limit: number): ListedFolder | undefined {
  const top = list(folder);
  if (top === undefined) return undefined;
  const files: ListedFile[] = [];
  const folders = [{ prefix: "", entries: top }];
  let seen = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    seen += next.entries.length;
    if (seen > limit) return { files, whole: false };
    for (const entry of next.entries) {
      const path = next.prefix + entry.name;
      if (entry.isFile()) files.push({ path, kind: "file" });
      else if (entry.isDirectory()) folders.push({ prefix: `${path}/`, entries: list(`${folder}/${path}`) ?? [] });
      else files.push({ path, kind: entry.isSymbolicLink() ? "link" : "other" });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, whole: true };
}

function list(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw asIo("read", folder, error);
  }
}
