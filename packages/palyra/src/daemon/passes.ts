/** The passes of the re-audit as the daemon reports them: to its log, its metrics and `/readyz`. */
import { tellingOf } from "../operations/wording/sentences.ts";
import type { Auditor, PassSummary } from "./auditor.ts";

/** Where a pass is told. */
export interface PassLog {
  info(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface PassCounter {
  pass(summary: PassSummary): void;
  stoppedPass(): void;
}

export class Passes {
  readonly #auditor: Auditor;
  #problem: string | undefined;

  constructor(auditor: Auditor) {
    this.#auditor = auditor;
  }

  /** The code of what stopped the last pass; undefined where it came through, or none has been. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** One pass. One that stops is told, and the daemon is not ready until one comes through. */
  async run(log: PassLog, counter: PassCounter): Promise<void> {
    try {
      const summary = await this.#auditor.pass();
      this.#problem = undefined;
      counter.pass(summary);
      log.info({ task: "PeriodicSkillReaudit", ...summary }, "pass");
    } catch (error) {
      // It was told to end, with the daemon.
      if (error instanceof Error && error.name === "AbortError") return;
      const telling = tellingOf(error);
      this.#problem = telling?.code ?? "Internal";
      counter.stoppedPass();
      const said = telling === undefined ? { err: error } : told(telling);
      log.error({ task: "PeriodicSkillReaudit", ...said }, "the pass stopped; no skill is more eligible by it");
    }
  }
}

/** With what is wrong in a file, and where: a policy, the index, the trust store. */
function told({ code, message, hint, details }: NonNullable<ReturnType<typeof tellingOf>>): object {
  return { code, said: message, hint, ...("faults" in details ? { faults: details.faults } : {}) };
}
