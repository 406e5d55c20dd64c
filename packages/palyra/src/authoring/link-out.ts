/** Symbolic links of what was checked out: one that leads out of it names bytes that are in no commit. */
import { readdir, readlink, realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { io } from "../files/index.ts";

/** The first link below a folder that leads out of it, and to where; nothing of `.git` is looked at, which no commit can hold. `Io`. */
export async function linkOut(folder: string): Promise<{ readonly path: string; readonly to: string } | undefined> {
  const root = await io("read", folder, () => realpath(folder));
  const waiting = [root];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    const directory = below;
    for (const entry of await io("read", directory, () => readdir(directory, { withFileTypes: true }))) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && path !== join(root, ".git")) waiting.push(path);
      if (!entry.isSymbolicLink()) continue;
      const to = await io("read", path, () => readlink(path));
      if (!isInside(root, await end(path, to))) return { path: relative(root, path), to };
    }
  }
  return undefined;
}

/** Where a link leads through all others; of one that leads to nothing, where it would. */
const end = (path: string, to: string): Promise<string> => realpath(path).catch(() => resolve(dirname(path), to));

const isInside = (root: string, path: string): boolean => path === root || path.startsWith(root + sep);
