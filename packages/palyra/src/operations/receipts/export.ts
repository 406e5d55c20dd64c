import { type Receipt, writeReceipt } from "palyra-skills/receipt";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { Home } from "../../lifecycle/home.ts";
import { integer, outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { writeNewFile } from "../shared/new-file.ts";
import { hostPublicKey } from "../shared/receipt-keys.ts";
import { everyReceipt, keptReceipts, receiptMeant } from "./shared.ts";

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
    last: v.optional(integer("N", "Only the last so many", 1)),
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
    const about = async (count: number) => ({ output: output ?? null, count, host_public_key: await hostPublicKey(home) });
    const receipts = await startedOf(receiptsOf(home, { skillId, last, id }, call));
    // A file of nothing verifies as nothing, and would be handed on as if it were all of them.
    if (receipts === undefined) throw new PalyraError("ReceiptNotFound", skillId === undefined ? {} : { skill_id: skillId });
    if (output === undefined) {
      const all: Receipt[] = [];
      for await (const receipt of receipts) all.push(receipt);
      return { ...(await about(all.length)), receipts: all };
    }
    let count = 0;
    const lines = async function* () {
      for await (const receipt of receipts) {
        count += 1;
        yield writeReceipt(receipt, { indent: 0 });
      }
    };
    await writeNewFile(output, lines());
    return about(count);
  },
});

interface Asked {
  readonly skillId: string | undefined;
  readonly last: number | undefined;
  readonly id: string | undefined;
}

async function* receiptsOf(home: Home, { skillId, last, id }: Asked, call: Call): AsyncGenerator<Receipt> {
  if (id !== undefined) yield (await receiptMeant(home, { id, skillId }, call)).receipt;
  else if (last !== undefined) yield* (await keptReceipts(home, { last, skillId }, call)).map(({ receipt }) => receipt);
  else for await (const { receipt } of everyReceipt(home, { skillId }, call)) yield receipt;
}

/** The same, of which the first is there; undefined: there is none. */
async function startedOf<Item>(items: AsyncGenerator<Item>): Promise<AsyncGenerator<Item> | undefined> {
  const first = await items.next();
  if (first.done === true) return undefined;
  return (async function* () {
    yield first.value;
    yield* items;
  })();
}
