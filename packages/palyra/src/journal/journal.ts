import type { PalyraError } from "../errors.ts";
import type { Anchor, Head } from "./chain.ts";
import type { JournalConnections } from "./connections.ts";
import type { HeadKeeper } from "./heads.ts";
import type { KnownChain } from "./known-chain.ts";
import type { ChainSummary, EffectiveStatus, EventQuery, NewEvent, StatusRow, StoredEvent } from "./records.ts";

/** Read and write access to one journal. Every method is one statement of its own unless it is called in `transaction`. */
export interface Journal {
  /** The file or address, for messages. */
  readonly name: string;
  status(skillId: string, version: string): Promise<EffectiveStatus>;
  /** All at once, for lists: one query of rows and one of status events. */
  statuses(): Promise<(skillId: string, version: string) => EffectiveStatus>;
  /** The same by the events themselves, whatever the file's indexes say (T26): for what rests on a status. Takes as long as there are events. */
  scannedStatuses(): Promise<(skillId: string, version: string) => EffectiveStatus>;
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** Another number once anybody else has committed to it: what was read before may be old then. Cheap. */
  changes(): Promise<number>;
  /**
   * Walks the whole chain in bounded memory; throws `JournalChainBroken` with the first bad place, where it does not lead through the
   * anchors, and where an index by which statuses are found is damaged.
   */
  verifyChain(anchors?: readonly Anchor[]): Promise<ChainSummary>;
  /** The end of the chain, unverified; `seq` 0 where there is no event. */
  head(): Promise<Head>;
  /** Whether its chain has that event. */
  holds(head: Head): Promise<boolean>;
  /**
   * As `status`, of the rows and of a chain that was walked to this moment, through the anchors: for what decides whether a skill may run
   * (spec 10, T1, T26). `JournalChainBroken`.
   */
  statusByChain(chain: KnownChain, anchors: readonly Anchor[], skillId: string, version: string): Promise<EffectiveStatus>;
  statusesByChain(chain: KnownChain, anchors: readonly Anchor[]): Promise<(skillId: string, version: string) => EffectiveStatus>;
  /** One transaction. The only way to write. `JournalChainBroken`, `VaultUnavailable` where its heads are kept and this one does not fit. */
  transaction<Result>(work: (writer: JournalWriter) => Result, options?: TransactionOptions): Promise<Result>;
  /**
   * After the last transaction: keeps where the chain ends, apart from the journal (spec 5.3). Answers what is wrong with what was kept, or
   * why nothing could be kept: then the head stays behind, which frees nothing. Where it is not called, closing does it in silence.
   */
  keepHead(): Promise<PalyraError | undefined>;
  /** Events whose lines wait for an audit file, oldest first; none where there are none, else one at least. */
  waiting(auditFile: string, limit: number): Promise<readonly StoredEvent[]>;
  /** Forgets lines that are on the disk. */
  settle(auditFile: string, seqs: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** What is written only makes skills less eligible: it is not held up by a head that does not fit, or a vault that cannot be read (T26). */
  readonly stops?: true;
  /**
   * False: a power loss may take it (spec 10, step 4). `soon`: so it may where heads are kept now and then, until the head is (spec 5.3). Else it
   * is on the disk when it returns (T18).
   */
  readonly synced?: false | "soon";
}

/** Write authority: exists only inside a transaction (habit 3). */
export interface JournalWriter {
  /** The row for an id without regard to case and a version; of several the most restrictive. */
  row(skillId: string, version: string): StatusRow | undefined;
  /** Effective status, as `Journal.status`. */
  status(skillId: string, version: string): EffectiveStatus;
  /** As `Journal.scannedStatuses`. */
  scannedStatuses(): (skillId: string, version: string) => EffectiveStatus;
  /** As `Journal.statusByChain`. */
  statusByChain(chain: KnownChain, anchors: readonly Anchor[], skillId: string, version: string): EffectiveStatus;
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

/** How a journal is opened. One that may be created is one that is written, and its events have an audit file to go to. */
export type OpenJournal =
  | {
      readonly create: false;
      /** By a connection that others of this process use, where one is kept: not for whoever asks for `changes`. */
      readonly shared?: true;
      /** Nothing is written, not even beside it: as a file that nobody changes. `JournalUnavailable` where changes wait beside it. */
      readonly untouched?: boolean;
      readonly connections?: JournalConnections;
    }
  | {
      readonly create: true;
      /** The `audit.ndjson` of the skills folder that the events are about: a journal may serve several folders. */
      readonly auditFile: string;
      /** Keeps its head; absent: nobody does, and its chain is held against nothing. Asked for at the first transaction. */
      readonly heads?: () => Promise<HeadKeeper>;
      /** Of a process that lives long: the connection is kept. */
      readonly connections?: JournalConnections;
    };
