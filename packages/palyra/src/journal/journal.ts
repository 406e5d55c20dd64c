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

/** Read and write access to one journal. Every method is one statement of its own unless it is called in `transaction`. */
export interface Journal {
  /** The file or address, for messages. */
  readonly name: string;
  status(skillId: string, version: string): Promise<EffectiveStatus>;
  /** All at once, for lists: one query of rows and one of status events. */
  statuses(): Promise<(skillId: string, version: string) => EffectiveStatus>;
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** Another number once anybody else has committed to it: what was read before may be old then. Cheap. */
  changes(): Promise<number>;
  /** Walks the whole chain in bounded memory; throws `JournalChainBroken` with the first bad place. */
  verifyChain(): Promise<ChainSummary>;
  /** One transaction, synced before it returns (T18). The only way to write. */
  transaction<Result>(work: (writer: JournalWriter) => Result): Promise<Result>;
  /** Events whose lines wait for an audit file, oldest first. */
  waiting(auditFile: string, limit: number): Promise<readonly StoredEvent[]>;
  /** Forgets lines that are on the disk. */
  settle(auditFile: string, seqs: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** What a chain leads to. `head` is 64 zeros for an empty one. */
export interface ChainSummary {
  readonly events: number;
  readonly head: string;
}

/** Write authority: exists only inside a transaction (habit 3). */
export interface JournalWriter {
  /** The row for an id without regard to case and a version; of several the most restrictive. */
  row(skillId: string, version: string): StatusRow | undefined;
  /** Effective status, as `Journal.status`. */
  status(skillId: string, version: string): EffectiveStatus;
  /** Sets every row of the id, whatever its case, and the version; makes one where none is. */
  putStatus(row: Omit<StatusRow, "created_at_unix_ms" | "updated_at_unix_ms">, now: number): StatusRow;
  /** Whether an event with this ulid is there: a plan that is walked again must not undo what came after it. */
  has(eventUlid: string): boolean;
  /**
   * Appends unless an event with this ulid is there; its line goes to `skill_outbox` too. `JournalChainBroken`: the last event was damaged
   * so that none can follow it; nothing was written then.
   */
  append(event: NewEvent): StoredEvent;
}

export interface EventQuery {
  /** Only events after this seq. */
  readonly after?: number;
  readonly kinds?: readonly string[];
  /** Without regard to case. */
  readonly skillId?: string;
  /** The last n, in ascending order; default 100. */
  readonly last?: number;
  /** In place of it: the first n after `after`, for reading on from there. */
  readonly first?: number;
}

/** How a journal is opened. One that may be created is one that is written, and its events have an audit file to go to. */
export type OpenJournal =
  | {
      readonly create: false;
      /** Nothing is written, not even beside it: as a file that nobody changes. `JournalUnavailable` where changes wait beside it. */
      readonly untouched?: boolean;
    }
  | {
      readonly create: true;
      /** The `audit.ndjson` of the skills folder that the events are about: a journal may serve several folders. */
      readonly auditFile: string;
    };
