import type { Inflated, Platform, Sha256 } from "../platform/index.ts";
import { STORED } from "./central.ts";
import type { NamedEntry } from "./entries.ts";
import { zipFault } from "./fault.ts";

/** Takes a content in order, in one piece or several. */
export type Sink = (piece: Uint8Array) => void;

/**
 * The content of an entry on its way: what its platform gives in pieces has its CRC and its digest made while the next
 * piece inflates, whatever its turn, and is passed on when that has come.
 */
export class IncomingContent {
  readonly #entry: NamedEntry;
  readonly #platform: Platform;
  readonly #inflated: Promise<Inflated>;
  readonly #digest: Sha256;
  #crc32 = 0;
  #taken = 0;
  readonly #waiting: Uint8Array[] = [];
  #sink: Sink | undefined = (piece) => this.#waiting.push(piece);

  constructor(entry: NamedEntry, platform: Platform) {
    this.#entry = entry;
    this.#platform = platform;
    this.#digest = platform.sha256();
    this.#inflated = this.#inflate();
    // What is still under way when another entry is refused has nobody to report to.
    this.#inflated.catch(() => undefined);
  }

  /**
   * Its turn has come: `sink` is given what is there and what comes.
   * @returns the content, at its declared size to the byte and with the right CRC (spec 1.6), and its digest
   */
  async checked(sink: Sink | undefined): Promise<{ readonly bytes: Uint8Array; readonly sha256: Uint8Array }> {
    this.#sink = sink;
    for (const piece of this.#waiting.splice(0)) sink?.(piece);
    const inflated = await this.#inflated;
    if (inflated.ok && this.#taken === 0) this.#take(inflated.bytes);
    const bytes = this.#check(inflated);
    return { bytes, sha256: this.#digest.digest() };
  }

  /** Undoes the entry's compression, to no more than its declared size. */
  async #inflate(): Promise<Inflated> {
    const { record, compressed, size } = this.#entry;
    if (record.method !== STORED) return this.#platform.inflateRaw(compressed, size, (piece) => this.#take(piece));
    return compressed.length > size
      ? { ok: false, problem: "limit" }
      : { ok: true, bytes: compressed, consumed: compressed.length };
  }

  #take(piece: Uint8Array): void {
    this.#taken += piece.length;
    this.#crc32 = this.#platform.crc32(piece, this.#crc32);
    this.#digest.update(piece);
    this.#sink?.(piece);
  }

  #check(inflated: Inflated): Uint8Array {
    const { record, compressed, size } = this.#entry;
    const fault = (problem: string) => zipFault(problem, record.localOffset, record.name);
    if (!inflated.ok) throw fault(PROBLEMS[inflated.problem]);
    // Two streams, or bytes behind one, are content that only some readers see (T13).
    if (inflated.consumed !== compressed.length) throw fault("bytes left over behind its compressed content");
    if (inflated.bytes.length !== size) throw fault("shorter than declared");
    if (this.#taken !== size) throw new TypeError("the platform gave other pieces than it answered with");
    if (this.#crc32 !== record.crc32) throw fault("the CRC of its content is another");
    return inflated.bytes;
  }
}

const PROBLEMS = {
  limit: "longer than declared",
  truncated: "its compressed content ends early",
  corrupt: "its compressed content is no deflate stream",
} as const;
