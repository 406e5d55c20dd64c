/**
 * The short way into an index of many skills: `list` is to start at once. Taken only for a text that is byte for byte what a writer
 * makes of its own value, so that nothing can be in it that the strict reader would refuse: no key twice, no integer that a double
 * does not hold, no other spelling of anything. Whatever is odd about it goes to the strict reader, which says what.
 */
import { isSha256Hex } from "palyra-skills/encoding";
import { isIdentifier, isSkillId, parseVersion } from "palyra-skills/manifest";
import type { InstalledEntry } from "./entry.ts";

export interface QuickIndex {
  readonly updatedAt: number;
  readonly entries: readonly InstalledEntry[];
}

/** Undefined: not of that form, or with something in it that is not checked here. */
export function readQuickly(text: string): QuickIndex | undefined {
  const value = parsed(text);
  if (!isRecord(value) || Object.keys(value).length !== 3) return undefined;
  const { schema_version, updated_at_unix_ms: updatedAt, entries } = value;
  if (schema_version !== 1 || !isTime(updatedAt) || !isEntries(entries)) return undefined;
  if (!sameText(JSON.stringify(value, null, 2), text)) return undefined;
  return { updatedAt, entries };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A final line feed is a matter of taste. */
function sameText(written: string, text: string): boolean {
  return written === text || `${written}\n` === text;
}

function isEntries(value: unknown): value is readonly InstalledEntry[] {
  return Array.isArray(value) && value.every(isEntry) && areDistinct(value);
}

function areDistinct(entries: readonly InstalledEntry[]): boolean {
  return new Set(entries.map((entry) => `${entry.skill_id}@${entry.version}`)).size === entries.length;
}

const SOURCES: readonly unknown[] = ["local_artifact", "local_registry", "remote_registry", "oci_registry"];
const DECISIONS: readonly unknown[] = ["allowlisted", "tofu_pinned", "tofu_newly_pinned"];

/** Exactly the fields of spec 5.1; an entry with those of other programs goes the long way. */
function isEntry(value: unknown): value is InstalledEntry {
  if (!isRecord(value) || Object.keys(value).length !== 11) return false;
  return (
    isText(value["skill_id"], isSkillId) &&
    isText(value["version"], isVersion) &&
    isText(value["publisher"], isIdentifier) &&
    typeof value["current"] === "boolean" &&
    isTime(value["installed_at_unix_ms"]) &&
    isText(value["artifact_sha256"], isSha256Hex) &&
    isText(value["payload_sha256"], isSha256Hex) &&
    isText(value["signature_key_id"]) &&
    DECISIONS.includes(value["trust_decision"]) &&
    isSource(value["source"]) &&
    Array.isArray(value["missing_secrets"]) &&
    value["missing_secrets"].every(isSecret)
  );
}

function isSource(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 2 && SOURCES.includes(value["kind"]) && isText(value["reference"]);
}

function isSecret(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 2 && isText(value["scope"]) && isText(value["key"]);
}

const isVersion = (text: string): boolean => parseVersion(text) !== undefined;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);

function isText(value: unknown, check: (text: string) => boolean = () => true): boolean {
  return typeof value === "string" && check(value);
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
