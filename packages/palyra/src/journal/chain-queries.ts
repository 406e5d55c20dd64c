/** Walking the chain of a database (spec 5.3). */
import type { Database } from "../files/index.ts";
import { broken, type Link } from "./chain.ts";
import { EVENT_COLUMNS, type Tables } from "./schema.ts";

const TYPES = EVENT_COLUMNS.map((column) => {
  if (column === "channel") return "typeof(channel) IN ('text', 'null')";
  return `typeof(${column}) = '${["seq", "timestamp_unix_ms"].includes(column) ? "integer" : "text"}'`;
}).join(" AND ");
const LENGTHS = EVENT_COLUMNS.map((column) => `coalesce(length(CAST(${column} AS BLOB)), -1)`).join(" || ' ' || ");
const CONTENT = EVENT_COLUMNS.map((column) => (column === "channel" ? "coalesce(channel, '')" : column)).join(" || ");

/**
 * Visits the links after an event, oldest first. One statement, so one moment of the journal, whatever others append meanwhile; bounded
 * memory. One value for all texts: a driver takes ten times as long for one each. `JournalChainBroken`: what is there can be no link.
 */
export function eachLink(database: Database, tables: Tables, after: number, visit: (link: Link) => void): void {
  if (!tables.events) return;
  // From the first: whatever its number is.
  const since = after === 0 ? "" : "WHERE seq > ?1";
  const columns = ["seq", `CASE WHEN ${TYPES} THEN ${LENGTHS} END`, `CAST(${CONTENT} AS BLOB)`];
  database.select(columns, `FROM skill_events ${since} ORDER BY seq`, [after], ([seq, lengths, content]) => {
    if (typeof seq !== "bigint" || typeof lengths !== "string" || !(content instanceof Uint8Array))
      throw broken(Number(seq), "a column has another type");
    visit({ seq, content, lengths: lengths.split(" ").map(Number) });
  });
}

/** A link in the bytes of `eachBatch`: without the lengths a field could be another's beginning. */
export const headerOf = ({ seq, lengths }: Link): string => `${seq}:${lengths.join(" ")};`;

/** Links of one value of `eachBatch`. */
const BATCH = 128;

/**
 * Hands out the links up to an event, as `headerOf` and the content of each, one after the other: for whoever only wants to know whether they
 * are what they were, in half the time of visiting them. What can be no link is a `!`.
 */
export function eachBatch(database: Database, tables: Tables, upTo: number, take: (bytes: Uint8Array) => void): void {
  if (!tables.events) return;
  const link = `CASE WHEN ${TYPES} THEN seq || ':' || ${LENGTHS} || ';' || ${CONTENT} ELSE '!' END`;
  for (let after = 0; after < upTo; after += BATCH) {
    // From the first: whatever its number is.
    const since = after === 0 ? "" : "seq > ?1 AND ";
    const last = Math.min(after + BATCH, upTo);
    database.select(
      [`CAST(group_concat(${link}, '') AS BLOB)`],
      `FROM skill_events WHERE ${since}seq <= ?2`,
      [after, last],
      ([bytes]) => {
        if (bytes instanceof Uint8Array) take(bytes);
      },
    );
  }
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
