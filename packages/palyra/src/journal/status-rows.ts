import type { Database, SqlValue } from "../files/index.ts";
import { statusKey } from "./effective.ts";
import type { StatusRow } from "./records.ts";
import type { Tables } from "./schema.ts";
import { text } from "./text.ts";

const STATUS_COLUMNS = [
  "skill_id",
  "version",
  "status",
  "reason",
  "detected_at_ms",
  "operator_principal",
  "created_at_unix_ms",
  "updated_at_unix_ms",
];

export function readRows(database: Database, tables: Tables, skillId: string, version: string): StatusRow[] {
  const rows: StatusRow[] = [];
  if (!tables.status) return rows;
  const where = "FROM skill_status WHERE skill_id = ?1 COLLATE NOCASE AND version = ?2";
  database.select(STATUS_COLUMNS, where, [skillId, version], (row) => {
    rows.push(toStatusRow(row));
  });
  return rows;
}

/** All rows in one text, with the type and every byte of each value: `quote` would leave out what follows a NUL. */
const SAID = `group_concat(${STATUS_COLUMNS.map((column) => `typeof(${column}) || hex(${column})`).join(" || ',' || ")})`;

/** The rows of all skills at one moment. */
export class StatusRows {
  /** Digest of what the rows were read from. */
  readonly #said: string;
  readonly #byKey = new Map<string, StatusRow[]>();

  private constructor(said: string, rows: readonly StatusRow[]) {
    this.#said = said;
    for (const row of rows) {
      const key = statusKey(row.skill_id, row.version);
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [row]);
      else same.push(row);
    }
  }

  /**
   * All rows as they are now; `before`, where they are the same still. SQLite says that in one text: who looks at ten thousand again and
   * again, after each audit that was journaled, would else make as many rows each time.
   */
  static read(database: Database, tables: Tables, before?: StatusRows): StatusRows {
    if (!tables.status) return new StatusRows("", []);
    let said = "";
    database.select([SAID], "FROM skill_status", [], ([all]) => {
      said = process.getBuiltinModule("node:crypto").hash("sha256", text(all), "hex");
    });
    if (before !== undefined && before.#said === said) return before;
    const rows: StatusRow[] = [];
    database.select(STATUS_COLUMNS, "FROM skill_status", [], (columns) => {
      rows.push(toStatusRow(columns));
    });
    return new StatusRows(said, rows);
  }

  of(skillId: string, version: string): readonly StatusRow[] {
    return this.#byKey.get(statusKey(skillId, version)) ?? [];
  }
}

function toStatusRow(columns: readonly SqlValue[]): StatusRow {
  const [skillId, version, status, reason, detected, principal, created, updated] = columns;
  return {
    skill_id: text(skillId),
    version: text(version),
    status: text(status),
    reason: reason === null ? null : text(reason),
    detected_at_ms: Number(detected),
    operator_principal: text(principal),
    created_at_unix_ms: Number(created),
    updated_at_unix_ms: Number(updated),
  };
}
