/** Walking a chain of events as they are stored (spec 5.3, T26). */
import { broken, DOMAIN, FIELDS_AT, GENESIS, HASH_BYTES, type Head, hashOf, LENGTH_BYTES } from "./chain.ts";

/** Of a link, in their order. */
export const HASHED_FIELDS = 8;
/** With `prev_hash` and `hash`. */
export const STORED_FIELDS = 10;

/**
 * Links one after the other, in the very bytes that are stored, so that what a driver would mend or cut while making a string of them shows.
 * Of each, laid out as it is hashed, the domain and the hashed fields, with room for the hash before it and before each field for its
 * length; then `prev_hash` and `hash`.
 */
export interface Links {
  readonly bytes: Buffer;
  /** Of each link those of its stored fields, each as it is hashed; where a column has another type, all as those of null. */
  readonly lengths: Buffer;
}

/** A link of which all is in its place. */
export interface Link {
  /** What is hashed. */
  readonly frame: Buffer;
  readonly prevHash: string;
  readonly hash: string;
}

/** Visits links one by one. What there is room for in their bytes is filled in, once: to copy them takes longer than to hash them. */
export function eachLink({ bytes, lengths }: Links, visit: (link: Link) => void): void {
  let end = 0;
  for (let of = 0; of < lengths.byteLength; of += STORED_FIELDS * LENGTH_BYTES) {
    const begin = end;
    end += FIELDS_AT;
    const hashes = of + HASHED_FIELDS * LENGTH_BYTES;
    for (let field = of; field < hashes; field += LENGTH_BYTES) {
      for (let byte = 0; byte < LENGTH_BYTES; byte += 1) bytes[end + byte] = lengths[field + byte] ?? 0;
      end += LENGTH_BYTES + lengthAt(lengths, field);
    }
    const frame = bytes.subarray(begin, end);
    const prevEnd = end + lengthAt(lengths, hashes);
    const prevHash = bytes.toString("latin1", end, prevEnd);
    frame.write(prevHash, DOMAIN.length, HASH_BYTES, "hex");
    end = prevEnd + lengthAt(lengths, hashes + LENGTH_BYTES);
    visit({ frame, prevHash, hash: bytes.toString("latin1", prevEnd, end) });
  }
}

/** Less than 2^31, as SQLite has it; 0 for null. */
const lengthAt = (buffer: Buffer, at: number): number => Math.max(0, buffer.readInt32BE(at + LENGTH_BYTES / 2));

/** A hashed field, by its place. */
export function fieldOf({ frame }: Link, place: number, encoding: "latin1" | "utf8" = "latin1"): string {
  let at = FIELDS_AT;
  for (let before = 0; before < place; before += 1) at += LENGTH_BYTES + lengthAt(frame, at);
  return frame.toString(encoding, at + LENGTH_BYTES, at + LENGTH_BYTES + lengthAt(frame, at));
}

const SEQ = 0;

/** Walks a chain link by link, holding only its head. */
export class ChainWalk {
  #head: Head;

  constructor(from: Head = GENESIS) {
    this.#head = from;
  }

  /** Spec 5.3, T26: no gap, no fork, nothing changed. Throws `JournalChainBroken`. */
  step(link: Link): void {
    const { frame, prevHash, hash } = link;
    const seq = this.#head.seq + 1;
    const found = fieldOf(link, SEQ);
    if (found === "") throw broken(seq, "a column has another type");
    if (found !== String(seq)) throw broken(seq, "an event is missing or numbered wrongly");
    if (prevHash !== this.#head.hash) throw broken(seq, "does not follow the event before it");
    if (hash !== hashOf(frame)) throw broken(seq, "was changed: its hash is another");
    this.#head = { seq, hash };
  }

  /** The last link; `GENESIS` before the first. */
  get head(): Head {
    return this.#head;
  }
}
