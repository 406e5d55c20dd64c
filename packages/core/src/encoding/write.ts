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
export function writeJson(value: JsonValue, options: WriteOptions = {}): string {
  const step = " ".repeat(options.indent ?? 0);
  return write(value, options.sortKeys ?? false, step, step === "" ? "" : "\n");
}

/** `lineEnd` is the line feed with the indentation of the line on which the value begins; empty for one line. */
function write(value: JsonValue, sortKeys: boolean, step: string, lineEnd: string): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("JSON has no such number");
  // JSON.stringify drops the sign, which parseJson keeps.
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = lineEnd + step;
  const below = (each: JsonValue): string => write(each, sortKeys, step, inner);
  if (isArray(value)) return enclose("[", value.map(below), "]", inner, lineEnd);
  const colon = step === "" ? ":" : ": ";
  const keys = Object.keys(value);
  if (sortKeys) keys.sort(compareUtf8);
  const members = keys.flatMap((key) => {
    const member = value[key];
    return member === undefined ? [] : [JSON.stringify(key) + colon + below(member)];
  });
  return enclose("{", members, "}", inner, lineEnd);
}

function enclose(open: string, parts: readonly string[], close: string, inner: string, lineEnd: string): string {
  return parts.length === 0 ? open + close : open + inner + parts.join(`,${inner}`) + lineEnd + close;
}

/** `Array.isArray` does not narrow a read-only array. */
const isArray = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value);
