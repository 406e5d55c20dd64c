/** What runs is ended within a second of its quarantine, whichever process that comes from (spec 10, step 4; T33). */
import { PalyraError } from "../errors.ts";
import type { RunGate } from "./resolve.ts";

/** Milliseconds between two looks at the journal while anything runs: with the time that a look takes, far below a second. */
const LOOK_EVERY_MS = 200;

interface Running {
  readonly skillId: string;
  readonly version: string;
  readonly stop: () => void;
}

export class RunningCalls {
  readonly #gate: RunGate;
  readonly #calls = new Set<Running>();
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: RunGate) {
    this.#gate = gate;
  }

  /** Looks after one call until what is answered is called. `stop`: it may run no more. */
  watch(call: Running): () => void {
    this.#calls.add(call);
    this.#schedule();
    return () => {
      this.#calls.delete(call);
      if (this.#calls.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = undefined;
        if (this.#calls.size > 0) this.#schedule();
      });
    }, LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const versions = new Map([...this.#calls].map((call) => [`${call.skillId} ${call.version}`, call]));
    for (const [name, asked] of versions) {
      if (await this.#mayRun(asked)) continue;
      for (const call of this.#calls) if (`${call.skillId} ${call.version}` === name) call.stop();
    }
  }

  /** A journal that is busy is looked at again; one that is not what is known, or gone, lets nothing run on. */
  async #mayRun(call: Running): Promise<boolean> {
    try {
      await this.#gate.requireStillActive(call);
      return true;
    } catch (error) {
      return error instanceof PalyraError && (error.code === "LockTimeout" || error.code === "VaultUnavailable");
    }
  }
}
