import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import { checkStatement, statementSha256 } from "../signature/index.ts";
import { parseReceipt, writeReceipt } from "./document.ts";
import { type Receipt, type ReceiptTerms, receiptMessage } from "./receipt.ts";

export interface VerifiedReceipt {
  /** What was signed, and nothing besides. */
  readonly terms: ReceiptTerms;
  /** Of the message; 64 hex digits. */
  readonly sha256: string;
}

/**
 * That the holder of its key asserted this: no more, and not that no other run was left out. Whose key it is, is the caller's to know. It is read as
 * a document first, wherever it comes from: an empty text and null, a number and its bytes as text are the same to the message, a field that is not
 * of a receipt is not in it, and a getter may answer twice.
 * @throws SkillError `SignatureVerificationFailed`
 */
export async function verifyReceipt(receipt: Receipt, platform: Platform): Promise<VerifiedReceipt> {
  const { signature_base64, ...terms } = asWritten(receipt);
  const message = receiptMessage(terms);
  await checkStatement({ name: "host", publicKey: terms.host_public_key, signature: signature_base64 }, message, platform);
  return { terms, sha256: statementSha256(message, platform) };
}

function asWritten(receipt: Receipt): Receipt {
  try {
    return parseReceipt(writeReceipt(receipt, { indent: 0 }), "receipt");
  } catch {
    throw new SkillError("SignatureVerificationFailed", { problem: "host: it is not of the form of a receipt" });
  }
}
