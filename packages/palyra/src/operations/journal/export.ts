import { resolve } from "node:path";
import { writeJson } from "palyra-skills/encoding";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { writeNamedFile } from "../../files/index.ts";
import { eventHash, GENESIS, type Head, type StoredEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { verifyJournal } from "../../lifecycle/journal-head.ts";
import { flag, outputFile } from "../field.ts";
import { operation } from "../operation.ts";
import { HEAD_ERRORS, HEAD_FORMAT, type HeadDocument } from "./named-head.ts";

export interface JournalExportDocument {
  readonly journal: string;
  /** Where they were written; null: `lines` has them. */
  readonly output: string | null;
  readonly events: number;
  /** Of the last one; zeros where there is none. */
  readonly head: string;
  readonly lines?: readonly ExportedEvent[];
}

/** An event as a line: what is hashed, in that order, then the hashes. `payload_json` is the very text. */
export type ExportedEvent = StoredEvent;

export const exportJournal = operation({
  input: v.strictObject({
    head: flag("Only the number and hash of the last event, to be kept elsewhere"),
    output: v.optional(outputFile("Write to a file, in place of stdout", { stdout: true })),
  }),
  examples: ["skills journal export --output journal.ndjson", "skills journal export --head --output head.json"],
  notes:
    "One JSON line for each event, with the very text that is hashed, so that the chain can be verified anywhere. Only a journal that journal verify accepts is exported. With --output memory stays the same however many events there are.",
  errors: HEAD_ERRORS,
  run: async ({ home }, { head: headOnly, output }, call): Promise<JournalExportDocument | HeadDocument> => {
    const file = home.places.journal;
    if (output !== undefined && resolve(output) === resolve(file))
      throw new PalyraError("Usage", { problem: "--output is the journal itself" });
    call.progress("walking the chain");
    const { events, head } = await verifyJournal(home);
    if (headOnly) {
      const document: HeadDocument = {
        format: HEAD_FORMAT,
        journal: file,
        seq: events,
        hash: head,
        exported_at_unix_ms: call.now,
      };
      if (output !== undefined) await writeNamedFile(output, `${writeJson({ ...document })}\n`, { mode: 0o600 });
      return document;
    }
    const end = { seq: events, hash: head };
    if (output === undefined) return { journal: file, output: null, events, head, lines: await allEvents(home, end) };
    call.progress("writing the events");
    await writeNamedFile(output, linesOf(home, end), { mode: 0o600 });
    return { journal: file, output, events, head };
  },
});

async function allEvents(home: Home, end: Head): Promise<ExportedEvent[]> {
  const all: ExportedEvent[] = [];
  for await (const page of pagesUpTo(home, end)) all.push(...page);
  return all;
}

async function* linesOf(home: Home, end: Head): AsyncGenerator<string> {
  for await (const page of pagesUpTo(home, end)) yield page.map((event) => `${writeJson({ ...event })}\n`).join("");
}

/** Events that are read at a time. */
const PAGE = 1000;

/** What was verified, and nothing else: each is held against the one before once more. */
async function* pagesUpTo(home: Home, end: Head): AsyncGenerator<readonly ExportedEvent[]> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    let last: Head = GENESIS;
    while (last.seq < end.seq) {
      const page = (await journal?.events({ after: last.seq, first: Math.min(PAGE, end.seq - last.seq) })) ?? [];
      if (page.length === 0) throw changed(last.seq + 1);
      last = page.reduce(follow, last);
      yield page;
    }
    if (last.hash !== end.hash) throw changed(end.seq);
  } finally {
    await journal?.close();
  }
}

function follow(last: Head, event: StoredEvent): Head {
  const { seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash } = event;
  const fields = [seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json] as const;
  const isNext = seq === last.seq + 1 && prev_hash === last.hash && eventHash(prev_hash, fields) === event.hash;
  if (!isNext) throw changed(seq);
  return { seq, hash: event.hash };
}

const changed = (seq: number): PalyraError => new PalyraError("JournalChainBroken", { seq, problem: "it changed meanwhile" });
