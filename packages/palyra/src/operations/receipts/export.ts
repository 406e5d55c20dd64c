import { type Receipt, writeReceipt } from "palyra-skills/receipt";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { integer, outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { writeNewFile } from "../shared/new-file.ts";
import { hostPublicKey } from "../shared/receipt-keys.ts";
import { keptReceipts, receiptMeant } from "./shared.ts";

export interface ReceiptExportDocument {
  /** Null: they are in `receipts`. */
  readonly output: string | null;
  readonly count: number;
  readonly host_public_key: string | null;
  readonly receipts?: readonly Receipt[];
}

export const exportReceipts = operation({
  input: v.strictObject({
    skillId: optionalSkillId,
    last: v.optional(integer("N", "Only the last so many", 1), Number.MAX_SAFE_INTEGER),
    id: v.optional(text("ID", "Only this one: its id, or how it begins, where no other begins so")),
    output: v.optional(outputFile("Write them there, one on a line; it must not be there yet", { stdout: true })),
  }),
  positional: ["skillId"],
  examples: [
    "skills receipts export --output receipts.ndjson",
    "skills receipts export acme.echo > receipts.ndjson",
    "skills receipts export --id 01JD… --output one.ndjson",
  ],
  notes:
    "They are verified anywhere: palyra skills receipts verify FILE, or verifyReceipt of the package palyra-skills. Where there is none, nothing is written, and it ends with ReceiptNotFound.",
  errors: ["ReceiptNotFound", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { skillId, last, id, output }, call): Promise<ReceiptExportDocument> => {
    const kept = await keptReceipts(home, { last, skillId }, call);
    // A file of nothing verifies as nothing, and would be handed on as if it were all of them.
    if (id === undefined && kept.length === 0)
      throw new PalyraError("ReceiptNotFound", skillId === undefined ? {} : { skill_id: skillId });
    const receipts = (id === undefined ? kept : [receiptMeant(kept, id)]).map(({ receipt }) => receipt);
    const document = { output: output ?? null, count: receipts.length, host_public_key: await hostPublicKey(home) };
    if (output === undefined) return { ...document, receipts };
    await writeNewFile(output, Buffer.concat(receipts.map((receipt) => writeReceipt(receipt, { indent: 0 }))));
    return document;
  },
});
