import { type JsonValue, writeJson } from "palyra-skills/encoding";
import { UNSAFE } from "../operations/wording/safe.ts";

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
  return `${visible(nativeText(document, indent) ?? writeJson(asJson(document), { indent }))}\n`;
}

/** What nearly every document is: nothing else need be asked of it. */
const BEYOND_ASCII = /[\x7f-\uffff]/;

/** The same document with what a terminal obeys, or nobody sees, as escapes: a person may be looking at it. T20. */
function visible(json: string): string {
  if (!BEYOND_ASCII.test(json)) return json;
  // The line feeds between the lines are the document's own: within its strings they are escaped already.
  return json.replace(UNSAFE, (unsafe) => (unsafe === "\n" ? unsafe : escaped(unsafe)));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
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
