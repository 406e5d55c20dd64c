/** The journal on SQLite (spec 5.3). The file may be a live Palyra's own: then its journal mode and its other tables stay as they are. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PalyraError } from "../errors.ts";
import { type Database, faultPoint, io, openDatabase, sqliteResult } from "../files/index.ts";
import type { Anchor, Head } from "./chain.ts";
import type { Leased } from "./connections.ts";
import { endOf } from "./end.ts";
import { fault } from "./faults.ts";
import type { HeadKeeper } from "./heads.ts";
import { requireRecorded } from "./held.ts";
import type { Journal, JournalWriter, TransactionOptions } from "./journal.ts";
import type { KnownChain } from "./known-chain.ts";
import { holds, readChanges, readEvents, readWaiting } from "./queries.ts";
import type { ChainSummary, EffectiveStatus, EventQuery, StoredEvent } from "./records.ts";
import {
  createTables,
  forgetTables,
  isComplete,
  readStart,
  readTables,
  SCHEMA_VERSION,
  type Start,
  startWith,
  type Tables,
} from "./schema.ts";
import { readStatus, readStatuses } from "./status-queries.ts";
import { StatusRows } from "./status-rows.ts";
import type { Stillness } from "./still.ts";
import { notKept, SqliteWriter } from "./writer.ts";

/** Milliseconds that a transaction waits for others' (spec 5.2). */
const JOURNAL_TIMEOUT_MS = 30_000;
/** Milliseconds that SQLite itself waits where it has to, holding up the process. */
export const BUSY_TIMEOUT_MS = 5_000;

/** Of each connection, as it was set last. */
const synchronousOf = new WeakMap<object, "FULL" | "NORMAL">();
const busyTimeoutOf = new WeakMap<object, number>();

function setSynchronous(database: Database, how: "FULL" | "NORMAL"): void {
  if (synchronousOf.get(database.connection) === how) return;
  database.exec(`PRAGMA synchronous = ${how}`);
  synchronousOf.set(database.connection, how);
}

/** Of connections that were seen in it: none leaves it while another has the file open. */
const inWalMode = new WeakSet<object>();

function isInWalMode(database: Database): boolean {
  if (inWalMode.has(database.connection)) return true;
  const isSo = database.only(["journal_mode"], "FROM pragma_journal_mode", [])?.[0] === "wal";
  if (isSo) inWalMode.add(database.connection);
  return isSo;
}

/** False: it was the same before. */
function setBusyTimeout(database: Database, ms: number): boolean {
  if ((busyTimeoutOf.get(database.connection) ?? BUSY_TIMEOUT_MS) === ms) return false;
  database.exec(`PRAGMA busy_timeout = ${ms}`);
  busyTimeoutOf.set(database.connection, ms);
  return true;
}

interface SqliteJournalOptions {
  readonly auditFile?: string;
  readonly readOnly?: boolean;
  /** Read as a file that nobody changes, which is looked at after each read. */
  readonly still?: Stillness;
  readonly heads?: () => Promise<HeadKeeper>;
  /** Open already. */
  readonly leased?: Leased;
}

export class SqliteJournal implements Journal {
  readonly name: string;
  readonly #database: Database;
  readonly #leased: Leased | undefined;
  readonly #auditFile: string | undefined;

  readonly #still: Stillness | undefined;
  readonly #heads: (() => Promise<HeadKeeper>) | undefined;
  /** The head that nobody keeps yet, of what is on the disk, or of what its keeper syncs. */
  #unkept: Head | undefined;
  /** Of the last look at all of them. */
  #rows: StatusRows | undefined;

  constructor(file: string, { auditFile, readOnly = false, still, heads, leased }: SqliteJournalOptions = {}) {
    this.name = file;
    this.#auditFile = auditFile;
    this.#still = still;
    this.#heads = heads;
    this.#leased = leased;
    this.#database =
      leased?.database ?? openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, readOnly, immutable: still !== undefined });
  }

  async prepare(create: boolean): Promise<void> {
    // What a sync has to mean on macOS (T18); of the connection, not of the file.
    this.#database.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;");
    const tables = create ? this.#start().tables : this.#read(({ tables: found }) => found);
    if (!create || isComplete(tables)) return;
    // Only a file without any table is our own to set up.
    if (tables.empty) await this.#patiently(() => this.#database.exec("PRAGMA journal_mode = WAL"));
    await this.#write("FULL", () => {});
  }

  async status(skillId: string, version: string): Promise<EffectiveStatus> {
    return this.#read(({ tables }) => readStatus(this.#database, tables, skillId, version));
  }

  async statuses(): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read(({ tables }) => {
      this.#rows = StatusRows.read(this.#database, tables, this.#rows);
      return readStatuses(this.#database, tables, "indexed", this.#rows);
    });
  }

  async scannedStatuses(): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read(({ tables }) => readStatuses(this.#database, tables, "scanned"));
  }

  async events(query: EventQuery): Promise<readonly StoredEvent[]> {
    return this.#read(({ tables }) => readEvents(this.#database, tables, query));
  }

  async changes(): Promise<number> {
    try {
      this.#still?.check();
      return readChanges(this.#database);
    } catch (error) {
      throw fault(this.name, error);
    }
  }

  async verifyChain(anchors: readonly Anchor[] = []): Promise<ChainSummary> {
    const { walkedChain } = await import("./known-chain.ts");
    return this.#read((start) => walkedChain(this.#database, start, anchors));
  }

  async head(): Promise<Head> {
    return this.#read(({ end }) => end);
  }

  async holds(head: Head): Promise<boolean> {
    return this.#read(({ tables }) => holds(this.#database, tables, head));
  }

  async statusByChain(chain: KnownChain, anchors: readonly Anchor[], skillId: string, version: string): Promise<EffectiveStatus> {
    return this.#read((start) => {
      chain.advance(this.#database, start, anchors);
      return chain.status(this.#database, start.tables, skillId, version);
    });
  }

  async statusesByChain(
    chain: KnownChain,
    anchors: readonly Anchor[],
  ): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read((start) => {
      chain.advance(this.#database, start, anchors);
      return chain.statuses(this.#database, start.tables);
    });
  }

  async waiting(auditFile: string, limit: number): Promise<readonly StoredEvent[]> {
    return this.#read(({ tables }) => readWaiting(this.#database, tables, resolve(auditFile), limit));
  }

  async transaction<Result>(
    work: (writer: JournalWriter) => Result,
    { stops, synced }: TransactionOptions = {},
  ): Promise<Result> {
    const require = await this.#requirement(stops === true);
    const isSyncedLater = synced === "soon" && (await this.#heads?.())?.syncs === true;
    let end: Head | undefined;
    const result = await this.#write(synced === false || isSyncedLater ? "NORMAL" : "FULL", (start) => {
      const { tables, end: before } = start;
      require(tables, before);
      const writer = new SqliteWriter(this.name, this.#database, { tables, end: before }, this.#auditFile);
      try {
        const result = work(writer);
        const { chainEnd } = writer;
        const after = endOf(this.#database, tables);
        if (after.seq !== chainEnd.seq || after.hash !== chainEnd.hash) throw notKept(this.name);
        if (after.seq !== before.seq) end = after;
        return result;
      } finally {
        writer.end();
      }
    });
    // Only of what is on the disk, or will be before the head is: else a power loss would look like tampering (spec 5.3).
    if (synced !== false) this.#unkept = end ?? this.#unkept;
    return result;
  }

  async keepHead(): Promise<PalyraError | undefined> {
    const [head, heads] = [this.#unkept, this.#heads];
    if (heads === undefined || head === undefined) return undefined;
    this.#unkept = undefined;
    try {
      await io("write", this.name, async () => {
        faultPoint("journal.committed");
        await (await heads()).keep(this.name, head, (each) => this.holds(each));
        faultPoint("journal.kept");
      });
      return undefined;
    } catch (error) {
      if (error instanceof PalyraError) return error;
      throw error;
    }
  }

  /** What a transaction checks first: that the chain leads through the head that is kept (T26). */
  async #requirement(stops: boolean): Promise<(tables: Tables, end: Head) => void> {
    const nothing = (): void => {};
    if (this.#heads === undefined) return nothing;
    try {
      if (stops && (await this.#isBegun())) return nothing;
      const heads = await this.#heads();
      let recorded = stops ? undefined : await heads.recorded(this.name);
      // Kept before the first event: killed after it, the journal is still known.
      if (recorded === undefined && !(await this.#isBegun())) {
        await heads.begin(this.name);
        if (!stops) recorded = await heads.recorded(this.name);
      }
      if (stops) return nothing;
      return (tables, end) => requireRecorded(recorded, end, (head) => holds(this.#database, tables, head));
    } catch (error) {
      if (stops && error instanceof PalyraError) return nothing;
      throw error;
    }
  }

  async #isBegun(): Promise<boolean> {
    return (await this.head()).seq > 0;
  }

  async settle(auditFile: string, seqs: readonly number[]): Promise<void> {
    // Losing this leaves lines that are known by their ulid: it need not wait for the disk.
    await this.#write("NORMAL", () => {
      for (const seq of seqs)
        this.#database.run("DELETE FROM skill_outbox WHERE seq = ?1 AND audit_file = ?2", [seq, resolve(auditFile)]);
    });
  }

  async close(): Promise<void> {
    try {
      await this.keepHead();
    } finally {
      if (this.#leased === undefined) this.#database.close();
      else this.#leased.giveBack();
    }
  }

  /** One read transaction, so that rows and events are of one moment. */
  #read<Result>(work: (start: Start) => Result): Result {
    try {
      const result = this.#waiting(() => this.#withTables(() => this.#readOnce(work)));
      this.#still?.check();
      return result;
    } catch (error) {
      throw fault(this.name, error);
    }
  }

  #readOnce<Result>(work: (start: Start) => Result): Result {
    this.#database.exec("BEGIN");
    try {
      return work(this.#start());
    } finally {
      this.#rollback();
    }
  }

  /** Once more, where it failed and went by tables that had been found before. */
  #withTables<Result>(attempt: () => Result): Result {
    try {
      return attempt();
    } catch (error) {
      if (sqliteResult(error) !== "other" || !forgetTables(this.#database)) throw error;
      return attempt();
    }
  }

  /** Once more, where it failed since it did not wait for another's lock. */
  #waiting<Result>(attempt: () => Result): Result {
    try {
      return attempt();
    } catch (error) {
      if (sqliteResult(error) !== "busy" || !setBusyTimeout(this.#database, BUSY_TIMEOUT_MS)) throw error;
      return attempt();
    }
  }

  /** `synchronous` as of SQLite; set where it is another, without a pause before the transaction, since other calls share the connection. */
  async #write<Result>(synchronous: "FULL" | "NORMAL", work: (start: Start) => Result): Promise<Result> {
    return this.#patiently(() => this.#withTables(() => this.#writeOnce(synchronous, work)));
  }

  #writeOnce<Result>(synchronous: "FULL" | "NORMAL", work: (start: Start) => Result): Result {
    setSynchronous(this.#database, synchronous);
    setBusyTimeout(this.#database, 0);
    this.#database.exec("BEGIN IMMEDIATE");
    // In another mode than WAL a commit waits for those who read. In that one it stays so until a read has to wait: writes wait in `#patiently`.
    if (!isInWalMode(this.#database)) setBusyTimeout(this.#database, BUSY_TIMEOUT_MS);
    try {
      // However long it waited for its turn.
      this.#leased?.check();
      const result = work(this.#ensureTables());
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #ensureTables(): Start {
    const start = this.#start();
    if (isComplete(start.tables)) return start;
    createTables(this.#database);
    return startWith(this.#database, readTables(this.#database));
  }

  // After some failures (a full disk) SQLite has rolled back by itself, and says so.
  #rollback(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {}
  }

  // Spec 5.3: an older release refuses a newer schema by name.
  #start(): Start {
    const start = readStart(this.#database);
    const { tables } = start;
    if (tables.schema <= SCHEMA_VERSION) return start;
    const problem = `its skill_schema is ${tables.schema}, of a newer release; this one knows ${SCHEMA_VERSION}`;
    throw new PalyraError("JournalUnavailable", { file: this.name, problem });
  }

  /** Tries again while another connection writes; the process goes on meanwhile. */
  async #patiently<Result>(attempt: () => Result): Promise<Result> {
    const started = performance.now();
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      try {
        return attempt();
      } catch (error) {
        const waited = Math.round(performance.now() - started);
        if (sqliteResult(error) !== "busy") throw fault(this.name, error);
        if (waited >= JOURNAL_TIMEOUT_MS) throw new PalyraError("LockTimeout", { file: this.name, waited_ms: waited });
      }
      // Not the same for all who wait.
      await sleep(pause + (process.pid % 7));
    }
  }
}
