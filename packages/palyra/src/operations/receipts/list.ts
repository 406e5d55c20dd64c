import type { Receipt } from "palyra-skills/receipt";
import * as v from "valibot";
import { integer } from "../field.ts";
import { operation } from "../operation.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { hostPublicKey } from "../shared/receipt-keys.ts";
import { keptReceipts, warnOfNone } from "./shared.ts";

export interface ReceiptListDocument {
  /** Null: no run was signed yet. */
  readonly host_public_key: string | null;
  readonly count: number;
  /** Oldest first. */
  readonly receipts: readonly Receipt[];
}

const DEFAULT_RECEIPTS = 20;

export const list = operation({
  input: v.strictObject({ skillId: optionalSkillId, last: v.optional(integer("N", "How many", 1), DEFAULT_RECEIPTS) }),
  positional: ["skillId"],
  examples: ["skills receipts list", "skills receipts list acme.echo --last 5 --json"],
  notes: "Shows the host's own key as well: whoever is to verify receipts of this host needs it.",
  errors: ["JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { skillId, last }, call): Promise<ReceiptListDocument> => {
    const receipts = (await keptReceipts(home, { last, skillId }, call)).map(({ receipt }) => receipt);
    warnOfNone(receipts, skillId, call);
    return { host_public_key: await hostPublicKey(home), count: receipts.length, receipts };
  },
});
