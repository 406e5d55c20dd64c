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
    throw asIo(action, file, error);
  }
}

export function asIo(action: string, file: string, error: unknown): unknown {
  const code = systemCode(error);
  return code === undefined ? error : new PalyraError("Io", { action, file, code }, { cause: error });
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
