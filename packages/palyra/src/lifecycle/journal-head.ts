/** The journal of a home against what is kept of it elsewhere (spec 5.3, T26). */
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import {
  type Anchor,
  acceptHead,
  type ChainSummary,
  GENESIS,
  type Head,
  IN_THE_VAULT,
  type Journal,
  notHeld,
  recordedHead,
  requireRecorded,
} from "../journal/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { exclusively, projectNow } from "./root.ts";
import { checkStateRoot } from "./state-root.ts";
import { lookUnvouched, type Unvouched } from "./unvouched.ts";

export interface VerifiedJournal extends ChainSummary {
  /** The head that the vault has kept, and that the chain leads through; null: none, of a journal without events. */
  readonly recorded: Head | null;
}

/** What stands behind the head that is kept, of a chain that was verified; null: nothing. */
export async function unvouchedOf(home: Home, { recorded, ...chain }: VerifiedJournal): Promise<Unvouched | null> {
  return withJournal(home, async (journal) =>
    journal === undefined ? null : lookUnvouched(home, journal, chain, recorded ?? undefined),
  );
}

/**
 * Walks the whole chain, and refuses one that does not lead through the head in the vault and those that were named: it was cut, rewritten
 * or replaced. `JournalChainBroken`, `JournalUnavailable`, `VaultUnavailable`, `UnsafeStateRoot`, `Io`. Makes nothing.
 */
export async function verifyJournal(home: Home, named: readonly Anchor[] = []): Promise<VerifiedJournal> {
  await checkStateRoot(home); // T25
  // Read first: what others append meanwhile is behind it.
  const recorded = await recordedHead(home.records, home.places.journal);
  const kept = recorded === undefined ? [] : [{ ...recorded, kept: IN_THE_VAULT }];
  const summary = await withJournal(home, (journal) => walked(journal, [...named, ...kept]));
  requireRecorded(recorded, { seq: summary.events, hash: summary.head }, () => true);
  return { ...summary, recorded: recorded ?? null };
}

/** A journal that is not there has no event. */
async function walked(journal: Journal | undefined, anchors: readonly Anchor[]): Promise<ChainSummary> {
  if (journal !== undefined) return journal.verifyChain(anchors);
  for (const anchor of anchors) if (anchor.seq > 0) throw notHeld(anchor, GENESIS);
  return { events: 0, head: GENESIS.hash };
}

async function withJournal<Result>(home: Home, work: (journal: Journal | undefined) => Promise<Result>): Promise<Result> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await work(journal);
  } finally {
    await journal?.close();
  }
}

/** The end of the journal beside what is kept of it. */
export interface HeadLook {
  /** False: the chain leads through it already. */
  readonly changed: boolean;
  readonly recorded: Head | null;
  readonly actual: Head;
}

/** Looks, and writes nothing. A chain that is broken in itself cannot be accepted: `JournalChainBroken`; and what `verifyJournal` throws. */
export async function lookHead(home: Home): Promise<HeadLook> {
  await checkStateRoot(home); // T25
  const recorded = await recordedHead(home.records, home.places.journal);
  return withJournal(home, async (journal) => {
    const { events, head } = await walked(journal, []);
    const actual = { seq: events, hash: head };
    const fits = recorded === undefined ? events === 0 : recorded.seq === 0 || ((await journal?.holds(recorded)) ?? false);
    return { changed: !fits, recorded: recorded ?? null, actual };
  });
}

/**
 * Takes the journal for what it is to be, if it still ends where it was looked at; undefined where it does not. Goes before recovery, which
 * may be waiting for it. Journaled first: killed in between, it is to be accepted again.
 */
export async function acceptJournal(home: Home, seen: HeadLook, call: Call): Promise<Head | undefined> {
  const { recorded, actual } = seen;
  return exclusively(
    home,
    call,
    "skills journal accept-head",
    async (writer) => {
      const journal = await writer.journal();
      const payload = { recorded: recorded === null ? null : { ...recorded }, actual: { ...actual } };
      const event = makeEvent(home, call, "skill.head_accepted", payload);
      const stored = await journal.transaction(
        (open) => {
          const appended = open.append(event);
          if (appended.prev_hash !== actual.hash) throw new AnotherEnd();
          return appended;
        },
        { stops: true },
      );
      const head = { seq: stored.seq, hash: stored.hash };
      await acceptHead(home.records, home.places.journal, head);
      await projectNow(writer, call);
      return head;
    },
    { recoverFirst: false },
  ).catch((error: unknown) => {
    if (error instanceof AnotherEnd) return undefined;
    throw error;
  });
}

/** Somebody wrote meanwhile: what would be accepted is not what was looked at. */
class AnotherEnd extends PalyraError<"Declined"> {
  constructor() {
    super("Declined", { what: "the journal, which changed again meanwhile," });
  }
}
