import type { JsonValue } from "palyra-skills/encoding";

/**
 * A document as JSON. Documents are interfaces with named fields, which the compiler does not take for JSON by itself; here
 * it is looked at, and anything that JSON has no form for is a fault of ours.
 */
export function asJson(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, asJson(member)]));
  }
  throw new TypeError(`JSON has no form for a ${typeof value}`);
}
