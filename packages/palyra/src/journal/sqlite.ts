/** The journal on SQLite (spec 5.3). The file may be a live Palyra's own: then its journal mode and its other tables stay as they are. */
import { open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PalyraError } from "../errors.ts";
import {
  type Database,
  faultPoint,
  ifThere,
  io,
  makeFolder,
  openDatabase,
  sqliteResult,
  syncFolder,
  systemCode,
} from "../files/index.ts";
import { type Anchor, GENESIS_HASH, type Head } from "./chain.ts";
import { type JournalConnections, type Leased, ownPlaceOf } from "./connections.ts";
import type { HeadKeeper } from "./heads.ts";
import type { Journal, JournalWriter, OpenJournal, TransactionOptions } from "./journal.ts";
import type { KnownChain } from "./known-chain.ts";
import { holds, readChanges, readEvents, readHead, readWaiting } from "./queries.ts";
import type { ChainSummary, EffectiveStatus, EventQuery, StoredEvent } from "./records.ts";
import { createTables, isComplete, readTables, SCHEMA_VERSION, type Tables, tablesAtStart } from "./schema.ts";
import { readStatus, readStatuses } from "./status-queries.ts";
import { StatusRows } from "./status-rows.ts";
import { type Stillness, stillnessOf } from "./still.ts";
import { notKept, SqliteWriter } from "./writer.ts";

/** Milliseconds that a transaction waits for others' (spec 5.2). */
export const JOURNAL_TIMEOUT_MS = 30_000;
/** Milliseconds that SQLite itself waits where it has to, holding up the process. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the journal in a file. With `create` it is made, folders and tables included, where it is missing; without, a missing file is
 * undefined and nothing is made. `JournalUnavailable`: it cannot be opened, is no journal or a newer release's; `LockTimeout`.
 */
export async function openJournal(file: string, options: Extract<OpenJournal, { create: false }>): Promise<Journal | undefined>;
export async function openJournal(file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
export async function openJournal(file: string, options: OpenJournal): Promise<Journal | undefined> {
  try {
    const { connections } = options;
    if (options.create) {
      const { auditFile, heads } = options;
      const more = { auditFile: resolve(auditFile), ...(heads && { heads }) };
      const kept = connections?.lease(file);
      // Prepared when it was opened; what is in it each transaction looks at.
      if (kept !== undefined) return new SqliteJournal(file, { ...more, database: kept });
      return await prepared(new SqliteJournal(file, { ...more, database: await openToWrite(file, connections) }), true);
    }
    connections?.settle(file);
    const kept = options.shared === true ? connections?.lease(file) : undefined;
    if (kept !== undefined) return new SqliteJournal(file, { database: kept });
    if (!(await ifThere(() => stat(file)))) return undefined;
    if (options.untouched === true) return await prepared(new SqliteJournal(file, { still: stillnessOf(file) }), false);
    return await openToRead(file);
  } catch (error) {
    throw fault(file, error);
  }
}

async function openToWrite(file: string, connections: JournalConnections | undefined): Promise<Database | Leased> {
  await makeFile(file);
  // One that is empty gets its tables first, and with them the files that SQLite has beside it.
  if (connections === undefined || (await stat(file)).size === 0) return openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS });
  const own = ownPlaceOf(file);
  const guard = openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, readOnly: true });
  const database = openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, keepsStatements: true });
  // Now, so that what SQLite has beside the file is there, and both are at it.
  for (const each of [database, guard]) readTables(each);
  return connections.keep(file, own, { database, guard });
}

/**
 * Opened for writing by readers too: the last connection to close then clears away the files of WAL mode. Where that right is not there
 * (a backup, a read-only disk, somebody else's file), without it.
 */
async function openToRead(file: string): Promise<Journal> {
  try {
    return await prepared(new SqliteJournal(file), false);
  } catch (error) {
    if (!isWithoutRight(error)) throw error;
  }
  try {
    return await prepared(new SqliteJournal(file, { readOnly: true }), false);
  } catch (error) {
    if (!isWithoutRight(error)) throw error;
    // SQLite reads a file in WAL mode only where it may write beside it, but for one that nobody changes.
    return prepared(new SqliteJournal(file, { still: stillnessOf(file) }), false);
  }
}

async function prepared(journal: SqliteJournal, create: boolean): Promise<Journal> {
  try {
    await journal.prepare(create);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** As the driver says it, or as this file has told it on already. */
function isWithoutRight(error: unknown): boolean {
  const cause = error instanceof PalyraError ? error.cause : error;
  return ["read_only", "cannot_open"].includes(sqliteResult(cause) ?? "");
}

/** An empty file of mode 0600, whose name survives a power loss. SQLite gives its companions the same mode. */
async function makeFile(file: string): Promise<void> {
  await makeFolder(dirname(file), 0o700);
  try {
    await (await open(file, "wx", 0o600)).close();
    await syncFolder(dirname(file));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

interface SqliteJournalOptions {
  readonly auditFile?: string;
  readonly readOnly?: boolean;
  /** Read as a file that nobody changes, which is looked at after each read. */
  readonly still?: Stillness;
  readonly heads?: () => Promise<HeadKeeper>;
  /** Open already. */
  readonly database?: Database | Leased;
}

class SqliteJournal implements Journal {
  readonly name: string;
  readonly #database: Database;
  /** `JournalUnavailable` where what is open is not what the name leads to. */
  readonly #check: () => void;
  readonly #auditFile: string | undefined;

  readonly #still: Stillness | undefined;
  readonly #heads: (() => Promise<HeadKeeper>) | undefined;
  /** The head that nobody keeps yet, of what is on the disk, or of what its keeper syncs. */
  #unkept: Head | undefined;
  /** Of the last look at all of them. */
  #rows: StatusRows | undefined;

  constructor(file: string, { auditFile, readOnly = false, still, heads, database }: SqliteJournalOptions = {}) {
    this.name = file;
    this.#auditFile = auditFile;
    this.#still = still;
    this.#heads = heads;
    this.#check = database !== undefined && "check" in database ? database.check : () => {};
    this.#database = database ?? openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, readOnly, immutable: still !== undefined });
  }

  async prepare(create: boolean): Promise<void> {
    // What a sync has to mean on macOS (T18); of the connection, not of the file.
    this.#database.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;");
    const tables = create ? this.#tables() : this.#read((found) => found);
    if (!create || isComplete(tables)) return;
    // Only a file without any table is our own to set up.
    if (tables.empty) await this.#patiently(() => this.#database.exec("PRAGMA journal_mode = WAL"));
    await this.#write("FULL", () => {});
  }

  async status(skillId: string, version: string): Promise<EffectiveStatus> {
    return this.#read((tables) => readStatus(this.#database, tables, skillId, version));
  }

  async statuses(): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read((tables) => {
      this.#rows = StatusRows.read(this.#database, tables, this.#rows);
      return readStatuses(this.#database, tables, "indexed", this.#rows);
    });
  }

  async scannedStatuses(): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read((tables) => readStatuses(this.#database, tables, "scanned"));
  }

  async events(query: EventQuery): Promise<readonly StoredEvent[]> {
    return this.#read((tables) => readEvents(this.#database, tables, query));
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
    return this.#read((tables) => walkedChain(this.#database, tables, anchors));
  }

  async head(): Promise<Head> {
    return this.#read((tables) => this.#end(tables));
  }

  async holds(head: Head): Promise<boolean> {
    return this.#read((tables) => holds(this.#database, tables, head));
  }

  async statusByChain(chain: KnownChain, anchors: readonly Anchor[], skillId: string, version: string): Promise<EffectiveStatus> {
    return this.#read((tables) => {
      chain.advance(this.#database, tables, anchors);
      return chain.status(this.#database, tables, skillId, version);
    });
  }

  async statusesByChain(
    chain: KnownChain,
    anchors: readonly Anchor[],
  ): Promise<(skillId: string, version: string) => EffectiveStatus> {
    return this.#read((tables) => {
      chain.advance(this.#database, tables, anchors);
      return chain.statuses(this.#database, tables);
    });
  }

  async rechecks(chain: KnownChain): Promise<boolean> {
    return this.#read((tables) => chain.recheck(this.#database, tables));
  }

  async waiting(auditFile: string, limit: number): Promise<readonly StoredEvent[]> {
    return this.#read((tables) => readWaiting(this.#database, tables, resolve(auditFile), limit));
  }

  async transaction<Result>(
    work: (writer: JournalWriter) => Result,
    { stops, synced }: TransactionOptions = {},
  ): Promise<Result> {
    const require = await this.#requirement(stops === true);
    const isSyncedLater = synced === "soon" && (await this.#heads?.())?.syncs === true;
    let end: Head | undefined;
    const result = await this.#write(synced === false || isSyncedLater ? "NORMAL" : "FULL", (tables) => {
      const before = this.#end(tables);
      require(tables, before);
      const writer = new SqliteWriter(this.name, this.#database, tables, this.#auditFile);
      try {
        const result = work(writer);
        const { appended = before } = writer;
        const after = this.#end(tables);
        if (after.seq !== appended.seq || after.hash !== appended.hash) throw notKept(this.name);
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
      const { requireRecorded } = await import("./heads.ts");
      return (tables, end) => requireRecorded(recorded, end, (head) => holds(this.#database, tables, head));
    } catch (error) {
      if (stops && error instanceof PalyraError) return nothing;
      throw error;
    }
  }

  async #isBegun(): Promise<boolean> {
    return (await this.head()).seq > 0;
  }

  #end(tables: Tables): Head {
    return (tables.events ? readHead(this.#database) : undefined) ?? { seq: 0, hash: GENESIS_HASH };
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
      this.#database.close();
    }
  }

  /** One read transaction, so that rows and events are of one moment. */
  #read<Result>(work: (tables: Tables) => Result): Result {
    try {
      this.#database.exec("BEGIN");
      let result: Result;
      try {
        result = work(this.#tables());
      } finally {
        this.#rollback();
      }
      this.#still?.check();
      return result;
    } catch (error) {
      throw fault(this.name, error);
    }
  }

  /** `synchronous` as of SQLite; set without a pause before the transaction, since other calls share the connection. */
  async #write<Result>(synchronous: "FULL" | "NORMAL", work: (tables: Tables) => Result): Promise<Result> {
    return this.#patiently(() => {
      this.#database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 0`);
      try {
        this.#database.exec("BEGIN IMMEDIATE");
      } finally {
        this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      }
      try {
        // However long it waited for its turn.
        this.#check();
        const result = work(this.#ensureTables());
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
  }

  #ensureTables(): Tables {
    const tables = this.#tables();
    if (isComplete(tables)) return tables;
    createTables(this.#database);
    return readTables(this.#database);
  }

  // After some failures (a full disk) SQLite has rolled back by itself, and says so.
  #rollback(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {}
  }

  // Spec 5.3: an older release refuses a newer schema by name.
  #tables(): Tables {
    const tables = tablesAtStart(this.#database);
    if (tables.schema <= SCHEMA_VERSION) return tables;
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

const PROBLEMS = {
  busy: "another process is using it",
  read_only: "it is read-only",
  io: "it cannot be read or written",
  corrupt: "it is damaged",
  full: "the disk is full",
  cannot_open: "it cannot be opened",
  constraint: "it refused what was to be written",
  not_a_database: "it is no SQLite file",
  other: "SQLite cannot use it",
} as const;

function fault(file: string, error: unknown): unknown {
  const result = sqliteResult(error);
  if (result !== undefined) return new PalyraError("JournalUnavailable", { file, problem: PROBLEMS[result] }, { cause: error });
  const code = systemCode(error);
  if (code !== undefined) return new PalyraError("JournalUnavailable", { file, problem: code }, { cause: error });
  return error;
}
