/**
 * `.cache.json`: what `list` shows of each manifest, so that it need not open every artifact. Keyed by the artifact's recorded
 * digest with the size and time of its file; any other entry is a miss. Nothing that decides reads it (spec 5.1).
 *
 *     { schema_version: 1, entries: { "<sha256>:<bytes>:<mtime ms>": { skill_name, tool_count, required_protocol_major, min_palyra_version } } }
 */
import { statSync } from "node:fs";
import { writeJson } from "palyra-skills/encoding";
import type { Manifest } from "palyra-skills/manifest";
import { readOwn, writeOwn } from "../files/index.ts";
import type { InstalledEntry } from "./entry.ts";
import { type SkillsFolder, skillsFolder } from "./layout.ts";
import { ownText } from "./own-text.ts";

/** Bytes; far beyond what the most skills that people have take. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024;

export interface ManifestSummary {
  readonly skill_name: string;
  readonly tool_count: number;
  readonly required_protocol_major: number;
  readonly min_palyra_version: string;
}

export function summaryOf(manifest: Manifest): ManifestSummary {
  return {
    skill_name: manifest.name,
    tool_count: manifest.entrypoints.tools.length,
    required_protocol_major: manifest.compat.required_protocol_major,
    min_palyra_version: manifest.compat.min_palyra_version,
  };
}

/**
 * A summary of each entry, in their order. What the cache does not have, `summarise` makes from the artifact; undefined where it
 * cannot. The file is renewed where it lacked something: by a reader, who may ask for a few entries only, where it is there and may
 * be written (`update`); by a writer (`create`), who knows all entries, in any case.
 */
export async function summariesOf(
  skillsRoot: string,
  entries: readonly InstalledEntry[],
  summarise: (entry: InstalledEntry) => Promise<ManifestSummary | undefined>,
  renewal: "never" | "update" | "create",
): Promise<readonly (ManifestSummary | undefined)[]> {
  const folder = skillsFolder(skillsRoot);
  const known = await readCache(folder.listCache);
  const fresh = new Map<string, ManifestSummary>();
  const summaries: (ManifestSummary | undefined)[] = [];
  let missed = false;
  for (const entry of entries) {
    const key = keyOf(folder, entry);
    const summary = (key === undefined ? undefined : known?.get(key)) ?? (await summarise(entry));
    summaries.push(summary);
    if (key === undefined || summary === undefined) continue;
    missed ||= known?.has(key) !== true;
    fresh.set(key, summary);
  }
  if (missed && renewal === "create") await writeCache(folder.listCache, fresh);
  else if (missed && renewal === "update" && known !== undefined)
    await writeCache(folder.listCache, new Map([...known, ...fresh]));
  return summaries;
}

/** The same in the memory of a process that lists again and again: the file is read only where that lacks an entry. */
export class KeptSummaries {
  readonly #known = new Map<string, ManifestSummary>();

  /** As `summariesOf` with `renewal` "update" or "never". */
  async of(
    skillsRoot: string,
    entries: readonly InstalledEntry[],
    summarise: (entry: InstalledEntry) => Promise<ManifestSummary | undefined>,
    renewal: "never" | "update",
  ): Promise<readonly (ManifestSummary | undefined)[]> {
    const folder = skillsFolder(skillsRoot);
    const keys = entries.map((entry) => keyOf(folder, entry));
    const lacking = entries.filter((_, at) => this.#summary(keys[at]) === undefined);
    const found = lacking.length === 0 ? [] : await summariesOf(skillsRoot, lacking, summarise, renewal);
    const fresh = new Map(lacking.map((entry, at) => [entry, found[at]]));
    return entries.map((entry, at) => this.#summary(keys[at]) ?? this.#keep(keyOf(folder, entry), fresh.get(entry), keys[at]));
  }

  #summary(key: string | undefined): ManifestSummary | undefined {
    return key === undefined ? undefined : this.#known.get(key);
  }

  /** Only of a file that is the same one before and after it was opened. */
  #keep(key: string | undefined, summary: ManifestSummary | undefined, before: string | undefined): ManifestSummary | undefined {
    if (key === undefined || key !== before || summary === undefined) return summary;
    if (this.#known.size >= MAX_KEPT) this.#known.clear();
    const { skill_name, min_palyra_version, tool_count, required_protocol_major } = summary;
    // Field by field: of an object that is the rest of another the engine keeps a shape for each.
    this.#known.set(key, {
      skill_name: ownText(skill_name),
      tool_count,
      required_protocol_major,
      min_palyra_version: ownText(min_palyra_version),
    });
    return summary;
  }
}

/** Summaries; some hundred bytes each. */
const MAX_KEPT = 32 * 1024;

function keyOf(folder: SkillsFolder, entry: InstalledEntry): string | undefined {
  const stat = statSync(folder.artifact(entry.skill_id, entry.version), { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${entry.artifact_sha256}:${stat.size}:${Math.trunc(stat.mtimeMs)}`;
}

/** Empty for a file that is wrong, undefined for none of ours. The quick parser will do: nothing here is believed for more than showing it. */
async function readCache(file: string): Promise<ReadonlyMap<string, ManifestSummary> | undefined> {
  const read = await readOwn(file, MAX_CACHE_BYTES).catch(() => undefined);
  if (read === undefined || !read.ok) return undefined;
  try {
    const document: unknown = JSON.parse(Buffer.from(read.bytes).toString("utf8"));
    if (!isRecord(document) || document["schema_version"] !== 1 || !isRecord(document["entries"])) return new Map();
    const entries = new Map<string, ManifestSummary>();
    for (const key in document["entries"]) {
      const summary = document["entries"][key];
      if (isSummary(summary)) entries.set(key, summary);
    }
    return entries;
  } catch {
    return new Map();
  }
}

function isSummary(value: unknown): value is ManifestSummary {
  return (
    isRecord(value) &&
    typeof value["skill_name"] === "string" &&
    Number.isSafeInteger(value["tool_count"]) &&
    Number.isSafeInteger(value["required_protocol_major"]) &&
    typeof value["min_palyra_version"] === "string"
  );
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Written in place and not synced: half a file is a wrong one, and so is rebuilt. One that is none of ours, or cannot be written, is none (T25).
async function writeCache(file: string, entries: ReadonlyMap<string, ManifestSummary>): Promise<void> {
  const document = { schema_version: 1, entries: Object.fromEntries([...entries].map(([key, each]) => [key, { ...each }])) };
  await writeOwn(file, `${writeJson(document)}\n`).catch(() => {});
}
