import { isRefusal, PalyraError } from "../../errors.ts";
import type { Setting } from "../../settings.ts";

/** Reads what a setting names. Where that cannot be read, and a variable names it, the variable is told: nobody typed that name. */
export async function namedBy<Result>(
  { value, from }: Setting<string | undefined>,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!isRefusal(error, "Io") || error.details.file !== value || !from.startsWith("$")) throw error;
    throw new PalyraError("Io", { ...error.details, named_by: from }, { cause: error });
  }
}
