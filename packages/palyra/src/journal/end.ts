/** Where a chain ends, as the database has it: unverified. */
import type { Database, SqlValue } from "../files/index.ts";
import { GENESIS, type Head } from "./chain.ts";
import { text } from "./text.ts";

/** By the events themselves, whatever an index of the file says: an event that it hid would not be walked (T26). */
export const LAST_EVENT = "FROM skill_events NOT INDEXED ORDER BY seq DESC LIMIT 1";

export const headOf = (seq: SqlValue | undefined, hash: SqlValue | undefined): Head => ({ seq: Number(seq), hash: text(hash) });

/** `GENESIS` where there is no event. */
export function endOf(database: Database, { events }: { readonly events: boolean }): Head {
  const last = events ? database.only(["seq", "hash"], LAST_EVENT, []) : undefined;
  return last === undefined ? GENESIS : headOf(last[0], last[1]);
}
