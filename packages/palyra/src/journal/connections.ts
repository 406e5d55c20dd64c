/**
 * Connections of a process that lives long: opened once, and used by whoever reads or writes the journal of that name for as long as the name
 * leads to the very files that are open. A file that was put in its place is another journal, and is opened as that (T26).
 */
import { realpathSync, statSync } from "node:fs";
import type { Database } from "../files/index.ts";

interface Connection {
  readonly place: string;
  readonly database: Database;
  users: number;
  isKept: boolean;
}

export class JournalConnections {
  readonly #kept = new Map<string, Connection>();
  #isClosed = false;

  /** Closing it gives it back. Undefined: none is open, or what is open has another name by now. */
  lease(file: string): Database | undefined {
    const kept = this.#kept.get(file);
    if (kept === undefined) return undefined;
    if (kept.place === placeOf(file)) return leased(kept);
    this.#drop(file, kept);
    return undefined;
  }

  /** Keeps one that was just opened and read from, and answers it as `lease` does. @param own of the file, from before it was opened */
  keep(file: string, own: string, database: Database): Database {
    const place = placeOf(file);
    const before = this.#kept.get(file);
    if (before !== undefined) this.#drop(file, before);
    const isKept = !this.#isClosed && own !== NOWHERE && own === ownPlaceOf(file);
    const connection = { place, database, users: 0, isKept };
    if (isKept) this.#kept.set(file, connection);
    return leased(connection);
  }

  /** Each is closed once nobody uses it; no other is kept. */
  close(): void {
    this.#isClosed = true;
    for (const [file, connection] of this.#kept) this.#drop(file, connection);
  }

  #drop(file: string, connection: Connection): void {
    this.#kept.delete(file);
    connection.isKept = false;
    closeUnused(connection);
  }
}

function leased(connection: Connection): Database {
  connection.users += 1;
  let isOpen = true;
  return {
    ...connection.database,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      connection.users -= 1;
      closeUnused(connection);
    },
  };
}

function closeUnused({ users, isKept, database }: Connection): void {
  if (users === 0 && !isKept) database.close();
}

const NOWHERE = "none";

/** Which file a name leads to. */
export function ownPlaceOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? NOWHERE : `${found.dev} ${found.ino}`;
}

/** With what SQLite has open beside it, through links: what was committed may be there alone. */
function placeOf(file: string): string {
  const own = ownPlaceOf(file);
  if (own === NOWHERE) return NOWHERE;
  const real = realpathSync.native(file);
  return [own, ...["-wal", "-shm"].map((suffix) => ownPlaceOf(real + suffix))].join("\n");
}
