import {
  type HeadKeeper,
  type HeadRecords,
  type Journal,
  JournalConnections,
  type OpenJournal,
  openJournal,
} from "../journal/index.ts";
import type { OpenJournalPort } from "../lifecycle/home.ts";
import { Once } from "../once.ts";

interface Journals {
  readonly open: OpenJournalPort;
  /** Keeps what waits to be kept. */
  readonly close: () => Promise<void>;
}

/**
 * Journals whose heads are kept in some records (spec 5.3): at once, or at most every so many milliseconds, by a process that
 * lives long and keeps their connections too. Loaded at the first transaction.
 */
export function journalsKeeping(records: HeadRecords, everyMs: number): Journals {
  const keeper = new Once<HeadKeeper & { readonly close?: () => Promise<void> }>(() =>
    connections === undefined ? headsAtOnce(records) : headsLater(records, everyMs, connections),
  );
  const connections = everyMs === 0 ? undefined : new JournalConnections();
  const kept = connections && { connections };
  const heads = () => keeper.get();
  function open(file: string, options: { readonly create: false }): Promise<Journal | undefined>;
  function open(file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
  function open(file: string, options: OpenJournal): Promise<Journal | undefined> {
    return options.create ? openJournal(file, { ...options, ...kept, heads }) : openJournal(file, { ...options, ...kept });
  }
  const close = async (): Promise<void> => {
    try {
      await (await keeper.made())?.close?.();
    } finally {
      await connections?.close();
    }
  };
  return { open, close };
}

async function headsAtOnce(records: HeadRecords): Promise<HeadKeeper> {
  return (await import("../journal/heads.ts")).headsIn(records);
}

async function headsLater(records: HeadRecords, everyMs: number, connections: JournalConnections) {
  const [{ headsNowAndThen }, { syncJournal }] = await Promise.all([
    import("../journal/heads-later.ts"),
    import("../journal/sync.ts"),
  ]);
  return headsNowAndThen(
    await headsAtOnce(records),
    everyMs,
    (file) => openJournal(file, { create: false, connections }),
    syncJournal,
  );
}
