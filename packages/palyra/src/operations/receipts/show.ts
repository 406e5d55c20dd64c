import type { Receipt } from "palyra-skills/receipt";
import * as v from "valibot";
import { receiptSalt } from "../../execution/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { receiptKeys } from "../shared/receipt-keys.ts";
import { receiptMeant } from "./shared.ts";

export interface ReceiptShowDocument {
  readonly receipt: Receipt;
  /** The event of the journal that holds it, and its hash in the chain. */
  readonly seq: number;
  readonly hash: string;
  /** Opens what it says of input and output; null unless it was asked for. */
  readonly salt: string | null;
}

export const show = operation({
  input: v.strictObject({
    id: text("ID", "Its id, as in palyra skills receipts list, or how it begins, where no other begins so"),
    salt: flag("Show the salt as well: whoever has it can find out a short input or output by trying"),
  }),
  positional: ["id"],
  examples: ["skills receipts show 01JD…", "skills receipts show 01JD… --salt --json"],
  errors: ["ReceiptNotFound", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { id, salt }, call): Promise<ReceiptShowDocument> => {
    const { receipt, seq, hash } = await receiptMeant(home, { id }, call);
    const opened = salt ? Buffer.from(await receiptSalt(receiptKeys(home), receipt.receipt_id)).toString("hex") : null;
    return { receipt, seq, hash, salt: opened };
  },
});
