import { decodeUtf8, encodeUtf8, positionAt, readDocument, utf8FaultAt, writeJson } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";

/** The one algorithm there is: Ed25519 over the hex text of a SHA-256. */
export const ALGORITHM = "ed25519-sha256";

/** The signature document of spec 1.4, fields in the order in which it is written. */
export interface SignatureDocument {
  readonly algorithm: string;
  readonly publisher: string;
  readonly key_id: string;
  readonly public_key_base64: string;
  readonly payload_sha256: string;
  readonly signature_base64: string;
  /** Milliseconds since 1970; any i64. */
  readonly signed_at_unix_ms: bigint;
}

/** Bytes of a signature document, whose fields take some 500. It is read before the signature is known to be anybody's. */
export const MAX_SIGNATURE_BYTES = 64 * 1024;

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/**
 * Reads a signature document: JSON with exactly these fields, in any order (spec 1.4). Whether what they say is true is
 * for `checkPayload` and `checkSignature`.
 * @param path the entry, for the error
 * @throws SkillError `Serialization` with all faults
 */
export function parseSignature(bytes: Uint8Array, path: string): SignatureDocument {
  if (bytes.length > MAX_SIGNATURE_BYTES) throw new SkillError("Serialization", { document: path, faults: [tooLong(bytes)] });
  return readDocument(bytes, path, (root): SignatureDocument => {
    const fields = root.object();
    const document = {
      algorithm: fields.required("algorithm").string(),
      publisher: fields.required("publisher").string(),
      key_id: fields.required("key_id").string(),
      public_key_base64: fields.required("public_key_base64").string(),
      payload_sha256: fields.required("payload_sha256").string(),
      signature_base64: fields.required("signature_base64").string(),
      signed_at_unix_ms: fields.required("signed_at_unix_ms").integer({ min: I64_MIN, max: I64_MAX }),
    };
    fields.finish();
    return document;
  });
}

/** At the last character that would have been read. */
function tooLong(bytes: Uint8Array): Fault {
  const start = bytes.subarray(0, MAX_SIGNATURE_BYTES);
  const text = decodeUtf8(start.subarray(0, utf8FaultAt(start))) ?? "";
  const size = { found: `${bytes.length} bytes`, allowed: `at most ${MAX_SIGNATURE_BYTES}` };
  return { path: "", problem: "too long", ...size, ...positionAt(text, text.length) };
}

/** Writes a signature document: two spaces of indent, fields in the order of spec 1.4, no line feed at the end. */
export function writeSignature(document: SignatureDocument): Uint8Array {
  const { algorithm, publisher, key_id, public_key_base64, payload_sha256, signature_base64, signed_at_unix_ms } = document;
  return encodeUtf8(
    writeJson(
      { algorithm, publisher, key_id, public_key_base64, payload_sha256, signature_base64, signed_at_unix_ms },
      { indent: 2 },
    ),
  );
}
