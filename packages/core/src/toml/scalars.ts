import type { TomlInvalid, TomlNode } from "./node.ts";
import type { Scanner } from "./scanner.ts";

/** TOML 1.0 need take no more than 64 signed bits; the original takes and writes unsigned ones as well (vector U9). */
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;
/**
 * Code units of a number or date. Longer ones are refused before any pattern sees them: a pattern that repeats a group
 * overflows the engine's stack on millions of them.
 */
const MAX_WORD_LENGTH = 1000;

/** A word of anything that a number, a boolean or a date is made of. */
const WORD = /[0-9A-Za-z_+\-.:]+/y;
const TIME_AFTER_SPACE = / [0-9]{2}:[0-9A-Za-z_+\-.:]*/y;

const DECIMAL = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/;
const BASED = /^0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const FLOAT = /^[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;
const SPECIAL = /^[+-]?(?:inf|nan)$/;
const DATE_WORD = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|[+-]([0-9]{2}):([0-9]{2}))?)?$/;
const TIME = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?$/;
const ALLOWED = "a string, number, boolean, date, array or inline table of TOML 1.0";

/**
 * A number, boolean or date. One that is out of range is `invalid`, with the problem told to `report`: the text is TOML
 * all the same, and the rest of it can be read.
 */
export function readScalar(scan: Scanner, report: (node: TomlInvalid, problem: string, allowed: string) => void): TomlNode {
  const start = scan.at;
  let word = scan.match(WORD);
  if (DATE_WORD.test(word)) word += scan.match(TIME_AFTER_SPACE);
  const end = scan.at;
  const invalid = (problem: string, allowed: string): TomlInvalid => {
    const node: TomlInvalid = { kind: "invalid", start, end };
    report(node, problem, allowed);
    return node;
  };
  if (word.length > MAX_WORD_LENGTH) scan.stop(start, "too long", `at most ${MAX_WORD_LENGTH} characters`);
  if (word === "true" || word === "false") return { kind: "boolean", start, end, value: word === "true" };
  if (DECIMAL.test(word) || BASED.test(word)) {
    const value = integerOf(word);
    if (value !== undefined) return { kind: "integer", start, end, value };
    return invalid("integer out of range", "-2^63 to 2^64-1");
  }
  if (FLOAT.test(word)) {
    const value = Number(word.replaceAll("_", ""));
    if (Number.isFinite(value)) return { kind: "float", start, end, value };
    return invalid("float out of range", "what a double holds");
  }
  if (SPECIAL.test(word)) return { kind: "float", start, end, value: specialOf(word) };
  if (isDate(word)) return { kind: "date", start, end };
  return scan.stop(start, word === "" ? "no value" : "not a value", ALLOWED);
}

/** BigInt takes TOML's signs, which only decimals have, and its bases. */
function integerOf(word: string): bigint | undefined {
  const value = BigInt(word.includes("_") ? word.replaceAll("_", "") : word);
  return value < MIN_INTEGER || value > MAX_INTEGER ? undefined : value;
}

function specialOf(word: string): number {
  if (word.endsWith("nan")) return Number.NaN;
  return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Any of the four kinds, on the calendar and the clock. Seconds must be there (TOML 1.0). */
function isDate(word: string): boolean {
  const time = TIME.exec(word);
  if (time !== null) return isTime(time[1], time[2], time[3]);
  const [, year, month, day, hour, minute, second, offsetHour, offsetMinute] = DATE_TIME.exec(word) ?? [];
  if (!isDay(Number(year), Number(month), Number(day))) return false;
  return isTime(hour, minute, second) && isTime(offsetHour, offsetMinute);
}

/** Parts that are absent are right; second 60 is (RFC 3339). */
const isTime = (hour = "0", minute = "0", second = "0"): boolean =>
  Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;

function isDay(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}
