import { SkillError } from "palyra-skills";

/** Of core's refusals, which are about bytes: the file that had them. */
const files = new WeakMap<SkillError, string>();

/** Opens what a file holds; a refusal of it tells which file. */
export async function ofFile<Result>(file: string, open: () => Promise<Result>): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    throw error instanceof SkillError ? refusedOf(file, error) : error;
  }
}

/** The refusal itself, of that file. */
export function refusedOf(file: string, error: SkillError): SkillError {
  files.set(error, file);
  return error;
}

/** Undefined: nobody said. */
export const fileOf = (error: SkillError): string | undefined => files.get(error);
