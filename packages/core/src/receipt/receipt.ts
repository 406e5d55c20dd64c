import { toHex } from "../encoding/index.ts";
import type { Platform } from "../platform/index.ts";
import { keyBytes, signStatement, statementMessage } from "../signature/index.ts";

/** What a receipt says it is, in its document and in what is signed. */
export const RECEIPT_STATEMENT = "palyra.skill.receipt.v1";

/** How a run may end (spec 10.1). */
export const OUTCOMES = ["Ok", "QuotaExceeded", "TimedOut", "CapabilityDenied", "InvalidInput", "RuntimeFailure"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What one run was, as its host asserts it. Digests and keys are 64 lower-case hex digits, times milliseconds since 1970. Types, so that they are JSON objects. */
export type ReceiptTerms = {
  /** ULID; the journal's event of the outcome has the same. */
  readonly receipt_id: string;
  /** Who asked, as the host knows it, and by which way: `terminal`, `api`, `mcp`, `library`. */
  readonly principal: string;
  readonly device_id: string;
  readonly channel: string | null;
  readonly surface: string;
  readonly skill_id: string;
  readonly version: string;
  readonly tool_id: string;
  readonly artifact_sha256: string;
  readonly module_sha256: string;
  /** Of the policy set by which it was let run (spec 10.5). */
  readonly policy_sha256: string;
  /** Salted (`commitment`); of what was answered null where nothing was. */
  readonly input_sha256: string;
  readonly output_sha256: string | null;
  /** `class=value`, sorted: what the run could have used. */
  readonly grants: readonly string[];
  readonly outcome: Outcome;
  /** Null: nobody knows, as the process was ended from outside. */
  readonly fuel_used: bigint | null;
  readonly fuel_allowed: bigint;
  readonly memory_used_bytes: number | null;
  readonly memory_allowed_bytes: number;
  readonly wall_used_ms: number;
  readonly wall_allowed_ms: number;
  readonly started_at_unix_ms: number;
  readonly finished_at_unix_ms: number;
  readonly host_public_key: string;
};

export type Receipt = ReceiptTerms & { readonly signature_base64: string };

/** Spec 10.7: fields in this order; what is null is empty; the grants are last, behind their number. */
export const receiptMessage = (terms: ReceiptTerms): Uint8Array => messageOf(terms, terms.host_public_key);

function messageOf(terms: Omit<ReceiptTerms, "host_public_key">, host_public_key: string): Uint8Array {
  return statementMessage(RECEIPT_STATEMENT, [
    ...[terms.receipt_id, terms.principal, terms.device_id, terms.channel ?? "", terms.surface],
    ...[terms.skill_id, terms.version, terms.tool_id],
    ...[terms.artifact_sha256, terms.module_sha256, terms.policy_sha256, terms.input_sha256].map(keyBytes),
    keyBytes(terms.output_sha256 ?? ""),
    terms.outcome,
    ...[terms.fuel_used ?? "", terms.fuel_allowed, terms.memory_used_bytes ?? "", terms.memory_allowed_bytes],
    ...[terms.wall_used_ms, terms.wall_allowed_ms, terms.started_at_unix_ms, terms.finished_at_unix_ms],
    keyBytes(host_public_key),
    terms.grants.length,
    ...terms.grants,
  ]);
}

/** @param secretKey the host's 32-byte seed. @throws SkillError `InvalidSigningKeyLength` */
export async function signReceipt(
  terms: Omit<ReceiptTerms, "host_public_key">,
  secretKey: Uint8Array,
  platform: Platform,
): Promise<Receipt> {
  const host_public_key = toHex(await platform.ed25519.publicKey(secretKey));
  const signature_base64 = await signStatement(secretKey, messageOf(terms, host_public_key), platform);
  return { ...terms, host_public_key, signature_base64 };
}
