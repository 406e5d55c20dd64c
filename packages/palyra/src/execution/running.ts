/** What runs is ended within a second of its quarantine, or of the revocation of its key or payload, whichever process that comes from (spec 10, step 4; T33). */
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import type { GatePorts } from "./resolve.ts";

/** Milliseconds between two looks at the journal while anything runs: with the time that a look takes, far below a second. */
const LOOK_EVERY_MS = 200;

/** Milliseconds for which a call is trusted without another question. */
const TRUSTED_FOR_MS = 1000;

/** As of `RunGate`. */
interface StatusGate {
  readonly chain: { readonly decided: number };
  requireStillActive(skill: { readonly skillId: string; readonly version: string }): Promise<void>;
}

interface Running {
  readonly skillId: string;
  readonly version: string;
  readonly artifact: VerifiedArtifact;
  readonly call: Call;
  readonly stop: () => void;
}

export class RunningCalls {
  readonly #gate: StatusGate;
  readonly #ports: Pick<GatePorts, "decide" | "trustMark">;
  readonly #now: () => number;
  readonly #calls = new Set<Running>();
  /** When a call was last trusted, and as the trust files and the chain were then. */
  readonly #trusted = new WeakMap<Running, { readonly mark: string; readonly at: number }>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  /** @param now milliseconds since 1970 */
  constructor(gate: StatusGate, ports: Pick<GatePorts, "decide" | "trustMark">, now: () => number) {
    this.#gate = gate;
    this.#ports = ports;
    this.#now = now;
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

  /** One look at a time, however many calls come and go meanwhile. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#isLooking) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
        if (this.#calls.size > 0) this.#schedule();
      });
    }, LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const versions = new Map([...this.#calls].map((call) => [`${call.skillId} ${call.version}`, call]));
    for (const [name, asked] of versions) {
      if (await this.#mayRun(() => this.#gate.requireStillActive(asked))) continue;
      for (const call of this.#calls) if (`${call.skillId} ${call.version}` === name) call.stop();
    }
    for (const call of [...this.#calls]) if (!(await this.#mayRun(() => this.#requireTrusted(call)))) call.stop();
  }

  /** Asked at once where something was decided or written since; each second besides, for what ends by the clock or is in the vault last. */
  async #requireTrusted(running: Running): Promise<void> {
    const mark = `${this.#gate.chain.decided} ${this.#ports.trustMark()}`;
    const last = this.#trusted.get(running);
    if (last?.mark === mark && performance.now() - last.at < TRUSTED_FOR_MS) return;
    await this.#ports.decide(running.artifact, { ...running.call, now: this.#now(), warn: () => {} });
    this.#trusted.set(running, { mark, at: performance.now() });
  }

  /** A journal that is busy is looked at again; one that is not what is known, or gone, lets nothing run on. */
  async #mayRun(require: () => Promise<unknown>): Promise<boolean> {
    try {
      await require();
      return true;
    } catch (error) {
      return error instanceof PalyraError && (error.code === "LockTimeout" || error.code === "VaultUnavailable");
    }
  }
}
