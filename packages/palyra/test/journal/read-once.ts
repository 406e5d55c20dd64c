// A process of its own that gives up its right to write, and says what it can read of a journal.
import { PalyraError } from "../../src/errors.ts";
import { openDatabase } from "../../src/files/index.ts";
import { openJournal } from "../../src/journal/index.ts";

const [file = "", user = ""] = process.argv.slice(2);
// The driver is loaded while everything can be.
openDatabase(":memory:").close();
if (user !== "") {
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
try {
  const journal = await openJournal(file, { create: false });
  const events = await journal?.verifyChain();
  const status = await journal?.status("acme.echo", "1.0.0");
  await journal?.close();
  process.stdout.write(JSON.stringify({ events: events?.events, status: status?.status }));
} catch (error) {
  if (!(error instanceof PalyraError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, details: error.details }));
}
