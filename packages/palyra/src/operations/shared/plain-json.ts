import type { DoubleJson, JsonObject, JsonValue } from "palyra-skills/encoding";

/**
 * As every other program has it, `JSON.stringify` among them: an integer that a double cannot hold is the nearest one. A copy: what is done to it
 * changes nothing of ours.
 */
export function plainJson(value: JsonObject): { [name: string]: DoubleJson };
export function plainJson(value: JsonValue): DoubleJson;
export function plainJson(value: JsonValue): DoubleJson {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((each) => plainJson(each));
  const members = Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, plainJson(each)] as const]));
  return Object.fromEntries(members);
}

/** Which `Array.isArray` does not tell of lists that are read only. */
export const isList = (value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] => Array.isArray(value);
