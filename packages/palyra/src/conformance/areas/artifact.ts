/** `artifact/`: whole artifacts, ops `inspect`, `verify` (no key known, trust on first use) and, for structure and paths, `archive`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, compareVerdict, isList, type Mismatch, member, textOf } from "../compare.ts";
import { type Area, type Ask, of } from "./area.ts";
import { artifactRequest, cook, within } from "./files.ts";

export const artifactArea: Area = ({ folder, expected }) =>
  Object.entries(expected).map(([name, value]) => {
    const vector = asObject(value) ?? {};
    return {
      area: "artifact",
      name,
      ops: ["inspect", "verify", "archive"],
      check: (ask, has) => withArtifact(folder, name, vector, (artifact) => tryAll(vector, artifact, ask, has)),
    };
  });

async function tryAll(
  vector: JsonObject,
  artifact: JsonObject,
  ask: Ask,
  has: (op: string) => boolean,
): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  if (has("inspect")) found.push(...of("inspect", compareInspect(vector, await ask("inspect", artifact))));
  if (has("verify")) {
    const answer = await ask("verify", { ...artifact, trust: EMPTY_STORE, allow_tofu: true });
    found.push(...of("verify", compareVerify(vector, answer)));
  }
  if (has("archive")) found.push(...of("archive", compareArchive(vector, await ask("archive", artifact))));
  return found;
}

/** Two vectors are recipes, since their files would be large. */
async function withArtifact<Result>(
  folder: string,
  name: string,
  vector: JsonObject,
  use: (artifact: JsonObject) => Promise<Result>,
): Promise<Result> {
  const recipe = asObject(member(vector, "recipe"));
  const base = textOf(member(recipe, "base"));
  if (base === undefined) return use(await artifactRequest(folder, name));
  const scratch = await mkdtemp(join(tmpdir(), "palyra-vector-"));
  try {
    return await use({ file: await cook(within(folder, base), Number(member(recipe, "append_zero_bytes_up_to")), scratch) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export const EMPTY_STORE: JsonObject = { trusted_publishers: {}, tofu_publishers: {} };

function compareInspect(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(vector, answer);
  if (verdict.length > 0 || answer["ok"] !== true) return verdict;
  const [manifest, signature] = [asObject(answer["manifest"]), asObject(answer["signature"])];
  const expected = (key: string): JsonValue | undefined => member(vector, key);
  return [
    ...compareValue(expected("layout"), answer["layout"], "layout"),
    ...compareValue(expected("payload_sha256"), answer["payload_sha256"], "payload_sha256"),
    ...compareValue(expected("skill_id"), member(manifest, "skill_id"), "manifest.skill_id"),
    ...compareValue(expected("version"), member(manifest, "version"), "manifest.version"),
    ...compareValue(expected("publisher"), member(signature, "publisher"), "signature.publisher"),
    ...compareValue(expected("key_id"), member(signature, "key_id"), "signature.key_id"),
    ...compareValue(expected("signed_at_unix_ms"), member(signature, "signed_at_unix_ms"), "signature.signed_at_unix_ms"),
    ...compareValue(pluck(expected("entries"), "path"), answer["entries"], "entries"),
    ...compareValue(expected("warnings"), pluck(answer["manifest_warnings"], "code"), "manifest_warnings"),
  ];
}

/** Of reports: the time and the words are each implementation's own. */
const FREE: ReadonlySet<string> = new Set(["message", "verified_at_unix_ms"]);

function compareVerify(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(vector, answer);
  if (verdict.length > 0) return verdict;
  if (answer["ok"] !== true) return compareValue(EMPTY_STORE, answer["trust_after"], "trust_after");
  const pins = Object.keys(asObject(member(asObject(answer["trust_after"]), "tofu_publishers")) ?? {});
  return [
    ...compareValue(member(vector, "verification"), answer["report"], "report", FREE),
    ...compareValue([member(vector, "publisher") ?? null], pins, "trust_after.tofu_publishers"),
  ];
}

/** Codes of the ZIP reader alone (spec 1.5, step 1), but for the one that a manifest's paths share. */
const OF_THE_ARCHIVE: ReadonlySet<JsonValue | undefined> = new Set([
  "Zip",
  "ArtifactTooLarge",
  "ArtifactEntryTooLarge",
  "ArtifactTooManyEntries",
  "DuplicateArtifactEntry",
]);

function compareArchive(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  if (member(vector, "ok") === true) {
    const verdict = compareVerdict(vector, answer);
    if (verdict.length > 0) return verdict;
    return compareValue(member(vector, "entries"), byPath(answer["entries"]), "entries");
  }
  const code = member(vector, "code");
  if (OF_THE_ARCHIVE.has(code)) return compareVerdict(vector, answer);
  // A name in the archive, a path in its manifest, or a file out of its layout: the code does not say which.
  if (code === "InvalidArtifactPath") return answer["ok"] === true ? [] : compareVerdict(vector, answer);
  return compareVerdict({ ok: true }, answer);
}

function byPath(entries: JsonValue | undefined): JsonValue | undefined {
  if (!isList(entries)) return entries;
  const path = (entry: JsonValue): string => textOf(member(asObject(entry), "path")) ?? "";
  return entries.toSorted((a, b) => Buffer.compare(Buffer.from(path(a)), Buffer.from(path(b))));
}

/** One member of each item; an item that is a text itself stands for it. */
function pluck(list: JsonValue | undefined, key: string): JsonValue | undefined {
  return isList(list) ? list.map((item) => (typeof item === "string" ? item : (member(asObject(item), key) ?? null))) : list;
}
