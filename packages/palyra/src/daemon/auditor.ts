/** What audits: for the schedule, and for whoever asks now (spec 5.4, 8). */
import { PalyraError } from "../errors.ts";
import type { PassSummary, Watch } from "../lifecycle/index.ts";
import type { AuditDocument } from "../operations/skills/audit.ts";

export type { PassSummary } from "../lifecycle/index.ts";

/** On a thread of its own, so that a module that takes long never stalls the API. */
export interface Auditor {
  /**
   * One pass of `PeriodicSkillReaudit` over all current skills (spec 5.4). Never two at once: who asks while one goes on is given that one.
   * Rejects with `IndexInvalid`, `TrustStoreChanged`, `JournalUnavailable`, `PolicyInvalid` …: the pass stopped, nothing is more eligible.
   */
  pass(): Promise<PassSummary>;
  /** What `palyra skills audit ID [--version V]` answers, for one skill, by the caller's principal. */
  audit(request: AuditRequest, caller: Caller): Promise<AuditDocument>;
  /** Lets what runs end at the next skill, then ends the thread. What waits for an answer is told so: `AuditorUnavailable`. */
  close(): Promise<void>;
}

export interface AuditRequest {
  readonly skillId: string;
  readonly version?: string | undefined;
}

export interface Caller {
  readonly principal: string;
  readonly deviceId: string;
  readonly channel: string | null;
}

/** What an auditor does, wherever it runs; each with the signal that ends it. */
export interface AuditorBodies {
  readonly pass: (signal: AbortSignal, watch: Watch | undefined) => Promise<PassSummary>;
  readonly audit: (request: AuditRequest, caller: Caller, signal: AbortSignal) => Promise<AuditDocument>;
}

/** An auditor on the thread of whoever makes it; another may watch its passes. */
export interface LocalAuditor extends Auditor {
  pass(watch?: Watch): Promise<PassSummary>;
}

export function auditorOf({ pass, audit }: AuditorBodies): LocalAuditor {
  const ending = new AbortController();
  let passing: Promise<PassSummary> | undefined;
  let auditing: Promise<void> = Promise.resolve();
  const running = new Set<Promise<unknown>>();
  const run = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (ending.signal.aborted) return Promise.reject(new PalyraError("AuditorUnavailable", { problem: "it is being stopped" }));
    const result = work();
    const ended = result.then(
      () => {},
      () => {},
    );
    running.add(ended);
    void ended.then(() => running.delete(ended));
    return result;
  };
  return {
    pass: (watch) => {
      passing ??= run(() => pass(ending.signal, watch)).finally(() => {
        passing = undefined;
      });
      return passing;
    },
    audit: (request, caller) => {
      // One thread does no two any sooner than one after the other, and what each holds is not held sixteen times.
      const asked = auditing.then(() => run(() => audit(request, caller, ending.signal)));
      auditing = asked.then(
        () => {},
        () => {},
      );
      return asked;
    },
    close: async () => {
      ending.abort();
      await Promise.all(running);
    },
  };
}
