/**
 * The short way into an index of many skills: `list` is to start at once. Taken only for a text that is character for character what a
 * writer makes of its own value, in its order, so that nothing can be in it that the strict reader would refuse: no key twice, no integer
 * that a double does not hold, no other spelling of anything. Whatever else it may be goes to the strict reader, which says what is odd.
 */
import { compareVersions } from "palyra-skills/manifest";
import type { TrustDecision } from "palyra-skills/trust";
import type { InstalledEntry, SecretKey, SourceKind } from "./entry.ts";

export interface QuickIndex {
  readonly updatedAt: number;
  readonly entries: readonly InstalledEntry[];
}

// Counts in a pattern would be written out by the engine, and a large pattern is a slow one: lengths are looked at afterwards.
const CHARACTERS = String.raw`[^"\\\x00-\x1f\ud800-\udfff]*`;
const TEXT = String.raw`"${CHARACTERS}(?:\\["\\]${CHARACTERS})*"`;
const NUMBER = "(?:0|[1-9][0-9]*)";
const SECRET = `\n {8}\\{\n {10}"scope": (${TEXT}),\n {10}"key": (${TEXT})\n {8}\\}`;
const SECRETS = `(?:${SECRET.replaceAll(`(${TEXT})`, TEXT)},?)*`;

const HEAD = new RegExp(`\\{\n {2}"schema_version": 1,\n {2}"updated_at_unix_ms": (${NUMBER}),\n {2}"entries": \\[`, "y");
/** Spec 5.1: one record, without the two fields of other programs. */
const RECORD = new RegExp(
  [
    "\n {4}\\{",
    ' {6}"skill_id": "([a-z0-9_-]+(?:\\.[a-z0-9_-]+)*)",',
    ` {6}"version": "(${NUMBER}\\.${NUMBER}\\.${NUMBER})",`,
    ' {6}"publisher": "([a-z0-9._:-]+)",',
    ' {6}"current": (true|false),',
    ` {6}"installed_at_unix_ms": (${NUMBER}),`,
    ` {6}"artifact_sha256": "([0-9a-f]+)",`,
    ` {6}"payload_sha256": "([0-9a-f]+)",`,
    ` {6}"signature_key_id": (${TEXT}),`,
    ' {6}"trust_decision": "([a-z_]+)",',
    ' {6}"source": \\{',
    ' {8}"kind": "([a-z_]+)",',
    ` {8}"reference": (${TEXT})`,
    " {6}\\},",
    ` {6}"missing_secrets": \\[(?:\\]|(${SECRETS})(?<!,)\n {6}\\])`,
    " {4}\\}(,?)",
  ].join("\n"),
  "y",
);
const END = /\n {2}\]\n\}\n?$/y;

/** Undefined: not of that form. Entries are in order, and each is there once. */
export function readQuickly(text: string): QuickIndex | undefined {
  HEAD.lastIndex = 0;
  const updatedAt = HEAD.exec(text)?.[1];
  if (updatedAt === undefined || updatedAt.length > MAX_TIME) return undefined;
  const entries: InstalledEntry[] = [];
  RECORD.lastIndex = HEAD.lastIndex;
  for (let more = true; more; ) {
    const found = RECORD.exec(text);
    const entry = found === null ? undefined : entryOf(found);
    if (entry === undefined || !isAfter(entry, entries.at(-1))) return undefined;
    entries.push(entry);
    more = found?.[13] === ",";
    END.lastIndex = RECORD.lastIndex;
  }
  return END.test(text) ? { updatedAt: Number(updatedAt), entries } : undefined;
}

/** Characters; every version and time of no more is one, and what is longer has the long way. */
const MAX_VERSION = 13;
const MAX_TIME = 15;
const SHA256 = 64;

function entryOf(found: RegExpExecArray): InstalledEntry | undefined {
  const version = found[2] ?? "";
  const installedAt = found[5] ?? "";
  const artifact_sha256 = found[6] ?? "";
  const payload_sha256 = found[7] ?? "";
  if (version.length > MAX_VERSION || installedAt.length > MAX_TIME) return undefined;
  if (artifact_sha256.length !== SHA256 || payload_sha256.length !== SHA256) return undefined;
  const trust_decision = DECISIONS.get(found[9]);
  const kind = KINDS.get(found[10]);
  if (trust_decision === undefined || kind === undefined) return undefined;
  return {
    skill_id: found[1] ?? "",
    version,
    publisher: found[3] ?? "",
    current: found[4] === "true",
    installed_at_unix_ms: Number(installedAt),
    artifact_sha256,
    payload_sha256,
    signature_key_id: textOf(found[8]),
    trust_decision,
    source: { kind, reference: textOf(found[11]) },
    missing_secrets: found[12] === undefined ? [] : secretsOf(found[12]),
  };
}

const SAME = <Word extends string>(...words: readonly Word[]): ReadonlyMap<string | undefined, Word> =>
  new Map(words.map((word) => [word, word]));
const KINDS = SAME<SourceKind>("local_artifact", "local_registry", "remote_registry", "oci_registry");
const DECISIONS = SAME<TrustDecision>("allowlisted", "tofu_pinned", "tofu_newly_pinned");

function secretsOf(text: string): SecretKey[] {
  return [...text.matchAll(new RegExp(SECRET, "g"))].map(([, scope = "", key = ""]) => ({
    scope: textOf(scope),
    key: textOf(key),
  }));
}

/** Between its quotes; only these two characters have another spelling there. */
function textOf(written = '""'): string {
  const inside = written.slice(1, -1);
  return inside.includes("\\") ? inside.replaceAll(/\\(["\\])/g, "$1") : inside;
}

/** As the index is sorted: by id, then version. */
function isAfter({ skill_id, version }: InstalledEntry, before: InstalledEntry | undefined): boolean {
  if (before === undefined || before.skill_id < skill_id) return true;
  return before.skill_id === skill_id && compareVersions(before.version, version) < 0;
}
