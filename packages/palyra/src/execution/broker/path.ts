/** A path of a module, taken apart: what it says, before anything is looked at. */
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";

/** Bytes, names and bytes of one name. */
export const MAX_PATH_BYTES = 4096;
const MAX_NAMES = 256;
const MAX_NAME_BYTES = 255;

export interface ModulePath {
  /** Names and `..`, as they stand; neither empty nor `.`. */
  readonly names: readonly string[];
  /** It ends as only a directory's can: in `/`, `.` or `..`. */
  readonly directory: boolean;
}

/** Relative, and never above where it starts (T23): that is looked at here, whatever lies on the disk. */
export function parseModulePath(text: string): ModulePath {
  if (text === "") throw new FileFault(ERRNO.noent);
  if (text.includes("\0")) throw new FileFault(ERRNO.inval);
  if (text.startsWith("/")) throw new FileFault(ERRNO.notcapable);
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) throw new FileFault(ERRNO.nametoolong);
  const parts = text.split("/");
  const names = parts.filter((part) => part !== "" && part !== ".");
  if (names.length > MAX_NAMES || names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES))
    throw new FileFault(ERRNO.nametoolong);
  let depth = 0;
  for (const name of names) {
    depth += name === ".." ? -1 : 1;
    if (depth < 0) throw new FileFault(ERRNO.notcapable);
  }
  const last = parts.at(-1) ?? "";
  return { names, directory: last === "" || last === "." || last === ".." };
}
