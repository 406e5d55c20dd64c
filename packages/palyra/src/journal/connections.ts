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
  isOpen: boolean;
}

/** Of one that is kept. */
export interface Leased extends Database {
  /** `JournalUnavailable` where its name leads elsewhere by now. */
  readonly check: () => void;
}

export class JournalConnections {
  readonly #kept = new Map<string, Connection>();
  /** Kept no more, and still used. */
  readonly #ending = new Set<Connection>();
  #isClosed = false;
  /** Left to the engine, they would be closed in an order of its own. */
  readonly #atExit = (): void => {
    for (const each of [...this.#kept.values(), ...this.#ending]) closeBoth(each);
  };

  /**
   * Closing it gives it back. Undefined: none is open. `JournalUnavailable` while anything of this process uses one whose files are others by now:
   * what opens the journal beside it would read by the index of the old log.
   */
  lease(file: string): Leased | undefined {
    this.settle(file);
    const kept = this.#kept.get(file);
    return kept && leased(kept);
  }

  /** Before the journal is opened in any other way: ends one whose files are others by now. `JournalUnavailable` as `lease`. */
  settle(file: string): void {
    const kept = this.#kept.get(file);
    if (kept === undefined && this.#ending.size === 0) return;
    const place = placeOf(file);
    if (kept !== undefined && kept.place !== place) this.#drop(file, kept);
    for (const each of this.#ending) {
      if (!each.isOpen) this.#ending.delete(each);
      else if (each.file === file && each.place !== place) throw elsewhere(file);
    }
  }

  /** Keeps one that was just opened and read from, and answers it as `lease` does. @param own of the file, from before it was opened */
  keep(file: string, own: string, { database, guard }: Pick<Connection, "database" | "guard">): Leased {
    const place = placeOf(file);
    const before = this.#kept.get(file);
    if (before !== undefined) this.#drop(file, before);
    const isKept = !this.#isClosed && own !== NOWHERE && own === ownPlaceOf(file);
    const connection = { file, place, database, guard, users: 0, isKept, isOpen: true };
    if (isKept) {
      this.#kept.set(file, connection);
      if (!process.listeners("exit").includes(this.#atExit)) process.once("exit", this.#atExit);
    }
    return leased(connection);
  }

  /** Each is closed once nobody uses it; no other is kept. */
  close(): void {
    this.#isClosed = true;
    for (const [file, connection] of this.#kept) this.#drop(file, connection);
    if (![...this.#ending].some(({ isOpen }) => isOpen)) process.off("exit", this.#atExit);
  }

  #drop(file: string, connection: Connection): void {
    this.#kept.delete(file);
    connection.isKept = false;
    closeUnused(connection);
    if (connection.isOpen) this.#ending.add(connection);
  }
}

function leased(connection: Connection): Leased {
  connection.users += 1;
  let isOpen = true;
  return {
    ...connection.database,
    check: () => {
      if (connection.place !== placeOf(connection.file)) throw elsewhere(connection.file);
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      connection.users -= 1;
      closeUnused(connection);
    },
  };
}

function closeUnused(connection: Connection): void {
  if (connection.users === 0 && !connection.isKept) closeBoth(connection);
}

function closeBoth(connection: Connection): void {
  const { file, place, isOpen, database, guard } = connection;
  if (!isOpen) return;
  connection.isOpen = false;
  // The last of it clears away what SQLite has beside the file, where that is its own.
  const inTurn = place === placeOf(file) ? [guard, database] : [database, guard];
  for (const each of inTurn) each.close();
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
