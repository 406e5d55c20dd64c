/** What one pass of `PeriodicSkillReaudit` came to (spec 5.4). Field names are those of metrics and logs. */
export interface PassSummary {
  readonly started_at_unix_ms: number;
  readonly finished_at_unix_ms: number;
  /** Skills whose bytes were hashed. */
  readonly checked: number;
  /** Of these, those whose kept verdict still holds. */
  readonly unchanged: number;
  /** Quarantined by this pass. */
  readonly quarantined: number;
  /** Quarantined before: not looked at, and not written again. */
  readonly already_stopped: number;
  /** What was quarantined, at most `MAX_FAILED_TOLD` of them. */
  readonly failed: readonly FailedSkill[];
  /** Bytes that were hashed. */
  readonly bytes: number;
}

export interface FailedSkill {
  readonly skill_id: string;
  readonly version: string;
  /** As the journal has it. */
  readonly reason: string;
}

/** The journal has them all. */
export const MAX_FAILED_TOLD = 100;

/** Counts while a pass goes on. */
export class Tally {
  checked = 0;
  unchanged = 0;
  quarantined = 0;
  already_stopped = 0;
  bytes = 0;
  readonly #failed: FailedSkill[] = [];

  fail(failed: FailedSkill): void {
    this.quarantined += 1;
    if (this.#failed.length < MAX_FAILED_TOLD) this.#failed.push(failed);
  }

  summary(started_at_unix_ms: number, finished_at_unix_ms: number): PassSummary {
    const { checked, unchanged, quarantined, already_stopped, bytes } = this;
    return {
      started_at_unix_ms,
      finished_at_unix_ms,
      checked,
      unchanged,
      quarantined,
      already_stopped,
      failed: [...this.#failed],
      bytes,
    };
  }
}
