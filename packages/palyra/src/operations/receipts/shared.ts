import type { Receipt } from "palyra-skills/receipt";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { receiptIn } from "../../execution/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { shownEvent } from "../journal/tail.ts";

/** A receipt and the event of the journal that holds it. */
export interface KeptReceipt {
  readonly seq: number;
  readonly hash: string;
  readonly receipt: Receipt;
}

/** Of the journal, oldest first; what is damaged is none, and is told. `JournalUnavailable`, `UnsafeStateRoot`, `Io`. */
export async function keptReceipts(
  home: Home,
  { last, skillId }: { readonly last: number; readonly skillId?: string | undefined },
  { warn }: Pick<Call, "warn">,
): Promise<readonly KeptReceipt[]> {
  await checkStateRoot(home); // T25
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    const events =
      (await journal?.events({ kinds: ["skill.finished"], last, ...(skillId === undefined ? {} : { skillId }) })) ?? [];
    const kept = events.flatMap((event) => {
      const { payload, seq, hash } = shownEvent(event);
      const isObject = payload !== null && typeof payload === "object" && !("length" in payload);
      const receipt = isObject ? receiptIn(payload) : undefined;
      return receipt === undefined ? [] : [{ seq, hash, receipt }];
    });
    warnOfUnread(events.length - kept.length, warn);
    return kept;
  } finally {
    await journal?.close();
  }
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

/** The one of that id, else the only one that begins so. `ReceiptNotFound`; `Usage` where several do. */
export function receiptMeant(all: readonly KeptReceipt[], id: string): KeptReceipt {
  // Crockford's digits have no case.
  const typed = id.toUpperCase();
  const [found, ...others] = all.filter(({ receipt: { receipt_id } }) => receipt_id.toUpperCase().startsWith(typed));
  const exact = all.find(({ receipt }) => receipt.receipt_id === id);
  if (exact !== undefined) return exact;
  if (found === undefined || typed === "") throw new PalyraError("ReceiptNotFound", { receipt_id: id });
  if (others.length > 0) {
    const ids = [found, ...others].map(({ receipt }) => receipt.receipt_id);
    throw new PalyraError("Usage", {
      problem: `${ids.length} receipts begin with ${id}`,
      hint: `type more of it: ${ids.slice(-MOST_NAMED).join(", ")}`,
    });
  }
  return found;
}

/** The last ones: who asks means most likely one of these. */
const MOST_NAMED = 3;
