import { compareUtf8, type JsonObject, type JsonValue, shorten } from "../encoding/index.ts";
import type { Area, Changes } from "./change.ts";

/** Code units of a key in a path. */
const MAX_KEY = 100;

/**
 * Two values of JSON, compared member by member, so that what changed deep inside a schema is shown by itself. Absent: undefined. Lists of
 * plain values are compared as sets where they are, for the order of `required` says nothing.
 */
export function compareValues(
  changes: Changes,
  area: Area,
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (before === after) return;
  if (before === undefined) changes.added(area, path, after ?? null);
  else if (after === undefined) changes.removed(area, path, before);
  else if (isList(before) && isList(after)) compareLists(changes, area, path, before, after);
  else if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareUtf8);
    for (const key of keys) compareValues(changes, area, `${path}.${shorten(key, MAX_KEY)}`, own(before, key), own(after, key));
  } else changes.changed(area, path, before, after);
}

function compareLists(
  changes: Changes,
  area: Area,
  path: string,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): void {
  if (isSet(before) && isSet(after)) {
    compareSets(changes, area, path, before, after);
    // Nothing is new and nothing gone: what is left is their order.
    if (before.length === after.length && hasAll(before, after) && before.some((item, at) => item !== after[at]))
      changes.changed(area, path, before, after);
    return;
  }
  for (let at = 0; at < Math.max(before.length, after.length); at += 1)
    compareValues(changes, area, `${path}[${at}]`, before[at], after[at]);
}

/** Members of a list that are there on one side only. `widens` says which new one grants more. */
export function compareSets(
  changes: Changes,
  area: Area,
  path: string,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  widens: (added: JsonValue) => boolean = () => false,
): void {
  const [old, next] = [new Set(before), new Set(after)];
  for (const item of old) if (!next.has(item)) changes.removed(area, path, item);
  for (const item of next) if (!old.has(item)) changes.added(area, path, item, widens(item));
}

const hasAll = (list: readonly JsonValue[], items: readonly JsonValue[]): boolean => {
  const set = new Set(list);
  return items.every((item) => set.has(item));
};

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const isObject = (value: JsonValue): value is JsonObject => typeof value === "object" && value !== null && !isList(value);
const isPlain = (value: JsonValue): boolean => typeof value !== "object" || value === null;
const isSet = (list: readonly JsonValue[]): boolean => list.every(isPlain) && new Set(list).size === list.length;
const own = (object: JsonObject, key: string): JsonValue | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Data of ours as JSON; what is undefined is left out. */
export function plain(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object") return null;
  const object: { [key: string]: JsonValue } = Object.create(null);
  for (const [key, member] of Object.entries(value)) if (member !== undefined) object[key] = plain(member);
  return object;
}
