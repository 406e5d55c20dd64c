/** What a journal holds, and what is asked of it. */
import type { JsonObject } from "palyra-skills/encoding";

/** A row of `skill_status` (spec 5.3), columns as they are in the table. `status` may hold words of another program. */
export interface StatusRow {
  readonly skill_id: string;
  readonly version: string;
  readonly status: string;
  readonly reason: string | null;
  readonly detected_at_ms: number;
  readonly operator_principal: string;
  readonly created_at_unix_ms: number;
  readonly updated_at_unix_ms: number;
}
export type SkillStatus = "active" | "quarantined" | "disabled";

/** An event before it has its place in the chain. `event_ulid` makes writing it twice writing it once. */
export interface NewEvent {
  readonly event_ulid: string;
  readonly kind: string;
  readonly timestamp_unix_ms: number;
  readonly principal: string;
  readonly device_id: string;
  readonly channel: string | null;
  readonly payload: JsonObject;
}
/** An event as it is stored. */
export interface StoredEvent {
  readonly seq: number;
  readonly event_ulid: string;
  readonly kind: string;
  readonly timestamp_unix_ms: number;
  readonly principal: string;
  readonly device_id: string;
  readonly channel: string | null;
  /** Exactly the text that is hashed. */
  readonly payload_json: string;
  /** 64 lower-case hex digits. */
  readonly prev_hash: string;
  readonly hash: string;
}

/**
 * What the journal says of one (skill, version), spec 5.3 and 11.4: `source` is `journal` for a row, else `unknown`.
 * The effective status is the more restrictive of the row and of the last status event of the chain.
 */
export interface EffectiveStatus {
  readonly status: string;
  readonly source: "journal" | "unknown";
  /** What decided: the row, or the chain's last status event in the form of a row. Absent where the status is `unknown`. */
  readonly row?: StatusRow;
  /** The last status event of the chain, whether it decided or not: which of two restrictions came later, its `seq` tells (T31). */
  readonly event?: { readonly seq: number; readonly status: string };
}

/** What a chain leads to. `head` is 64 zeros for an empty one. */
export interface ChainSummary {
  readonly events: number;
  readonly head: string;
}

export interface EventQuery {
  /** Only events after this seq. */
  readonly after?: number;
  readonly kinds?: readonly string[];
  /** Without regard to case. */
  readonly skillId?: string;
  /** Only events whose ulid begins so, in capitals. */
  readonly ulid?: string;
  /** The last n, in ascending order; default 100. */
  readonly last?: number;
  /** Of these no more than a page holds, as of `first`. */
  readonly bounded?: true;
  /** In place of `last`: the first n after `after`, for reading on from there. Where payloads are long a page has fewer, and one at least. */
  readonly first?: number;
}
