/** The scenarios of `../shared/conformance/cli`, as its README describes them. */
import { readFileSync } from "node:fs";

export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;
export interface JsonRecord {
  readonly [key: string]: Json | undefined;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface Step extends JsonRecord {
  readonly op: string;
}

export function readScenarios(file: string): readonly Scenario[] {
  const document = record(parse(readFileSync(file, "utf8")), file);
  if (document["format"] !== 1) throw new Error(`${file} is of another format`);
  return list(document["scenarios"], "scenarios").map((value) => {
    const scenario = record(value, "a scenario");
    const steps = list(scenario["steps"], "steps").map((step) => {
      const members = record(step, "a step");
      return { ...members, op: text(members["op"], "op") };
    });
    return { id: text(scenario["id"], "id"), title: text(scenario["title"], "title"), steps };
  });
}

export function parse(source: string): Json {
  return JSON.parse(source);
}

export function record(value: Json | undefined, what: string): JsonRecord {
  const found = optionalRecord(value);
  if (found === undefined) throw new Error(`${what} is no object`);
  return found;
}

export function optionalRecord(value: Json | undefined): JsonRecord | undefined {
  return typeof value === "object" && value !== null && !isList(value) ? value : undefined;
}

export function list(value: Json | undefined, what: string): readonly Json[] {
  if (!isList(value)) throw new Error(`${what} is no array`);
  return value;
}

export function text(value: Json | undefined, what: string): string {
  if (typeof value !== "string") throw new Error(`${what} is no text`);
  return value;
}

/** `Array.isArray` does not narrow a read-only array. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The keys of a JSON pointer (RFC 6901). */
function pointerKeys(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a pointer; undefined where there is none. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  return pointerKeys(pointer).reduce<Json | undefined>(
    (at, key) => (isList(at) ? at[Number(key)] : optionalRecord(at)?.[key]),
    value,
  );
}

/** The value with another one at a pointer; folders of the path that are missing are made as objects. */
export function withValueAt(value: Json | undefined, pointer: string, change: (old: Json | undefined) => Json): Json {
  const put = (at: Json | undefined, keys: readonly string[]): Json => {
    const [key, ...rest] = keys;
    if (key === undefined) return change(at);
    if (isList(at)) return at.with(Number(key), put(at[Number(key)], rest));
    const members = optionalRecord(at) ?? {};
    return { ...members, [key]: put(members[key], rest) };
  };
  return put(value, pointerKeys(pointer));
}

/** Puts texts in place of `<name>` in every text, keys included. */
export function substitute(value: Json, names: ReadonlyMap<string, string>): Json {
  const inText = (source: string): string => source.replaceAll(/<([$a-z-]+)>/g, (whole, name) => names.get(name) ?? whole);
  if (typeof value === "string") return inText(value);
  if (isList(value)) return value.map((item) => substitute(item, names));
  const members = optionalRecord(value);
  if (members === undefined) return value;
  return Object.fromEntries(
    Object.entries(members).map(([key, member]) => [inText(key), member === undefined ? null : substitute(member, names)]),
  );
}
