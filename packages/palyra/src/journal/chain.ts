/**
 * The hash chain of spec 5.3:
 *
 *     hash = SHA-256( "palyra.skill.event.v1" || prev_hash (32 zero bytes first) ||
 *                     each of seq, event_ulid, kind, timestamp, principal, device_id, channel, payload_json as
 *                     u64-BE length + UTF-8; integers in decimal; null as the length 2^64-1 )
 */
import { fromHex, isSha256Hex, u64be } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";

const DOMAIN = "palyra.skill.event.v1";
const NULL_LENGTH = u64be(2n ** 64n - 1n);
/** What the first event follows. */
export const GENESIS_HASH = "0".repeat(64);

/** The hashed fields in their order. Text as its very bytes, so that what is stored is what is checked. */
export type ChainedFields = readonly [
  seq: bigint | number,
  eventUlid: Uint8Array | string,
  kind: Uint8Array | string,
  timestamp: bigint | number,
  principal: Uint8Array | string,
  deviceId: Uint8Array | string,
  channel: Uint8Array | string | null,
  payloadJson: Uint8Array | string,
];

/** `prevHash` as 64 lower-case hex digits, and so is the answer. */
export function eventHash(prevHash: string, fields: ChainedFields): string {
  // Loaded when it hashes: whoever only reads statuses need not.
  const hash = process
    .getBuiltinModule("node:crypto")
    .createHash("sha256")
    .update(DOMAIN)
    .update(hashBytes(prevHash, Number(fields[0])));
  for (const field of fields) {
    if (field === null) hash.update(NULL_LENGTH);
    else {
      const bytes = field instanceof Uint8Array ? field : Buffer.from(String(field));
      hash.update(u64be(bytes.byteLength)).update(bytes);
    }
  }
  return hash.digest("hex");
}

function hashBytes(hash: string, seq: number): Uint8Array {
  const bytes = isSha256Hex(hash) ? fromHex(hash) : undefined;
  if (bytes === undefined) throw new PalyraError("JournalChainBroken", { seq, problem: "prev_hash is no SHA-256" });
  return bytes;
}

/** A link as it is stored. */
export interface Link {
  readonly fields: ChainedFields;
  readonly prevHash: string;
  readonly hash: string;
}

/** Walks a chain link by link, holding only its head. */
export class ChainWalk {
  #events = 0;
  #head = GENESIS_HASH;

  /** Spec 5.3, T26: no gap, no fork, nothing changed. Throws `JournalChainBroken`. */
  step({ fields, prevHash, hash }: Link): void {
    const seq = this.#events + 1;
    if (BigInt(fields[0]) !== BigInt(seq)) throw broken(seq, "an event is missing or numbered wrongly");
    if (prevHash !== this.#head) throw broken(seq, "does not follow the event before it");
    if (eventHash(prevHash, fields) !== hash) throw broken(seq, "was changed: its hash is another");
    this.#events = seq;
    this.#head = hash;
  }

  get summary(): { readonly events: number; readonly head: string } {
    return { events: this.#events, head: this.#head };
  }
}

export function broken(seq: number, problem: string): PalyraError<"JournalChainBroken"> {
  return new PalyraError("JournalChainBroken", { seq, problem });
}
