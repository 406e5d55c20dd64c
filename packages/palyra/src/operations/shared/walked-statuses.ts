import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { folderPlace, type InstalledEntry } from "../../installed/index.ts";
import { IN_THE_VAULT, KnownChain, otherCurrentReason, recordedHead, requireRecorded } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { type Problem, problemOf, readStatuses, type StatusLookup } from "./inventory.ts";

export interface WalkedStatuses {
  readonly statusOf: StatusLookup;
  /** Why a record of the index is not of what was installed, or not the current one, by the chain (T1, T8, T31). */
  readonly installFault: (entry: InstalledEntry) => string | undefined;
  /** Why nothing may run by this journal, whatever it says (T26). */
  readonly problem?: Problem;
}

/**
 * Statuses as the gate takes them (spec 10): by a chain that was walked, through the head in the vault. Where it does not lead through it, as
 * the file says, and why nothing runs. `VaultUnavailable`, `UnsafeStateRoot`, `Io`.
 */
export async function readWalkedStatuses(home: Home, call: Call): Promise<WalkedStatuses> {
  const file = home.places.journal;
  const recorded = await recordedHead(home.records, file);
  const chain = new KnownChain();
  const folder = await folderPlace(home.places.skillsRoot);
  const installFault = (entry: InstalledEntry): string | undefined => {
    const other = entry.current ? chain.otherCurrent(entry, folder) : undefined;
    return chain.installFault(entry, folder) ?? (other === undefined ? undefined : otherCurrentReason(other));
  };
  try {
    const journal = await home.openJournal(file, { create: false });
    try {
      const anchors = recorded === undefined ? [] : [{ ...recorded, kept: IN_THE_VAULT }];
      const statusOf = await journal?.statusesByChain(chain, anchors);
      requireRecorded(recorded, chain.head, ({ seq }) => seq <= chain.head.seq);
      if (statusOf !== undefined) return { statusOf, installFault };
    } finally {
      await journal?.close();
    }
  } catch (error) {
    if (!(error instanceof PalyraError) || !["JournalChainBroken", "JournalUnavailable"].includes(error.code)) throw error;
    if (error.code === "JournalChainBroken")
      return { statusOf: await readStatuses(home, call), installFault, problem: await problemOf(error) };
  }
  return { statusOf: await readStatuses(home, call), installFault };
}
