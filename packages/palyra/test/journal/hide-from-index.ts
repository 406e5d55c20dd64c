import { readFileSync, writeFileSync } from "node:fs";

const OWN = "skill_events_status_key";

/**
 * An index of some events only takes the place of the one of all, under its words. By a SQLite that lets its schema be written.
 *
 * @param made the index that is made so; that by which statuses are found is there already
 */
export async function hideFromIndex(
  file: string,
  only: string,
  made?: { readonly name: string; readonly text: string },
): Promise<void> {
  const { default: load } = await import("sql.js");
  const SQL = await load();
  const bytes = readFileSync(file);
  // It cannot read a file in WAL mode.
  const versions = bytes.subarray(18, 20);
  versions.fill(1);
  const database = new SQL.Database(bytes);
  const [found] = database.exec(`SELECT sql FROM sqlite_master WHERE name = '${OWN}'`);
  const { name, text } = made ?? { name: OWN, text: String(found?.values[0]?.[0]) };
  database.exec(`${text.replace(name, "sham")} ${made === undefined ? "AND" : "WHERE"} ${only}`);
  database.exec(`DROP INDEX IF EXISTS ${name}; PRAGMA writable_schema = ON`);
  database.run("UPDATE sqlite_master SET name = ?, sql = ? WHERE name = 'sham'", [name, text]);
  const changed = Buffer.from(database.export());
  database.close();
  changed.subarray(18, 20).fill(2);
  writeFileSync(file, changed);
}
