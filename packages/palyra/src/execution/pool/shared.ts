/** Small things that the pool and its calls have in common. */
import type { SandboxJob } from "./types.ts";

/** Under which a process keeps a compiled module. */
export const moduleKey = ({ moduleSha256, quotas, fuelMode }: SandboxJob): string =>
  `${moduleSha256} ${quotas.memoryBytes} ${fuelMode}`;

/** Milliseconds while it runs, as often as it is started. */
export class Stopwatch {
  #before = 0;
  #since: number | undefined;

  get isRunning(): boolean {
    return this.#since !== undefined;
  }

  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    this.#before = this.#elapsed();
    this.#since = undefined;
  }

  /** Whole ones, rounded up. */
  get milliseconds(): number {
    return Math.ceil(this.#elapsed());
  }

  #elapsed(): number {
    return this.#before + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }
}
