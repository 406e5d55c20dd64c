import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PalyraError } from "../errors.ts";

/** The system's code of an error (`ENOENT`, `ENOSPC` …); undefined for an error that is none of the system's. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** Does something with a file; an error of the system becomes `Io`, any other stays what it is. `action` is a verb: `read`, `write`. */
export async function io<Result>(action: string, file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const blocking = systemCode(error) === "ENOTDIR" ? await inTheWay(file) : undefined;
    if (blocking === undefined) throw asIo(action, file, error);
    throw new PalyraError("Io", { action, file, code: "ENOTDIR", in_the_way: blocking }, { cause: error });
  }
}

/** What a path goes through as if it were a folder, or the path itself: the nearest that is there, where it is none. */
async function inTheWay(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return found.isDirectory() ? undefined : path;
  return dirname(path) === path ? undefined : inTheWay(dirname(path));
}

/** @param whose of which skill's root it is */
export function asIo(
  action: string,
  file: string,
  error: unknown,
  whose: { readonly root?: string; readonly skill_id?: string } = {},
): unknown {
  const code = systemCode(error);
  return code === undefined ? error : new PalyraError("Io", { action, file, code, ...whose }, { cause: error });
}

/**
 * The result, or undefined where the file or a folder above it is not there. A file in a folder's place is no absence, unless `absent`
 * says so: what lies below it would read as empty.
 */
export async function ifThere<Result>(
  work: () => Promise<Result>,
  absent: readonly ("ENOENT" | "ENOTDIR")[] = ["ENOENT"],
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof PalyraError && "code" in error.details ? error.details.code : systemCode(error);
    if (absent.some((each) => each === code)) return undefined;
    throw error;
  }
}
