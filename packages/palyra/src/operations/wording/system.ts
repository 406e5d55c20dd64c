/** What the operating system refuses, by its code, in words. Safe for a terminal (T20). */
import { dirname } from "node:path";
import type { PalyraErrorDetails } from "../../errors.ts";
import { shellWord } from "./at-place.ts";
import { safe } from "./safe.ts";
import { count, size } from "./units.ts";

/** Of a file that is to be made, the folder is what is missing. */
export function systemProblem({ action, file, code, in_the_way, limit }: PalyraErrorDetails["Io"]): string {
  if (in_the_way === file) return "it is there, and is no folder";
  if (in_the_way !== undefined) return `${safe(in_the_way)} is a file, where a folder is needed`;
  if (action === "write" && code === "ENOENT") return `the folder ${safe(dirname(file))} is not there, or takes no new file`;
  if (code === "ENOSPC" && limit !== undefined)
    return `less than ${size(limit)} are free on its disk, and those are kept so that skills can be stopped`;
  const most = code === "EFBIG" && limit !== undefined ? `, more than ${count(limit, "byte")}` : "";
  return `${systemWords(code)}${most}`;
}

export const systemWords = (code: string): string => SYSTEM_WORDS[code] ?? safe(code);

/** What to do that a file can be written. */
export function remedyOf(code: string, file: string): string {
  if (code === "ENOSPC") return "make room on its disk";
  if (code === "EROFS") return "its disk has to be mounted so that it can be written";
  return `it and its folder have to be yours to read and write: ls -ld ${shellWord(dirname(file))}`;
}

const SYSTEM_WORDS: { readonly [code: string]: string } = {
  ENOENT: "it is not there",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  EEXIST: "it is there already",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EFBIG: "it is too large",
  ELOOP: "too many links",
  ENOTEMPTY: "the folder is not empty",
  EMFILE: "too many open files",
};
export const LISTEN_WORDS: { readonly [code: string]: string } = {
  EADDRINUSE: "another process listens there",
  EACCES: "this user may not listen there",
  EADDRNOTAVAIL: "this machine has no such address",
};
export const SYSTEM_HINTS: { readonly [code: string]: string } = {
  EEXIST: "what is there is never overwritten: choose another name, or move it away",
};
