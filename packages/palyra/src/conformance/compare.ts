/**
 * Holding an answer against what a vector says. Pure. Rules of the vectors: key order never counts; `{"$int": "<digits>"}` is an integer
 * that a double cannot hold, `{"$float": "1.0"}` a number whose value is whole; messages and times are not compared.
 */
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { writeJson } from "palyra-skills/encoding";

/** One place where an answer is not what the vector says. */
export interface Mismatch {
  /** A path of keys in the answer: `report.checks[3].status`. */
  readonly at: string;
  readonly expected: string;
  readonly actual: string;
}

/** Characters of a value that are shown. */
const MAX_SHOWN = 300;

/** All of `expected` is there and equal, and nothing else is but members that `ignored` names. */
export function compareValue(
  expected: JsonValue | undefined,
  actual: JsonValue | undefined,
  at: string,
  ignored: ReadonlySet<string> = NOTHING,
): readonly Mismatch[] {
  const number = markedNumber(expected);
  if (number !== undefined) return sameNumber(number, actual) ? [] : [mismatch(at, number, actual)];
  if (typeof expected === "number" || typeof expected === "bigint")
    return sameNumber(expected, actual) ? [] : [mismatch(at, expected, actual)];
  if (isList(expected)) return isList(actual) ? compareLists(expected, actual, at, ignored) : [mismatch(at, expected, actual)];
  const members = asObject(expected);
  if (members === undefined) return expected === actual ? [] : [mismatch(at, expected, actual)];
  const found = asObject(actual);
  return found === undefined ? [mismatch(at, expected, actual)] : compareMembers(members, found, at, ignored);
}

function compareLists(
  expected: readonly JsonValue[],
  actual: readonly JsonValue[],
  at: string,
  ignored: ReadonlySet<string>,
): readonly Mismatch[] {
  if (expected.length !== actual.length) return [mismatch(`${at}.length`, expected.length, actual.length)];
  return expected.flatMap((item, index) => compareValue(item, actual[index], `${at}[${index}]`, ignored));
}

function compareMembers(expected: JsonObject, actual: JsonObject, at: string, ignored: ReadonlySet<string>): readonly Mismatch[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)].filter((key) => !ignored.has(key)));
  return [...keys].flatMap((key) => compareValue(member(expected, key), member(actual, key), `${at}.${key}`, ignored));
}

/** The verdict of a case: that it is accepted, or refused with its code or one of `also`. */
export function compareVerdict(expected: JsonObject, answer: JsonObject): readonly Mismatch[] {
  if (member(expected, "ok") === true) return answer["ok"] === true ? [] : [mismatch("", "accepted", verdictOf(answer))];
  const also = member(expected, "also");
  const codes = [member(expected, "code"), ...(isList(also) ? also : [])];
  if (answer["ok"] === false && codes.includes(answer["code"])) return [];
  return [mismatch("", codes.join(" or "), verdictOf(answer))];
}

export function verdictOf(answer: JsonObject): string {
  return answer["ok"] === true ? "accepted" : `refused: ${shown(answer["code"])}`;
}

export function mismatch(at: string, expected: JsonValue | undefined, actual: JsonValue | undefined): Mismatch {
  return { at, expected: shown(expected), actual: shown(actual) };
}

function shown(value: JsonValue | undefined): string {
  const text = value === undefined ? "nothing" : typeof value === "string" ? value : writeJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** An own member: some documents have keys such as `__proto__` and `constructor`. */
export function member(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !isList(value) ? value : undefined;
}

/** `Array.isArray` does not narrow a read-only array. */
export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function markedNumber(value: JsonValue | undefined): number | bigint | undefined {
  const object = asObject(value);
  if (object === undefined || Object.keys(object).length !== 1) return undefined;
  const [digits, float] = [textOf(member(object, "$int")), textOf(member(object, "$float"))];
  return digits !== undefined ? BigInt(digits) : float !== undefined ? Number(float) : undefined;
}

/** Integers exactly; of floats the double that they are, however it is spelt. */
function sameNumber(expected: number | bigint, actual: JsonValue | undefined): boolean {
  if (typeof actual !== "number" && typeof actual !== "bigint") return false;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number, by value
  return typeof expected === "number" ? Number(actual) === expected : expected == actual;
}

const NOTHING: ReadonlySet<string> = new Set();
