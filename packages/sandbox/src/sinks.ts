/** Where a module's output goes, bounded. */
import { quotaExceeded, Stop } from "./ended.ts";
import { LOG_CUT, MAX_LOG_BYTES, MAX_OUTPUT_BYTES } from "./limits.ts";

const SMALLEST_BYTES = 1024;

/** stdout: kept whole, or the call ends. */
export class Output {
  #kept = new Uint8Array(0);
  #length = 0;

  write(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > MAX_OUTPUT_BYTES) throw new Stop(quotaExceeded("output_bytes", length, MAX_OUTPUT_BYTES));
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.min(MAX_OUTPUT_BYTES, Math.max(length, 2 * this.#kept.length, SMALLEST_BYTES)));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = length;
  }

  get bytes(): Uint8Array {
    return this.#kept.subarray(0, this.#length);
  }
}

/** stderr: told as it comes, and dropped from a length on, which is said once. */
export class Log {
  readonly #tell: (bytes: Uint8Array) => void;
  #left = MAX_LOG_BYTES;
  #cut = false;

  constructor(tell: (bytes: Uint8Array) => void) {
    this.#tell = tell;
  }

  write(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#left);
    this.#left -= kept.length;
    if (kept.length > 0) this.#tell(kept);
    if (kept.length === bytes.length || this.#cut) return;
    this.#cut = true;
    this.#tell(new TextEncoder().encode(LOG_CUT));
  }
}
