// A process that lives long: it writes an event by a connection that it keeps, waits for a word, and then uses the journal again, gives its connections up, or just ends.
import { once } from "node:events";
import { PalyraError } from "../../src/errors.ts";
import { JournalConnections, newEvent, openJournal } from "../../src/journal/index.ts";

const [file = ""] = process.argv.slice(2);
const connections = new JournalConnections();
const actor = { now: 1, principal: "user:holder", deviceId: "device", channel: null };
const options = { create: true, auditFile: `${file}.ndjson`, connections } as const;
async function write(ulid: string): Promise<number> {
  const journal = await openJournal(file, options);
  try {
    return await journal.transaction((writer) => writer.append(newEvent(ulid, actor, "skill.started", {})).seq, {
      synced: false,
    });
  } finally {
    await journal.close();
  }
}
// The first makes the file.
await write("first");
await write("second");
process.stdout.write("holds\n");
const [word] = await once(process.stdin, "data");
process.stdin.destroy();
try {
  if (String(word) === "use") process.stdout.write(`${await write("third")}\n`);
} catch (error) {
  if (!(error instanceof PalyraError)) throw error;
  process.stdout.write(`${error.code}\n`);
}
if (String(word) !== "end") await connections.close();
