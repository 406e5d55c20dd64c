import { SkillError } from "../errors.ts";
import { type JsonReader, readJson } from "./fields.ts";

/**
 * As `readJson`, for a document that is of use only where nothing is wrong with it.
 * @param document its name, for the error
 * @throws SkillError `Serialization` with all faults
 */
export function readDocument<T>(bytes: Uint8Array, document: string, read: (root: JsonReader) => T): T {
  const result = readJson(bytes, read);
  if (!result.ok) throw new SkillError("Serialization", { document, faults: result.faults });
  return result.value;
}
