/**
 * Every file of a folder with the digest that it has now, in bounded memory and time. Synchronous: of many small files the trips to the
 * thread pool and back cost several times what reading and hashing does. For a thread that nobody waits for.
 */
import { closeSync, constants, type Dirent, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Sha256 } from "palyra-skills/platform";
import { asIo, systemCode } from "./io.ts";

export interface FoundFile {
  /** Below the folder, `/` between its segments. */
  readonly path: string;
  /** A link is not followed, whatever it leads to. `vanished`: listed, and not there under that name. */
  readonly kind: "file" | "link" | "other" | "vanished";
  /** 32 bytes; absent for what is no file, or is larger than the limit. */
  readonly sha256?: Uint8Array;
}

export interface FoundFolder {
  /** Ascending by path; empty folders are not told. */
  readonly files: readonly FoundFile[];
  /** Bytes that were hashed. */
  readonly bytes: number;
  /** False: there is more than the limits allow, and it was not looked at. */
  readonly whole: boolean;
}

export interface FolderLimits {
  /** Files and folders, all told. */
  readonly entries: number;
  /** Of one file. */
  readonly fileBytes: number;
  readonly bytes: number;
}

export interface Hashing {
  readonly sha256: () => Sha256;
  /** What files are read into; the same one for every folder. */
  readonly buffer: Uint8Array;
}

// Windows has neither flag.
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Undefined: there is no such folder. `Io` for what cannot be read. */
export function hashFolder(folder: string, limits: FolderLimits, hashing: Hashing): FoundFolder | undefined {
  const listed = list(folder);
  if (listed === undefined) return undefined;
  const files: FoundFile[] = [];
  const folders = [{ prefix: "", listed }];
  let entries = 0;
  let bytes = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    entries += next.listed.length;
    if (entries > limits.entries) return { files, bytes, whole: false };
    for (const entry of next.listed) {
      const path = next.prefix + entry.name;
      if (entry.isDirectory()) {
        folders.push({ prefix: `${path}/`, listed: list(join(folder, path)) ?? [] });
        continue;
      }
      const room = Math.min(limits.fileBytes, limits.bytes - bytes);
      const found = entry.isFile() ? hashFile(join(folder, path), room, hashing) : undefined;
      files.push({ path, kind: kindOf(entry, found), ...(found?.sha256 === undefined ? {} : { sha256: found.sha256 }) });
      bytes += found?.bytes ?? 0;
      if (bytes > limits.bytes) return { files, bytes, whole: false };
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, bytes, whole: true };
}

function kindOf(entry: Dirent, found: Hashed | undefined): FoundFile["kind"] {
  if (entry.isSymbolicLink()) return "link";
  if (!entry.isFile()) return "other";
  return found === undefined ? "vanished" : "file";
}

function list(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw asIo("read", folder, error);
  }
}

interface Hashed {
  readonly sha256?: Uint8Array;
  readonly bytes: number;
}

/** Without a digest: more bytes than there is room for. Undefined: not there under that name, or a link by now. */
function hashFile(file: string, room: number, { sha256, buffer }: Hashing): Hashed | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, PLAIN_FILE);
  } catch (error) {
    if (["ENOENT", "ELOOP"].includes(systemCode(error) ?? "")) return undefined;
    throw asIo("read", file, error);
  }
  try {
    const hash = sha256();
    for (let bytes = 0; ; ) {
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      bytes += read;
      if (bytes > room) return { bytes };
      hash.update(buffer.subarray(0, read));
      // Of a regular file less than was asked for is the end.
      if (read < buffer.length) return { sha256: hash.digest(), bytes };
    }
  } catch (error) {
    throw asIo("read", file, error);
  } finally {
    closeSync(descriptor);
  }
}
