import { type JsonValue, writeJson } from "palyra-skills/encoding";

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

/** Spec 11.1: two spaces, one newline at the end; on one line for `--output-format ndjson`. */
export function jsonText(document: unknown, indent: 0 | 2): string {
  return `${nativeText(document, indent) ?? writeJson(asJson(document), { indent })}\n`;
}

/** The engine's own writer, ten times as fast; undefined where there are integers that only a bigint holds: it has no form for them. */
function nativeText(document: unknown, indent: 0 | 2): string | undefined {
  try {
    return JSON.stringify(document, undefined, indent);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
