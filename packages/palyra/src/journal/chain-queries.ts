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

/** What SQLite finds wrong with the events and their indexes, by which statuses are found (T26); undefined: nothing. */
export function indexProblem(database: Database, tables: Tables): string | undefined {
  let problem: string | undefined;
  if (tables.events)
    database.select(["integrity_check"], "FROM pragma_integrity_check('skill_events')", [], ([found]) => {
      if (found !== "ok") problem ??= String(found);
    });
  return problem;
}
