/**
 * Connections of a process that lives long: opened once, and used by whoever reads or writes the journal of that name for as long as the name
 * leads to the very files that are open. A file that was put in its place is another journal, and is opened as that (T26).
 *
 * SQLite's last connection to a file writes its log into it, and removes the log by its name. Where the files beside the journal are others by
 * then, that would be what somebody else has committed since, a quarantine perhaps. So each connection has a guard: one without the right to
 * write, opened before it. While the guard is there the connection is never the last, and closes without that; and a guard has no right to it.
 */
import { lstatSync, realpathSync, statSync } from "node:fs";
import { PalyraError } from "../errors.ts";
import type { Database } from "../files/index.ts";

interface Connection {
  readonly file: string;
  readonly place: string;
  readonly database: Database;
  readonly guard: Database;
  users: number;
  isKept: boolean;
  /** Absent: it has not begun to end. Whether nothing of it is left. */
  end?: true | Promise<boolean>;
}

/** One that is kept, for one user of it. */
export interface Leased {
  readonly database: Database;
  /** `JournalUnavailable` where its name leads elsewhere by now. */
  readonly check: () => void;
  readonly giveBack: () => void;
}

/** All of this process that are not at their end. */
const open = new Set<Connection>();
/** Left to the engine, they would be closed in an order of its own. What was prepared for one is no longer let go of: it is never the last. */
const finishAll = (): void => {
  for (const each of open) if (each.database.letsGoAtOnce()) finish(each);
};

export class JournalConnections {
  readonly #kept = new Map<string, Connection>();
  #isClosed = false;

  /** Undefined: none is open. Right after `settle`. */
  lease(file: string): Leased | undefined {
    const kept = this.#kept.get(file);
    return kept && leased(kept);
  }

  /**
   * Before the journal is opened in any way: ends a connection whose files are others by now. `JournalUnavailable` while anything of this process
   * uses one, or one cannot be ended: what opens the journal beside it would read by the index of the old log.
   */
  async settle(file: string): Promise<void> {
    const kept = this.#kept.get(file);
    if (kept === undefined && open.size === 0) return;
    const place = placeOf(file);
    if (kept !== undefined && kept.place !== place) this.#drop(file, kept);
    for (const each of open) {
      if (each.file !== file || each.place === place) continue;
      if ((await each.end) !== true) throw elsewhere(file);
    }
  }

  /** Keeps one that was just opened and read from, and answers it as `lease` does. @param own of the file, from before it was opened */
  keep(file: string, own: string, { database, guard }: Pick<Connection, "database" | "guard">): Leased {
    const place = placeOf(file);
    const before = this.#kept.get(file);
    if (before !== undefined) this.#drop(file, before);
    const isKept = !this.#isClosed && own !== NOWHERE && own === ownPlaceOf(file);
    const connection = { file, place, database, guard, users: 0, isKept };
    if (open.size === 0) process.once("exit", finishAll);
    open.add(connection);
    if (isKept) this.#kept.set(file, connection);
    return leased(connection);
  }

  /** Each is closed once nobody uses it; no other is kept. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#kept];
    for (const [file, connection] of all) this.#drop(file, connection);
    for (const [, { end }] of all) await end;
  }

  #drop(file: string, connection: Connection): void {
    this.#kept.delete(file);
    connection.isKept = false;
    endUnused(connection);
  }
}

function leased(connection: Connection): Leased {
  connection.users += 1;
  let isOpen = true;
  return {
    database: connection.database,
    check: () => {
      if (connection.place !== placeOf(connection.file)) throw elsewhere(connection.file);
    },
    giveBack: () => {
      if (!isOpen) return;
      isOpen = false;
      connection.users -= 1;
      endUnused(connection);
    },
  };
}

function endUnused(connection: Connection): void {
  if (connection.users > 0 || connection.isKept || connection.end !== undefined) return;
  const gone = connection.database.letGo();
  connection.end = gone === true ? finish(connection) : gone.then((isGone) => (isGone ? finish(connection) : leave(connection)));
}

function finish(connection: Connection): true {
  const { file, place, database, guard } = connection;
  // The last of it clears away what SQLite has beside the file, where that is its own.
  if (open.has(connection)) for (const each of place === placeOf(file) ? [guard, database] : [database, guard]) each.close();
  open.delete(connection);
  if (open.size === 0) process.off("exit", finishAll);
  return true;
}

/** It comes to its end some time later: its guard stays. */
function leave({ database }: Connection): false {
  database.close();
  return false;
}

const elsewhere = (file: string): PalyraError =>
  new PalyraError("JournalUnavailable", {
    file,
    problem: "it, or a file beside it, was replaced or removed while it was in use",
  });

const NOWHERE = "none";

/** Which file a name leads to. */
export function ownPlaceOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? NOWHERE : `${found.dev} ${found.ino}`;
}

/** With what SQLite has open beside it, through links: what was committed may be there alone. */
function placeOf(file: string): string {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return NOWHERE;
  // Only a name that is no link itself has those files beside it.
  const real = found.isSymbolicLink() ? realpathSync.native(file) : file;
  const own = found.isSymbolicLink() ? ownPlaceOf(real) : `${found.dev} ${found.ino}`;
  return `${own}\n${ownPlaceOf(`${real}-wal`)}\n${ownPlaceOf(`${real}-shm`)}`;
}
