import { sep } from "node:path";
import { isSkillError, SkillError } from "palyra-skills";
import { isRefusal, PalyraError } from "../../errors.ts";
import type { Setting } from "../../settings.ts";

/** Reads what a setting names. Where that cannot be read or used, and a variable names it, the variable is told: nobody typed that name. */
export async function namedBy<Result>(
  { value, from }: Setting<string | undefined>,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!from.startsWith("$")) throw error;
    const named_by = from;
    if (isRefusal(error, "Io") && error.details.file === value)
      throw new PalyraError("Io", { ...error.details, named_by }, { cause: error });
    // A folder of policies is named, and a file in it is at fault.
    if (isSkillError(error, "PolicyInvalid") && `${error.details.document}${sep}`.startsWith(`${value}${sep}`))
      throw new SkillError("PolicyInvalid", { ...error.details, named_by });
    throw error;
  }
}
