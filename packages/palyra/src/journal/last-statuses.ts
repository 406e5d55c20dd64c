import { effectiveStatus, type PlacedStatus, statusKey } from "./effective.ts";
import type { EffectiveStatus, StatusRow } from "./records.ts";

/** The last status event of each skill, in whatever order they come. */
export class LastStatuses {
  readonly #last = new Map<string, PlacedStatus>();
  /** Number of the last event that may have been anybody's. */
  #unreadable = 0;

  take(seq: number, row: StatusRow | "unreadable"): void {
    if (row === "unreadable") {
      this.#unreadable = Math.max(this.#unreadable, seq);
      return;
    }
    const key = statusKey(row.skill_id, row.version);
    if (seq > (this.#last.get(key)?.seq ?? 0)) this.#last.set(key, { seq, row });
  }

  /** Effective with the rows of that (skill, version). */
  status(rows: readonly StatusRow[], skillId: string, version: string): EffectiveStatus {
    const last = this.#last.get(statusKey(skillId, version));
    return effectiveStatus(rows, last, this.#unreadable > (last?.seq ?? 0));
  }
}
