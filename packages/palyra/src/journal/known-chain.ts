import type { Database } from "../files/index.ts";
import { type Anchor, broken, type Head } from "./chain.ts";
import { eachBatch, hasMore, indexProblem } from "./chain-queries.ts";
import { ChainWalk, eachLink, fieldOf, type Link } from "./chain-walk.ts";
import { NEUTRAL_KINDS, STATUS_KINDS, statusOfEvent } from "./events.ts";
import { notHeld } from "./held.ts";
import { INSTALL_KINDS, type InstallRecord, KnownInstalls } from "./known-installs.ts";
import { LastStatuses } from "./last-statuses.ts";
import { holds } from "./queries.ts";
import type { ChainSummary, EffectiveStatus, StoredEvent } from "./records.ts";
import { type Start, strayTrigger, type Tables } from "./schema.ts";
import { readRows, StatusRows } from "./status-rows.ts";

/** Places of fields in a link. */
const KIND = 2;
const TIMESTAMP = 3;
const PAYLOAD = 7;

/**
 * A chain that was walked, link by link, by this process, and what its status events say: no index is believed, and nothing that was read
 * before can be changed behind it. It is brought up to date by walking on from its end. One a process and journal: whoever decides what may
 * run keeps it (spec 10).
 */
export class KnownChain {
  #walk = new ChainWalk();
  readonly #statuses = new LastStatuses();
  readonly #installs = new KnownInstalls();
  #rows: StatusRows | undefined;
  #decided = 0;
  /** The anchors that the chain leads through to its head, as they were asked last. */
  #through: string | undefined;

  get head(): Head {
    return this.#walk.head;
  }

  /** Number of the last event by which anything may have been decided: trust, a status, what is installed. */
  get decided(): number {
    return this.#decided;
  }

  /** Inside a transaction; `end` of the chain there. `JournalChainBroken`: it leads neither on from where it ended, nor through the anchors. */
  advance(database: Database, { tables, end }: Start, anchors: readonly Anchor[]): void {
    const { seq, hash } = this.head;
    // To ask for links takes ten times as long as to see that there are none.
    if (end.seq !== seq || end.hash !== hash) this.#walkOn(database, tables);
    const asked = anchors.map((anchor) => `${anchor.seq} ${anchor.hash}`).join("\n");
    // They stand where they were seen: what comes after this end follows it, or is walked.
    if (this.#through === asked) return;
    for (const anchor of anchors) if (!holds(database, tables, anchor)) throw notHeld(anchor, this.head);
    this.#through = asked;
  }

  #walkOn(database: Database, tables: Tables): void {
    const { seq } = this.head;
    this.#through = undefined;
    if (!holds(database, tables, this.head)) throw broken(seq, "it is not the event that was there before");
    eachBatch(database, tables, seq, (links) => {
      eachLink(links, (link) => {
        this.#walk.step(link);
        this.#note(link);
      });
    });
    if (hasMore(database, tables, this.head.seq)) throw broken(this.head.seq + 1, "an event is missing or numbered wrongly");
  }

  /**
   * Once it is committed: what this process wrote itself after the last link that was walked, and by which nothing is decided, is not read back.
   * Whatever else there is `advance` walks.
   */
  follow({ seq, kind, prev_hash, hash }: StoredEvent): void {
    const isNext = this.head.seq === seq - 1 && this.head.hash === prev_hash;
    if (isNext && isOneOf(NEUTRAL_KINDS, kind)) this.#walk = new ChainWalk({ seq, hash });
  }

  status(database: Database, tables: Tables, skillId: string, version: string): EffectiveStatus {
    return this.#statuses.status(readRows(database, tables, skillId, version), skillId, version);
  }

  statuses(database: Database, tables: Tables): (skillId: string, version: string) => EffectiveStatus {
    const rows = StatusRows.read(database, tables, this.#rows);
    this.#rows = rows;
    return (skillId, version) => this.#statuses.status(rows.of(skillId, version), skillId, version);
  }

  /** Why a record of the index in that folder is not of what was installed, by the chain as far as it was walked; undefined where nothing says so. T1, T31. */
  installFault(record: InstallRecord, folder: string): string | undefined {
    return this.#installs.fault(record, folder);
  }

  /** The version that is current by the chain, where the index names another that was installed too (T8, T31). */
  otherCurrent(record: Pick<InstallRecord, "skill_id" | "version">, folder: string): string | undefined {
    return this.#installs.otherCurrent(record, folder);
  }

  #note(link: Link): void {
    const { seq } = this.head;
    const kind = fieldOf(link, KIND);
    if (!isOneOf(NEUTRAL_KINDS, kind)) this.#decided = seq;
    if (!isOneOf(STATUS_KINDS, kind) && !isOneOf(INSTALL_KINDS, kind)) return;
    const payload = fieldOf(link, PAYLOAD, "utf8");
    if (isOneOf(INSTALL_KINDS, kind)) this.#installs.take(kind, payload);
    if (!isOneOf(STATUS_KINDS, kind)) return;
    const row = statusOfEvent({ payload_json: payload, timestamp_unix_ms: Number(fieldOf(link, TIMESTAMP)) });
    if (row !== undefined) this.#statuses.take(seq, row);
  }
}

const isOneOf = (kinds: readonly string[], kind: string): boolean => kinds.includes(kind);

/** A whole chain, and the indexes of its events: a journal in which statuses could be looked up and not found is not whole. */
export function walkedChain(database: Database, start: Start, anchors: readonly Anchor[]): ChainSummary {
  const chain = new KnownChain();
  chain.advance(database, start, anchors);
  const { seq, hash } = chain.head;
  const stray = strayTrigger(database);
  if (stray !== undefined) throw broken(seq, `a trigger hangs on it that is not ours: ${stray}`);
  const problem = indexProblem(database, start.tables);
  if (problem !== undefined) throw broken(seq, `SQLite finds the file damaged: ${problem}`);
  return { events: seq, head: hash };
}
