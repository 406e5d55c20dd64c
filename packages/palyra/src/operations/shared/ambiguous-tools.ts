import type { Manifest } from "palyra-skills/manifest";
import type { InstalledEntry, InstalledIndex } from "../../installed/index.ts";
import { installedToolIds } from "../../lifecycle/consented.ts";
import type { Home } from "../../lifecycle/home.ts";
import { nameForModel } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import type { StatusLookup } from "./inventory.ts";

/** A tool that several active skills of one publisher offer, or one of them under two ids that are one name: nobody is offered it (spec 5, T27). */
export interface AmbiguousTool {
  readonly tool_id: string;
  /** The skills that offer it too, or one that becomes the same name for a model; its own, where that one has another such. */
  readonly also_in: readonly string[];
}

/** Why nobody is offered it, in a sentence. */
export function whyNotOffered({ tool_id, also_in }: AmbiguousTool, skillId: string): string {
  const others = also_in.filter((each) => each !== skillId);
  return others.length < also_in.length
    ? `nobody is offered ${tool_id}: another tool of ${skillId} has the same name where no dots are taken; its publisher has to rename one`
    : `nobody is offered ${tool_id}: ${others.join(", ")} offers it too, until one of them is disabled`;
}

/** Finds the ambiguous tools of one skill after another; each artifact is opened once. */
export class ToolNames {
  readonly #home: Home;
  readonly #active: readonly InstalledEntry[];
  readonly #toolIds = new Map<InstalledEntry, readonly string[] | undefined>();

  constructor(home: Home, index: InstalledIndex, statusOf: StatusLookup) {
    this.#home = home;
    this.#active = index.entries.filter(
      ({ current, skill_id, version }) => current && statusOf(skill_id, version).status === "active",
    );
  }

  /** Remembers what has been opened anyway. */
  know(entry: InstalledEntry, manifest: Manifest): void {
    this.#toolIds.set(entry, idsOf(manifest));
  }

  /** Those of a skill; none where it offers nothing itself. */
  async ambiguous(entry: InstalledEntry, manifest: Manifest): Promise<readonly AmbiguousTool[]> {
    // By name: what is shown of a record may be another than the index's own (missing secrets).
    if (!this.#active.some((other) => other.skill_id === entry.skill_id && other.version === entry.version)) return [];
    const others = this.#active.filter((other) => other.skill_id !== entry.skill_id && other.publisher === entry.publisher);
    const found: AmbiguousTool[] = [];
    for (const { id } of manifest.entrypoints.tools) {
      const isTwice = manifest.entrypoints.tools.some((own) => own.id !== id && nameForModel(own.id) === nameForModel(id));
      const also_in: string[] = isTwice ? [entry.skill_id] : [];
      for (const other of others) {
        const offers = await this.#toolIdsOf(other);
        // What nobody can tell the tools of may have any that its publisher may have.
        if (offers?.some((each) => nameForModel(each) === nameForModel(id)) !== false) also_in.push(other.skill_id);
      }
      if (also_in.length > 0) found.push({ tool_id: id, also_in });
    }
    return found;
  }

  async #toolIdsOf(entry: InstalledEntry): Promise<readonly string[] | undefined> {
    if (!this.#toolIds.has(entry)) {
      // What cannot be opened keeps its names; its own line of the check says why.
      const opened = await openInstalled(this.#home, entry).catch(() => undefined);
      this.#toolIds.set(entry, opened === undefined ? await installedToolIds(this.#home, entry) : idsOf(opened.manifest));
    }
    return this.#toolIds.get(entry);
  }
}

const idsOf = ({ entrypoints }: Manifest): readonly string[] => entrypoints.tools.map(({ id }) => id);
