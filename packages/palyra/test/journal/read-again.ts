// Reads a journal again and again, each time for a while, as people's lists and programs do.
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "../../src/files/index.ts";

const [file = ""] = process.argv.slice(2);
const HELD_MS = 40;
const database = openDatabase(file, { busyTimeoutMs: 5000 });
process.stdout.write("reads\n");
for (;;) {
  try {
    database.exec("BEGIN");
    database.only(["count(*)"], "FROM skill_events", []);
    await sleep(HELD_MS);
  } catch {
    // Somebody writes: again.
  }
  try {
    database.exec("ROLLBACK");
  } catch {}
}
