/**
 * The hash chain of spec 5.3:
 *
 *     hash = SHA-256( "palyra.skill.event.v1" || prev_hash (32 zero bytes first) ||
 *                     each of seq, event_ulid, kind, timestamp, principal, device_id, channel, payload_json as
 *                     u64-BE length + UTF-8; integers in decimal; null as the length 2^64-1 )
 */
import { isSha256Hex } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";

const DOMAIN = "palyra.skill.event.v1";
const HASH_BYTES = 32;
const LENGTH_BYTES = 8;
/** What the first event follows. */
export const GENESIS_HASH = "0".repeat(64);

/** The hashed fields in their order. */
export type ChainedFields = readonly [
  seq: number,
  eventUlid: string,
  kind: string,
  timestamp: number,
  principal: string,
  deviceId: string,
  channel: string | null,
  payloadJson: string,
];

/** An event and where it stands. `hash` as 64 lower-case hex digits; `seq` 0 with `GENESIS_HASH`: before the first. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** A head that is kept apart from the journal, which its chain must lead through (T26). */
export interface Anchor extends Head {
  /** Where, for messages: `in the vault`. */
  readonly kept: string;
}

export const GENESIS: Head = { seq: 0, hash: GENESIS_HASH };

/** `prevHash` as 64 lower-case hex digits, and so is the answer. */
export function eventHash(prevHash: string, fields: ChainedFields): string {
  if (!isSha256Hex(prevHash)) throw broken(fields[0], "prev_hash is no SHA-256");
  const texts = fields.map((field) => (field === null ? null : String(field)));
  const most = texts.reduce((size, text) => size + LENGTH_BYTES + MOST_OF_UNIT * (text?.length ?? 0), 0);
  let at = beginFrame(prevHash, most);
  for (const text of texts) {
    const length = text === null ? -1 : frame.write(text, at + LENGTH_BYTES);
    at = afterLength(at, length) + Math.max(0, length);
  }
  return hashOfFrame(at);
}

/** Bytes of UTF-8 that a unit of UTF-16 takes at most. */
const MOST_OF_UNIT = 3;

let frame = Buffer.alloc(0);

/** Where the fields begin. @param size of them at most, with their lengths */
function beginFrame(prevHash: string, size: number): number {
  const all = DOMAIN.length + HASH_BYTES + size;
  if (frame.byteLength < all) frame = Buffer.alloc(2 * all);
  const at = frame.write(DOMAIN, 0, "latin1");
  return at + frame.write(prevHash, at, "hex");
}

/** @param length -1 for null */
function afterLength(at: number, length: number): number {
  if (length < 0) frame.fill(0xff, at, at + LENGTH_BYTES);
  else {
    frame.writeUInt32BE(0, at);
    frame.writeUInt32BE(length, at + LENGTH_BYTES / 2);
  }
  return at + LENGTH_BYTES;
}

let crypto: typeof import("node:crypto") | undefined;

function hashOfFrame(end: number): string {
  // Loaded when it hashes: whoever only reads statuses need not.
  crypto ??= process.getBuiltinModule("node:crypto");
  return crypto.hash("sha256", frame.subarray(0, end), "hex");
}

/** @param content the fields one after the other; @param lengths bytes of each, -1 for null: of the first `count` */
function framedHash(prevHash: string, content: Buffer, lengths: readonly number[], count: number): string {
  let at = beginFrame(prevHash, count * LENGTH_BYTES + content.byteLength);
  let from = 0;
  for (let place = 0; place < count; place += 1) {
    const length = lengths[place] ?? 0;
    at = afterLength(at, length);
    if (length <= 0) continue;
    at += content.copy(frame, at, from, from + length);
    from += length;
  }
  return hashOfFrame(at);
}

/**
 * A link as it is stored: the very bytes of its hashed fields, then of `prev_hash` and `hash`, one after the other, so that what a driver
 * would mend or cut while making a string of them shows.
 */
export interface Link {
  readonly seq: bigint;
  readonly content: Uint8Array;
  /** Bytes of each; -1 for null. */
  readonly lengths: readonly number[];
}

/** The bytes of a hashed field, by its place. */
export function fieldOf({ content, lengths }: Link, place: number): Buffer {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  let start = 0;
  for (let before = 0; before < place; before += 1) start += Math.max(0, lengths[before] ?? 0);
  return bytes.subarray(start, start + Math.max(0, lengths[place] ?? 0));
}

/** Of one link, beside what is hashed. */
const HASHES = 2;

/** Walks a chain link by link, holding only its head. */
export class ChainWalk {
  #head: Head;

  constructor(from: Head = GENESIS) {
    this.#head = from;
  }

  /** Spec 5.3, T26: no gap, no fork, nothing changed. Throws `JournalChainBroken`. */
  step({ seq: found, content, lengths }: Link): void {
    const { hash: prevHash, seq: before } = this.#head;
    const seq = before + 1;
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const hashed = lengths.length - HASHES;
    const [prevLength = 0, hashLength = 0] = [lengths[hashed], lengths[hashed + 1]];
    const end = bytes.byteLength - hashLength;
    if (found !== BigInt(seq)) throw broken(seq, "an event is missing or numbered wrongly");
    if (bytes.toString("latin1", end - prevLength, end) !== prevHash) throw broken(seq, "does not follow the event before it");
    const hash = framedHash(prevHash, bytes, lengths, hashed);
    if (bytes.toString("latin1", end) !== hash) throw broken(seq, "was changed: its hash is another");
    this.#head = { seq, hash };
  }

  /** The last link; `GENESIS` before the first. */
  get head(): Head {
    return this.#head;
  }
}

/** `recorded`: what is kept of the journal elsewhere, where it is that which does not fit; null: nothing is. */
export function broken(seq: number, problem: string, recorded?: Head | null): PalyraError<"JournalChainBroken"> {
  return new PalyraError("JournalChainBroken", { seq, problem, ...(recorded === undefined ? {} : { recorded }) });
}
