/** What a host asserts of one run of a tool: signed with its own key, verified offline by whoever has the key (spec 10.7). */
export { commitment, isCommitted, SALT_BYTES } from "./commitment.ts";
export { MAX_RECEIPT_BYTES, parseReceipt, writeReceipt } from "./document.ts";
export { parseReceipts, READ_NO_FURTHER, type ReadReceipt, type ReceiptLine, ReceiptReader, readReceipts } from "./lines.ts";
export {
  OUTCOMES,
  type Outcome,
  RECEIPT_STATEMENT,
  type Receipt,
  type ReceiptTerms,
  receiptMessage,
  signReceipt,
} from "./receipt.ts";
export { type VerifiedReceipt, verifyReceipt } from "./verify.ts";
