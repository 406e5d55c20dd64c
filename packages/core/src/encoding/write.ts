import type { JsonObject, JsonValue } from "./json.ts";
import { compareUtf8 } from "./utf8.ts";

export interface WriteOptions {
  /** Spaces a level; 0, the default, writes all on one line. */
  readonly indent?: 2 | 0;
  /** Keys of every object ascending by their UTF-8 bytes; else they stay in the order of the object. */
  readonly sortKeys?: boolean;
}

/**
 * A value as JSON text, without a final line feed. Bigints are written as exact integers, members that are undefined are
 * left out, lone surrogates are escaped. Numbers must be finite.
 */
export function writeJson(value: JsonValue, { indent = 0, sortKeys = false }: WriteOptions = {}): string {
  return write(value, sortKeys, indent === 0 ? undefined : "\n");
}

const STEP = "  ";

/** `lineEnd` is the line feed with the indentation of the line on which the value begins; undefined for one line. */
function write(value: JsonValue, sortKeys: boolean, lineEnd: string | undefined): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("JSON has no such number");
  // JSON.stringify drops the sign, which parseJson keeps.
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = lineEnd === undefined ? undefined : lineEnd + STEP;
  let members = "";
  const add = (text: string): void => {
    members += (members === "" ? "" : ",") + (inner ?? "") + text;
  };
  if (isArray(value)) {
    for (const item of value) add(write(item, sortKeys, inner));
    return enclosed("[", members, "]", lineEnd);
  }
  const keys = Object.keys(value);
  if (sortKeys) keys.sort(compareUtf8);
  const colon = lineEnd === undefined ? ":" : ": ";
  for (const key of keys) {
    const member = value[key];
    if (member !== undefined) add(JSON.stringify(key) + colon + write(member, sortKeys, inner));
  }
  return enclosed("{", members, "}", lineEnd);
}

const enclosed = (open: string, members: string, close: string, lineEnd = ""): string =>
  members === "" ? open + close : open + members + lineEnd + close;

/** `Array.isArray` does not narrow a read-only array. */
const isArray = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value);
