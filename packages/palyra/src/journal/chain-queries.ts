/** Reading the chain of a database (spec 5.3). By functions of SQLite 3.44, which either driver has. */
import type { Database } from "../files/index.ts";
import { DOMAIN, FIELDS_AT, LENGTH_BYTES } from "./chain.ts";
import { HASHED_FIELDS, type Links, STORED_FIELDS } from "./chain-walk.ts";
import { EVENT_COLUMNS, type Tables } from "./schema.ts";

const TYPES = EVENT_COLUMNS.map((column) => {
  if (column === "channel") return "typeof(channel) IN ('text', 'null')";
  return `typeof(${column}) = '${["seq", "timestamp_unix_ms"].includes(column) ? "integer" : "text"}'`;
}).join(" AND ");

const lengthOf = (column: string): string =>
  column === "channel" ? "coalesce(octet_length(channel), -1)" : `octet_length(${column})`;
const LENGTH = `%0${2 * LENGTH_BYTES}x`;
/** In hex digits. */
const LENGTHS = `CASE WHEN ${TYPES}
  THEN printf('${LENGTH.repeat(STORED_FIELDS)}', ${EVENT_COLUMNS.map(lengthOf).join(", ")})
  ELSE '${"ff".repeat(LENGTH_BYTES * STORED_FIELDS)}' END`;

const room = (bytes: number): string => `x'${"00".repeat(bytes)}'`;
/** Of null nothing. */
const BYTES = `concat(${[
  `'${DOMAIN}', ${room(FIELDS_AT - DOMAIN.length)}`,
  ...EVENT_COLUMNS.slice(0, HASHED_FIELDS).map((column) => `${room(LENGTH_BYTES)}, ${column}`),
  ...EVENT_COLUMNS.slice(HASHED_FIELDS),
].join(", ")})`;

/** Links that are read at once: a driver takes as long for each value that it hands over as SQLite takes to read a link. */
const BATCH = 128;

/**
 * Hands out the links after an event, oldest first, in bounded memory; inside a transaction. It ends before a gap. By the events themselves,
 * whatever an index of the file says.
 */
export function eachBatch(database: Database, tables: Tables, after: number, take: (links: Links) => void): void {
  let isFull = tables.events;
  for (let from = after; isFull; from += BATCH) {
    isFull = false;
    // From the first: whatever its number is. By the rowid, which is `seq` in a table of ours, and which every row has.
    const since = from === 0 ? "" : "rowid > ?1 AND ";
    database.select(
      [`CAST(group_concat(${BYTES}, '') AS BLOB)`, `unhex(group_concat(${LENGTHS}, ''))`],
      `FROM skill_events NOT INDEXED WHERE ${since}rowid <= ?2`,
      [from, from + BATCH],
      ([bytes, lengths]) => {
        if (!(bytes instanceof Uint8Array) || !(lengths instanceof Uint8Array)) return;
        isFull = lengths.byteLength >= BATCH * STORED_FIELDS * LENGTH_BYTES;
        take({ bytes: asBuffer(bytes), lengths: asBuffer(lengths) });
      },
    );
  }
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** Whether there is a link with a greater number. */
export function hasMore(database: Database, tables: Tables, seq: number): boolean {
  return tables.events && database.only(["seq"], "FROM skill_events NOT INDEXED WHERE rowid > ?1 LIMIT 1", [seq]) !== undefined;
}

/** What SQLite finds wrong with the events and their indexes, by which statuses are found (T26); undefined: nothing. */
export function indexProblem(database: Database, tables: Tables): string | undefined {
  let problem: string | undefined;
  if (tables.events)
    database.select(["integrity_check"], "FROM pragma_integrity_check('skill_events')", [], ([found]) => {
      if (found !== "ok") problem ??= String(found);
    });
  return problem;
}
