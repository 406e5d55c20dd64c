import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode } from "./io.ts";

/**
 * Makes a folder and those above it, each with this mode. Returns the topmost one that it made; undefined where all were there. Throws the
 * system's error: `ENOTDIR` for something there that is no folder, `ENOENT` where the system lets nobody make one (`/proc`).
 *
 * Our own in place of `mkdir`'s `recursive`, which in such places goes round for ever (Node 20 and 22).
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<string | undefined> {
  const missing: string[] = [];
  let made: string | undefined;
  for (let path = resolve(folder); ; path = dirname(path)) {
    const found = await makeOne(path, mode);
    if (found === "made") made = path;
    if (found !== "no parent") break;
    // The root of the file system has no parent to make.
    if (dirname(path) === path) throw systemError("ENOENT", path);
    missing.push(path);
  }
  for (const path of missing.reverse()) {
    const found = await makeOne(path, mode);
    if (found === "no parent") throw systemError("ENOENT", path);
    if (found === "made") made ??= path;
  }
  return made;
}

async function makeOne(path: string, mode: number): Promise<"made" | "there" | "no parent"> {
  try {
    await mkdir(path, { mode });
    return "made";
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "no parent";
    // A file system that is read-only, or a drive's root, says something else than EEXIST of a folder that is there.
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory() === true) return "there";
    throw there === undefined ? error : systemError("ENOTDIR", path);
  }
}

function systemError(code: "ENOENT" | "ENOTDIR", path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
