/**
 * `.verdicts` in the skills folder: which installed versions passed their last re-audit, so that they need not be parsed again (spec 5.4).
 *
 *     palyra.skill.verdicts.v1 LF
 *     then for each, ascending: 32 bytes HMAC-SHA-256
 *
 * The HMAC is over the version's name and everything that the verdict rests on, under a key of the vault. Whoever asks makes it anew and
 * looks whether it is there: a verdict that was forged, was moved here from another place or skill, or rests on anything else, is one that
 * nobody asks for (T32). A file that is wrong in any way holds none.
 */
import { readOwn, writeFileAtomically } from "../files/index.ts";

const HEADER = Buffer.from("palyra.skill.verdicts.v1\n");
const VERDICT_BYTES = 32;
/** Of a million verdicts; beyond that none are kept. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** The verdicts of one skills folder: some hundred bytes of memory each. */
export class Verdicts {
  /** Strings of one byte a character. */
  #kept = new Set<string>();
  /** Those that were asked for and there, or put, since the file was read. */
  readonly #used = new Set<string>();
  #put = 0;

  /** What cannot be read, is no file of ours or is damaged holds none. */
  static async read(file: string): Promise<Verdicts> {
    const verdicts = new Verdicts();
    const read = await readOwn(file, MAX_FILE_BYTES).catch(() => undefined);
    if (read?.ok === true) verdicts.#take(Buffer.from(read.bytes.buffer, read.bytes.byteOffset, read.bytes.length));
    return verdicts;
  }

  #take(bytes: Buffer): void {
    const { length } = HEADER;
    if (!bytes.subarray(0, length).equals(HEADER) || (bytes.length - length) % VERDICT_BYTES !== 0) return;
    for (let at = length; at < bytes.length; at += VERDICT_BYTES)
      this.#kept.add(bytes.toString("latin1", at, at + VERDICT_BYTES));
  }

  holds(verdict: Uint8Array): boolean {
    const text = Buffer.from(verdict).toString("latin1");
    const isKept = this.#kept.has(text);
    if (isKept) this.#used.add(text);
    return isKept;
  }

  put(verdict: Uint8Array): void {
    const text = Buffer.from(verdict).toString("latin1");
    this.#kept.add(text);
    this.#used.add(text);
    this.#put += 1;
  }

  /** Put since the file was read or written. */
  get unwritten(): number {
    return this.#put;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Forgets those that nobody asked for: of versions that are gone, or rest on something else by now. True: there were any. */
  dropUnused(): boolean {
    const hadAny = this.#used.size < this.#kept.size;
    this.#kept = new Set(this.#used);
    return hadAny;
  }

  /** Replaces the file as a whole. `Io`. */
  async write(file: string): Promise<void> {
    const sorted = [...this.#kept].sort();
    if (HEADER.length + sorted.length * VERDICT_BYTES > MAX_FILE_BYTES) return;
    const bytes = Buffer.concat([HEADER, Buffer.from(sorted.join(""), "latin1")]);
    // One writer, the daemon of the state root: what a killed one left under the name is written over.
    await writeFileAtomically(file, bytes, { mode: 0o600, temporary: `${file}.tmp` });
    this.#put = 0;
  }
}
