/** What is kept of runs: receipts in the journal's outcome events (spec 10.7). */
import type { KeyObject } from "node:crypto";
import { encodeUtf8, type JsonObject, writeJson } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import {
  commitment,
  parseReceipt,
  RECEIPT_STATEMENT,
  type Receipt,
  type ReceiptTerms,
  SALT_BYTES,
  signReceipt,
} from "palyra-skills/receipt";

export interface ReceiptPorts {
  readonly platform: Platform;
  /** The host's own keys of the vault, made at the first use. The same bytes each time. */
  readonly signingKey: () => Promise<Uint8Array>;
  readonly saltKey: () => Promise<KeyObject>;
}

export type UnsignedReceipt = Omit<ReceiptTerms, "host_public_key">;

/** Of a run that is under way. */
export interface ReceiptDraft extends Pick<ReceiptTerms, "receipt_id" | "input_sha256"> {
  readonly salt: Uint8Array;
}

export async function draftReceipt(ports: ReceiptPorts, receipt_id: string, input: Uint8Array): Promise<ReceiptDraft> {
  const salt = await receiptSalt(ports, receipt_id);
  return { receipt_id, salt, input_sha256: commitment("input", salt, input, ports.platform) };
}

/** What a receipt says of an output. @param output null: nothing was answered */
export const outputSha256 = ({ platform }: ReceiptPorts, { salt }: ReceiptDraft, output: Uint8Array | null): string | null =>
  output === null ? null : commitment("output", salt, output, platform);

/** Signs what a run was. What the vault throws. */
export async function finishReceipt({ platform, signingKey }: ReceiptPorts, terms: UnsignedReceipt): Promise<Receipt> {
  return signReceipt(terms, await signingKey(), platform);
}

/** The salt of one receipt: this host finds it again, and whoever it tells it can open the digests of that receipt alone. */
export async function receiptSalt({ saltKey }: Pick<ReceiptPorts, "saltKey">, receiptId: string): Promise<Uint8Array> {
  const hmac = process.getBuiltinModule("node:crypto").createHmac("sha256", await saltKey());
  return new Uint8Array(hmac.update(`palyra.skill.receipt.salt.v1 ${receiptId}`).digest()).subarray(0, SALT_BYTES);
}

/** Of an event's payload; undefined: it has none that is one. */
export function receiptIn(payload: JsonObject): Receipt | undefined {
  const { receipt } = payload;
  if (receipt === undefined) return undefined;
  const document =
    typeof receipt === "object" && receipt !== null && !Array.isArray(receipt)
      ? { statement: RECEIPT_STATEMENT, ...receipt }
      : null;
  try {
    return parseReceipt(encodeUtf8(writeJson(document)), "receipt");
  } catch {
    return undefined;
  }
}
