/** What an attestation is by its name, and the statement in what it signs. */
import { JsonFault, type JsonObjectNode, parseJson } from "../../encoding/index.ts";
import { IN_TOTO_PAYLOAD } from "./envelope.ts";
import { type ProvenanceStatement, readStatement } from "./statement.ts";

/** Bytes of a bundle or an envelope; real ones have some ten thousand. */
export const MAX_ATTESTATION_BYTES = 4 * 1024 * 1024;

/** An asset that is a DSSE envelope or a Sigstore bundle by its name. */
export const isAttestation = (path: string): boolean =>
  /^assets\/.*\.(?:sigstore(?:\.json)?|intoto\.json|dsse\.json)$/s.test(path);

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Strictly: two readers must not see two documents. */
export function readAttestationJson(bytes: Uint8Array): Reading<JsonObjectNode> {
  if (bytes.length > MAX_ATTESTATION_BYTES) return { ok: false, problem: `it has more than ${MAX_ATTESTATION_BYTES} bytes` };
  try {
    const document = parseJson(bytes);
    return document.kind === "object" ? { ok: true, value: document } : { ok: false, problem: "it is no JSON object" };
  } catch (fault) {
    if (fault instanceof JsonFault) return { ok: false, problem: `it is no JSON: ${fault.problem}, line ${fault.line}` };
    throw fault;
  }
}

/** The in-toto statement that was signed. */
export function signedStatement(payloadType: string, payload: Uint8Array): Reading<ProvenanceStatement> {
  if (payloadType !== IN_TOTO_PAYLOAD) return { ok: false, problem: `what it signs is no in-toto statement but ${payloadType}` };
  const document = readAttestationJson(payload);
  if (!document.ok) return document;
  const reading = readStatement(document.value);
  if (!reading.ok) return { ok: false, problem: `${reading.place.path} of its statement ${reading.problem}` };
  if (reading.statement.form === "bare")
    return { ok: false, problem: "what it signs has no `_type`, so it is no in-toto statement" };
  return { ok: true, value: reading.statement };
}
