import { openArtifact } from "palyra-skills/artifact";
import { PalyraError } from "../errors.ts";
import { type InstalledEntry, type InstalledIndex, readInstalled } from "../installed/index.ts";
import type { Home } from "./home.ts";
import type { Standing } from "./standing.ts";

/** A skill that offers tools, or is about to. */
export interface ToolOffer {
  readonly skill_id: string;
  readonly publisher: string;
  readonly toolIds: readonly string[];
}

/** Characters of a tool's name, by the APIs of OpenAI and Anthropic. */
const MAX_MODEL_NAME = 64;
/** Hex digits by which longer ids that begin alike are told apart. */
const TOLD_APART_BY = 16;

/** What a tool is to a model's API, which takes no dots and 64 characters: `[a-z0-9_-]{1,64}`; such a name is its own (T27). */
export function nameForModel(toolId: string): string {
  const name = toolId.replaceAll(/[.:]/g, "_");
  if (name.length <= MAX_MODEL_NAME) return name;
  // Loaded for such an id alone: whoever lists skills need not.
  const digest = process.getBuiltinModule("node:crypto").hash("sha256", toolId, "hex").slice(0, TOLD_APART_BY);
  return `${name.slice(0, MAX_MODEL_NAME - TOLD_APART_BY - 1)}_${digest}`;
}

/** Skills of other publishers whose tools are offered now: current and active (spec 5). */
export function activeOfOthers(
  index: InstalledIndex,
  standing: Standing,
  offer: Omit<ToolOffer, "toolIds">,
): readonly InstalledEntry[] {
  return index.entries.filter(
    (entry) =>
      entry.current &&
      entry.skill_id !== offer.skill_id &&
      entry.publisher !== offer.publisher &&
      standing.status(entry.skill_id, entry.version).status === "active",
  );
}

/**
 * Refuses a tool id that an active skill of another publisher offers, or that becomes one name with it for a model: `ToolIdConflict`
 * (spec 5, T27). The others' tools are read from their artifacts; one that is not what was installed keeps the names it was installed with.
 */
export async function checkToolIds(home: Home, offer: ToolOffer, others: readonly InstalledEntry[]): Promise<void> {
  const conflicts = await toolConflicts(home, offer, others);
  if (conflicts.length > 0) throw new PalyraError("ToolIdConflict", { skill_id: offer.skill_id, others: conflicts });
}

export interface ToolConflict {
  readonly tool_id: string;
  /** The active skill of another publisher, and what it calls the tool. */
  readonly skill_id: string;
  readonly other_tool_id: string;
}

/** What `checkToolIds` refuses. */
export async function toolConflicts(
  home: Home,
  offer: ToolOffer,
  others: readonly InstalledEntry[],
): Promise<readonly ToolConflict[]> {
  const own = new Map(offer.toolIds.map((id) => [nameForModel(id), id]));
  const conflicts: ToolConflict[] = [];
  for (const other of others) {
    for (const id of await toolIdsOf(home, other)) {
      const mine = own.get(nameForModel(id));
      if (mine !== undefined) conflicts.push({ tool_id: mine, skill_id: other.skill_id, other_tool_id: id });
    }
  }
  return conflicts;
}

const NONE: readonly string[] = [];

/** Tool ids by the digest of their artifact: what is read of those bytes is the same every time. */
const known = new WeakMap<Home, Map<string, readonly string[]>>();

/** Of an installed version, as it was installed; none of one that is damaged and that another program installed. */
export async function toolIdsOf(home: Home, entry: InstalledEntry): Promise<readonly string[]> {
  const cache = known.get(home) ?? new Map<string, readonly string[]>();
  known.set(home, cache);
  const found = await readInstalled(home.places.skillsRoot, entry, home.platform);
  if (found.state !== "intact") {
    // For that alone: whoever runs a tool need not load it.
    const { installedToolIds } = await import("./consented.ts");
    return (await installedToolIds(home, entry)) ?? NONE;
  }
  const toolIds = cache.get(entry.artifact_sha256) ?? (await readToolIds(home, found.bytes));
  cache.set(entry.artifact_sha256, toolIds);
  return toolIds;
}

async function readToolIds(home: Home, bytes: Uint8Array): Promise<readonly string[]> {
  try {
    const { manifest } = await openArtifact(bytes, home.platform, home.host);
    return manifest.entrypoints.tools.map((tool) => tool.id);
  } catch {
    // What cannot be opened cannot be loaded either.
    return NONE;
  }
}
