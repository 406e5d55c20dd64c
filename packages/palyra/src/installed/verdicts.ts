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
  /** Strings of one byte a character; whether it was asked for, or put, since the file was read. */
  #kept = new Map<string, boolean>();
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
    const text = bytes.toString("latin1", length);
    for (let at = 0; at < text.length; at += VERDICT_BYTES) this.#kept.set(text.slice(at, at + VERDICT_BYTES), false);
  }

  holds(verdict: Uint8Array): boolean {
    const text = textOf(verdict);
    const wasUsed = this.#kept.get(text);
    if (wasUsed === false) this.#kept.set(text, true);
    return wasUsed !== undefined;
  }

  put(verdict: Uint8Array): void {
    const text = textOf(verdict);
    this.#kept.set(text, true);
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
    const { size } = this.#kept;
    for (const [text, wasUsed] of this.#kept) if (!wasUsed) this.#kept.delete(text);
    return this.#kept.size < size;
  }

  /** Replaces the file as a whole. `Io`. */
  async write(file: string): Promise<void> {
    const sorted = [...this.#kept.keys()].sort();
    if (HEADER.length + sorted.length * VERDICT_BYTES > MAX_FILE_BYTES) return;
    const bytes = Buffer.concat([HEADER, Buffer.from(sorted.join(""), "latin1")]);
    // One writer, the daemon of the state root: what a killed one left under the name is written over.
    await writeFileAtomically(file, bytes, { mode: 0o600, temporary: `${file}.tmp` });
    this.#put = 0;
  }
}

const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
