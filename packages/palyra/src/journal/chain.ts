/**
 * The hash chain of spec 5.3:
 *
 *     hash = SHA-256( "palyra.skill.event.v1" || prev_hash (32 zero bytes first) ||
 *                     each of seq, event_ulid, kind, timestamp, principal, device_id, channel, payload_json as
 *                     u64-BE length + UTF-8; integers in decimal; null as the length 2^64-1 )
 */
import { isSha256Hex } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";

export const DOMAIN = "palyra.skill.event.v1";
export const HASH_BYTES = 32;
export const LENGTH_BYTES = 8;
/** The length of null, as a signed number. */
const NULL_LENGTH = -1;
/** Where the fields begin in what is hashed. */
export const FIELDS_AT = DOMAIN.length + HASH_BYTES;
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
  const most = texts.reduce((size, text) => size + LENGTH_BYTES + MOST_OF_UNIT * (text?.length ?? 0), FIELDS_AT);
  if (frame.byteLength < most) frame = Buffer.alloc(2 * most);
  frame.write(DOMAIN, "latin1");
  frame.write(prevHash, DOMAIN.length, "hex");
  let at = FIELDS_AT;
  for (const text of texts) {
    const length = text === null ? NULL_LENGTH : frame.write(text, at + LENGTH_BYTES);
    frame.writeInt32BE(Math.min(0, length), at);
    frame.writeInt32BE(length, at + LENGTH_BYTES / 2);
    at += LENGTH_BYTES + Math.max(0, length);
  }
  return hashOf(frame.subarray(0, at));
}

/** Bytes of UTF-8 that a unit of UTF-16 takes at most. */
const MOST_OF_UNIT = 3;

let frame = Buffer.alloc(0);

let crypto: typeof import("node:crypto") | undefined;

/** @param framed what is hashed of an event, as it stands above */
export function hashOf(framed: Uint8Array): string {
  // Loaded when it hashes: whoever only reads statuses need not.
  crypto ??= process.getBuiltinModule("node:crypto");
  return crypto.hash("sha256", framed, "hex");
}

/** `recorded`: what is kept of the journal elsewhere, where it is that which does not fit; null: nothing is. */
export function broken(seq: number, problem: string, recorded?: Head | null): PalyraError<"JournalChainBroken"> {
  return new PalyraError("JournalChainBroken", { seq, problem, ...(recorded === undefined ? {} : { recorded }) });
}
