import { writeJson } from "palyra-skills/encoding";
import { asJson } from "../operations/wording/as-json.ts";

/** A document on one line; integers beyond a double, of an index that another program wrote, stay what they are. */
export function jsonText(document: unknown): string {
  try {
    return JSON.stringify(document);
  } catch (error) {
    if (error instanceof TypeError) return writeJson(asJson(document));
    throw error;
  }
}
