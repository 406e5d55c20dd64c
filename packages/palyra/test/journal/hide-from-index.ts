import { readFileSync, writeFileSync } from "node:fs";

/** An index of some events only takes the place of the one of all, under its words. By a SQLite that lets its schema be written. */
export async function hideFromIndex(file: string, only: string): Promise<void> {
  const { default: load } = await import("sql.js");
  const SQL = await load();
  const bytes = readFileSync(file);
  // It cannot read a file in WAL mode.
  const versions = bytes.subarray(18, 20);
  versions.fill(1);
  const database = new SQL.Database(bytes);
  const [found] = database.exec("SELECT sql FROM sqlite_master WHERE name = 'skill_events_status_key'");
  const text = String(found?.values[0]?.[0]);
  database.exec(`${text.replace("skill_events_status_key", "sham")} AND ${only}`);
  database.exec("DROP INDEX skill_events_status_key; PRAGMA writable_schema = ON");
  database.run("UPDATE sqlite_master SET name = 'skill_events_status_key', sql = ? WHERE name = 'sham'", [text]);
  const changed = Buffer.from(database.export());
  database.close();
  changed.subarray(18, 20).fill(2);
  writeFileSync(file, changed);
}
