import { statusKey } from "./effective.ts";

/** A record of the index, as far as the chain says something of it. */
export interface InstallRecord {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_sha256: string;
}

/** Kinds of events that say which artifact is installed, or that none is. `skill.enabled`: a person admits what lies there. */
export const INSTALL_KINDS = ["skill.installed", "skill.updated", "skill.removed", "skill.enabled"] as const;

/**
 * What the chain says of installs (T1, T31): a status outlives a removal, so an index and a folder that were put back would find it still
 * active, and an index that was edited would lend it to another artifact of that version. Of what another program installs it says nothing.
 */
export class KnownInstalls {
  /** The digest that was installed; null: it was removed. */
  readonly #last = new Map<string, string | null>();

  /** One event of `INSTALL_KINDS`, in the order of the chain. */
  take(kind: string, payloadJson: string): void {
    const payload = membersOf(payloadJson);
    const skillId = payload.get("skill_id");
    if (typeof skillId !== "string") return;
    if (kind === "skill.removed") {
      const removed = payload.get("removed_versions");
      for (const version of Array.isArray(removed) ? removed : []) this.#last.set(statusKey(skillId, String(version)), null);
      return;
    }
    const key = statusKey(skillId, String(payload.get("version")));
    const digest = payload.get("artifact_sha256");
    if (kind !== "skill.enabled" && typeof digest === "string") this.#last.set(key, digest);
    else if (this.#last.get(key) === null) this.#last.delete(key);
  }

  /** Why a record of the index is not of what was installed; undefined where nothing says so. */
  fault({ skill_id, version, artifact_sha256 }: InstallRecord): string | undefined {
    const known = this.#last.get(statusKey(skill_id, version));
    if (known === undefined || known === artifact_sha256) return undefined;
    return known === null
      ? "by the journal it was removed, and not installed again"
      : "by the journal another artifact was installed as this version";
  }
}

function membersOf(payloadJson: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(payloadJson);
    return new Map<string, unknown>(typeof value === "object" && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}
