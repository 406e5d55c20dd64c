import type { JsonObject, JsonValue } from "palyra-skills/encoding";

export const REDACTED = "<redacted>";

/** Words of a key whose value is likely to be a secret; what follows them may say in which form. */
const SECRET_WORDS =
  /(?:^|_)(?:secrets?|passwords?|passwd|passphrase|tokens?|credentials?|cookies?|authorization|bearer|(?:api|client|private|secret|signing|access|encryption)_?keys?)(?:_|$)/;
/** Words at the end of a key whose value only tells of a secret: which one it is, how many there are. */
const TELLING_WORDS =
  /_(?:ids?|names?|refs?|scopes?|kinds?|types?|counts?|used|limits?|length|policy|sha256|digests?|fingerprints?|at|ms|problems?)$/;
const MAX_DEPTH = 64;

/** The value without what stands under keys that look secret (spec 5.3). Null and booleans tell nothing and stay. */
export function redact(payload: JsonObject): JsonObject {
  return redactObject(payload, 0);
}

export function looksSecret(key: string): boolean {
  const known = judged.get(key);
  if (known !== undefined) return known;
  const found = judge(key);
  if (judged.size < MOST_JUDGED && key.length <= MAX_JUDGED_CHARS) judged.set(key, found);
  return found;
}

/** Keys of our own events, mostly: the same ones again and again. */
const judged = new Map<string, boolean>();
const MOST_JUDGED = 512;
const MAX_JUDGED_CHARS = 64;

function judge(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_");
  return SECRET_WORDS.test(words) && !TELLING_WORDS.test(words);
}

/** The object itself where nothing of it is hidden, as of nearly every event. */
function redactObject(object: JsonObject, depth: number): JsonObject {
  let copy: { [key: string]: JsonValue | undefined } | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const kept = looksSecret(key) ? hidden(value) : redactValue(value, depth + 1);
    if (kept === value) continue;
    const changed = copy ?? Object.assign(Object.create(null), object);
    changed[key] = kept;
    copy = changed;
  }
  return copy ?? object;
}

function redactValue(value: JsonValue, depth: number): JsonValue {
  if (value === null || typeof value !== "object") return value;
  // Deeper than any event of ours: what cannot be looked through is not written.
  if (depth > MAX_DEPTH) return REDACTED;
  if (!isList(value)) return redactObject(value, depth);
  const kept = value.map((item) => redactValue(item, depth + 1));
  return kept.every((item, at) => item === value[at]) ? value : kept;
}

/** Lists that only name secrets, as `missing_secrets` does (spec 11.7), are no secrets. */
function hidden(value: JsonValue): JsonValue {
  if (value === null || typeof value === "boolean") return value;
  return isList(value) && value.every(isReference) ? value.map(nameOnly) : REDACTED;
}

/** What names a secret, and what is wrong with it. Anything else beside them may be the secret itself. */
function nameOnly(reference: JsonObject): JsonObject {
  const copy: { [key: string]: JsonValue | undefined } = Object.create(null);
  for (const [key, value] of Object.entries(reference)) {
    if (value === undefined) continue;
    const tells = REFERENCE_FIELDS.has(key) && typeof value === "string";
    copy[key] = tells || value === null || typeof value === "boolean" ? value : REDACTED;
  }
  return copy;
}

const REFERENCE_FIELDS: ReadonlySet<string> = new Set(["scope", "key", "problem"]);

function isReference(value: JsonValue): value is JsonObject {
  if (value === null || typeof value !== "object" || isList(value)) return false;
  return typeof value["scope"] === "string" && typeof value["key"] === "string";
}

/** `Array.isArray` does not narrow a read-only array. */
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
