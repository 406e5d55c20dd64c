/**
 * `installed-index.json` (spec 5.1): `{ schema_version: 1, updated_at_unix_ms, entries }`, entries by skill id, then version
 * by precedence; unknown keys are refused; schema 0 differs only in the number. Exactly one entry of a skill is `current`:
 * where that does not hold, its highest version is.
 */
import { decodeUtf8, type JsonObject, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import { compareVersions } from "palyra-skills/manifest";
import { PalyraError } from "../errors.ts";
import type { InstalledEntry } from "./entry.ts";
import { readEntry } from "./entry-json.ts";
import { readQuickly } from "./quick.ts";

/** Sorted, and with one current version of each skill. Made by the functions of this file only. */
export interface InstalledIndex {
  /** Milliseconds; 0 before the first install. */
  readonly updatedAt: number;
  readonly entries: readonly InstalledEntry[];
}

export const EMPTY_INDEX: InstalledIndex = { updatedAt: 0, entries: [] };

/** Throws `IndexInvalid` with all faults. `file` is for that error. */
export function parseIndex(bytes: Uint8Array | string, file: string): InstalledIndex {
  const text = typeof bytes === "string" ? bytes : decodeUtf8(bytes);
  const quick = text === undefined ? undefined : readQuickly(text);
  if (quick !== undefined) return made(quick.updatedAt, quick.entries);
  const read = readJson(bytes, readIndexDocument);
  if (!read.ok) throw new PalyraError("IndexInvalid", { file, faults: read.faults });
  return read.value;
}

/** The document inside another one: an index that a plan will write. */
export function readIndexDocument(root: JsonReader): InstalledIndex {
  const fields = root.object();
  fields.required("schema_version").safeInteger({ min: 0, max: 1 });
  const updatedAt = fields.required("updated_at_unix_ms").safeInteger();
  const seen = new Set<string>();
  const entries = fields.required("entries").array((at) => {
    const entry = readEntry(at);
    const name = `${entry.skill_id}@${entry.version}`;
    if (seen.has(name)) at.fault("the same version of the same skill twice", { found: name });
    seen.add(name);
    return entry;
  });
  fields.finish();
  return made(updatedAt, entries);
}

/** The file, as it is written. */
export function writeIndex(index: InstalledIndex): string {
  return `${writeJson(indexDocument(index), { indent: 2 })}\n`;
}

export function indexDocument(index: InstalledIndex): JsonObject {
  const entries = index.entries.map((entry) => ({
    ...entry,
    source: { ...entry.source },
    missing_secrets: entry.missing_secrets.map((each) => ({ ...each })),
  }));
  return { schema_version: 1, updated_at_unix_ms: index.updatedAt, entries };
}

/** Ascending by precedence. */
export function versionsOf(index: InstalledIndex, skillId: string): readonly InstalledEntry[] {
  return index.entries.filter((entry) => entry.skill_id === skillId);
}

export function currentOf(index: InstalledIndex, skillId: string): InstalledEntry | undefined {
  return index.entries.find((entry) => entry.skill_id === skillId && entry.current);
}

export function findEntry(index: InstalledIndex, skillId: string, version: string): InstalledEntry | undefined {
  return index.entries.find((entry) => entry.skill_id === skillId && entry.version === version);
}

/** With this version added, or in place of the one that has its number; current if it says so, and then no other. */
export function withEntry(index: InstalledIndex, entry: InstalledEntry, now: number): InstalledIndex {
  const others = index.entries.filter((each) => each.skill_id !== entry.skill_id || each.version !== entry.version);
  return made(now, [
    ...(entry.current ? others.map((each) => (each.skill_id === entry.skill_id ? notCurrent(each) : each)) : others),
    entry,
  ]);
}

/** Without this version; where it was current, the highest that is left becomes it. */
export function withoutEntry(index: InstalledIndex, skillId: string, version: string, now: number): InstalledIndex {
  return made(
    now,
    index.entries.filter((each) => each.skill_id !== skillId || each.version !== version),
  );
}

/** With this version current. */
export function withCurrent(index: InstalledIndex, skillId: string, version: string, now: number): InstalledIndex {
  return made(
    now,
    index.entries.map((each) => (each.skill_id === skillId ? { ...each, current: each.version === version } : each)),
  );
}

function notCurrent(entry: InstalledEntry): InstalledEntry {
  return entry.current ? { ...entry, current: false } : entry;
}

/** The one normaliser: the order, and one current version of each skill (T10). */
function made(updatedAt: number, entries: readonly InstalledEntry[]): InstalledIndex {
  // Ids are ASCII, so the order of their characters is that of their bytes.
  const order = (a: InstalledEntry, b: InstalledEntry): number =>
    a.skill_id === b.skill_id ? compareVersions(a.version, b.version) : a.skill_id < b.skill_id ? -1 : 1;
  const sorted = entries.toSorted(order);
  const normal: InstalledEntry[] = [];
  for (let first = 0; first < sorted.length; ) {
    const skillId = sorted[first]?.skill_id;
    let end = first;
    while (sorted[end]?.skill_id === skillId) end += 1;
    normal.push(...withOneCurrent(sorted.slice(first, end)));
    first = end;
  }
  return { updatedAt, entries: normal };
}

/** `versions`: of one skill, ascending. */
function withOneCurrent(versions: readonly InstalledEntry[]): readonly InstalledEntry[] {
  if (versions.filter((entry) => entry.current).length === 1) return versions;
  return versions.map((entry, at) => ({ ...entry, current: at === versions.length - 1 }));
}
