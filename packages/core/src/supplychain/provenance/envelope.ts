/** DSSE envelopes (https://github.com/secure-systems-lab/dsse, v1): a payload with its type, and signatures over both. */
import { encodeUtf8, fromBase64, type JsonNode, type JsonObjectNode } from "../../encoding/index.ts";
import { itemsOf, memberOf, textOf } from "../nodes.ts";

export interface DsseEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly DsseSignature[];
}

export interface DsseSignature {
  /** A hint, and no more: it is not signed. */
  readonly keyid?: string;
  readonly signature: Uint8Array;
}

/** The type of a payload that is an in-toto statement. */
export const IN_TOTO_PAYLOAD = "application/vnd.in-toto+json";
/** Signatures that one envelope may have: each may be tried with each key. */
const MAX_DSSE_SIGNATURES = 64;

export type EnvelopeReading =
  | { readonly ok: true; readonly envelope: DsseEnvelope }
  | { readonly ok: false; readonly problem: string };

export function readEnvelope(document: JsonObjectNode): EnvelopeReading {
  const payloadType = textOf(document.members.get("payloadType"));
  if (payloadType === undefined) return { ok: false, problem: "`payloadType` is missing" };
  const payload = base64(document.members.get("payload"));
  if (payload === undefined) return { ok: false, problem: "`payload` is no base64" };
  const items = itemsOf(document.members.get("signatures"));
  if (items.length === 0) return { ok: false, problem: "there is no signature" };
  if (items.length > MAX_DSSE_SIGNATURES) return { ok: false, problem: `there are more than ${MAX_DSSE_SIGNATURES} signatures` };
  const signatures: DsseSignature[] = [];
  for (const item of items) {
    const signature = base64(memberOf(item, "sig"));
    if (signature === undefined || signature.length === 0) return { ok: false, problem: "a signature is no base64" };
    const keyid = textOf(memberOf(item, "keyid"));
    signatures.push({ signature, ...(keyid === undefined ? {} : { keyid }) });
  }
  return { ok: true, envelope: { payloadType, payload, signatures } };
}

/** What is signed: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType);
  const head = encodeUtf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const encoded = new Uint8Array(head.length + payload.length);
  encoded.set(head);
  encoded.set(payload, head.length);
  return encoded;
}

/** Standard or URL-safe, as the protocol has it; with padding or without. */
function base64(node: JsonNode | undefined): Uint8Array | undefined {
  if (node?.kind !== "string") return undefined;
  const standard = node.value.replaceAll("-", "+").replaceAll("_", "/");
  const bare = standard.replace(/={1,2}$/, "");
  return fromBase64(bare + "=".repeat((4 - (bare.length % 4)) % 4));
}
