/** Why a file cannot be used, where SQLite says only that it cannot: as the system's code. */
import { accessSync, constants, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../files/index.ts";

export interface Look {
  /** Throws the system's error where it may not be read or written. */
  readonly access: (path: string) => void;
  /** Bytes that are left on its disk. */
  readonly room: (folder: string) => number;
}

const SYSTEM: Look = {
  access: (path) => accessSync(path, constants.R_OK | constants.W_OK),
  room: (folder) => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

/** Bytes that a journal needs beside itself to be opened: the index of its log alone is 32 KiB. */
const NEEDED_BYTES = 64 * 1024;

/** EROFS, EACCES, EPERM or ENOSPC; undefined where it is none of these. */
export function whyNot(file: string, { access, room }: Look = SYSTEM): string | undefined {
  const folder = dirname(file);
  for (const path of [folder, file]) {
    try {
      access(path);
    } catch (error) {
      const code = systemCode(error);
      // What is not there is made.
      if (code === "ENOENT") continue;
      return code !== undefined && TOLD.has(code) ? code : undefined;
    }
  }
  try {
    return room(folder) < NEEDED_BYTES ? "ENOSPC" : undefined;
  } catch {
    return undefined;
  }
}

const TOLD: ReadonlySet<string> = new Set(["EROFS", "EACCES", "EPERM"]);
