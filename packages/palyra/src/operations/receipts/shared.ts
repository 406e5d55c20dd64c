import type { Receipt } from "palyra-skills/receipt";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { receiptIn } from "../../execution/index.ts";
import type { EventQuery, Journal, StoredEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { shownEvent } from "../journal/tail.ts";

/** A receipt and the event of the journal that holds it. */
export interface KeptReceipt {
  readonly seq: number;
  readonly hash: string;
  readonly receipt: Receipt;
}

interface Wanted {
  readonly skillId?: string | undefined;
  /** An id, or how it begins: the journal's event has the same. */
  readonly id?: string | undefined;
}

/** The last of the journal, oldest first; what is damaged is none, and is told. `JournalUnavailable`, `UnsafeStateRoot`, `Io`. */
export async function keptReceipts(
  home: Home,
  { last, ...wanted }: Wanted & { readonly last: number },
  { warn }: Pick<Call, "warn">,
): Promise<readonly KeptReceipt[]> {
  return withJournal(home, async (journal) => {
    const events = (await journal?.events({ ...queryOf(wanted), last })) ?? [];
    const kept = events.flatMap(keptIn);
    warnOfUnread(events.length - kept.length, warn);
    return kept;
  });
}

/** All of them in the same order, read piece by piece: each may name a mebibyte of what its skill may use, and there may be any number (T40). */
export async function* everyReceipt(home: Home, wanted: Wanted, { warn }: Pick<Call, "warn">): AsyncGenerator<KeptReceipt> {
  let unread = 0;
  for (let after = 0; ; ) {
    const page = await withJournal(
      home,
      async (journal) => (await journal?.events({ ...queryOf(wanted), after, first: PAGE })) ?? [],
    );
    for (const event of page) {
      const kept = keptIn(event);
      unread += kept.length === 0 ? 1 : 0;
      yield* kept;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  warnOfUnread(unread, warn);
}

/** Events that are read at a time. */
const PAGE = 500;

const queryOf = ({ skillId, id }: Wanted): EventQuery => ({
  kinds: ["skill.finished"],
  ...(skillId === undefined ? {} : { skillId }),
  ...(id === undefined ? {} : { ulid: id.toUpperCase() }),
});

async function withJournal<Result>(home: Home, use: (journal: Journal | undefined) => Promise<Result>): Promise<Result> {
  await checkStateRoot(home); // T25
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await use(journal);
  } finally {
    await journal?.close();
  }
}

function keptIn(event: StoredEvent): readonly KeptReceipt[] {
  const { payload, seq, hash } = shownEvent(event);
  const isObject = payload !== null && typeof payload === "object" && !("length" in payload);
  const receipt = isObject ? receiptIn(payload) : undefined;
  return receipt === undefined ? [] : [{ seq, hash, receipt }];
}

/** T26: a run whose receipt nobody can read is not one that never was. */
function warnOfUnread(count: number, warn: Call["warn"]): void {
  if (count === 0) return;
  const what = count === 1 ? "1 run is recorded whose receipt" : `${count} runs are recorded whose receipts`;
  warn(
    `${what} cannot be read, and is not shown: palyra skills journal tail --kind skill.finished shows the events, palyra skills journal verify whether anybody changed them`,
  );
}

/** An id that is misspelt has no receipts, and nobody would see why; what was removed has them, so that it is no error. */
export function warnOfNone(receipts: readonly unknown[], skillId: string | undefined, { warn }: Call): void {
  if (receipts.length === 0 && skillId !== undefined)
    warn(`no run of ${skillId} is recorded: palyra skills receipts list shows whose are, palyra skills list what is installed`);
}

/** The one of that id, else the only one that begins so. `ReceiptNotFound`; `Usage` where several do; what `keptReceipts` throws. */
export async function receiptMeant(home: Home, wanted: Wanted & { readonly id: string }, call: Call): Promise<KeptReceipt> {
  const { id } = wanted;
  // Crockford's digits have no case.
  const found = id === "" ? [] : await keptReceipts(home, { ...wanted, last: MOST_NAMED + 1 }, call);
  const [first, ...others] = found;
  if (first === undefined) throw new PalyraError("ReceiptNotFound", { receipt_id: id });
  if (others.length > 0) {
    const ids = found.map(({ receipt }) => receipt.receipt_id);
    throw new PalyraError("Usage", {
      problem: `${ids.length > MOST_NAMED ? `more than ${MOST_NAMED}` : ids.length} receipts begin with ${id}`,
      hint: `type more of it: ${ids.slice(-MOST_NAMED).join(", ")}`,
    });
  }
  return first;
}

/** The last ones: who asks means most likely one of these. */
const MOST_NAMED = 3;
