import { encodeUtf8, toHex, u64be } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import type { SignatureDocument } from "./document.ts";

/** Keeps a payload hash from being a hash of anything else that is signed. Spec 1.4. */
const PAYLOAD_DOMAIN = "palyra.skill.payload.v1";

/**
 * The payload hash of spec 1.4, entry by entry:
 *
 *     SHA-256( "palyra.skill.payload.v1" then for each entry but the signature document, ascending by the bytes of its path:
 *              u64-BE length of the path's bytes, the path's bytes, u64-BE length of the content, the content )
 */
export interface PayloadHasher {
  /** Entries must come ascending by path and without the signature document; the caller has them in that order anyway. */
  add(entry: { readonly path: string; readonly bytes: Uint8Array }): void;
  /** The same for a content that comes in pieces: what is returned takes them, `length` bytes in all. */
  begin(path: string, length: number): (piece: Uint8Array) => void;
  /** Lower-case hex of the hash; nothing can be added afterwards. */
  hex(): string;
}

export function payloadHasher(platform: Platform): PayloadHasher {
  const hash = platform.sha256().update(encodeUtf8(PAYLOAD_DOMAIN));
  return {
    add({ path, bytes }) {
      // One update for all that stands before the content: for small entries the calls cost more than the bytes.
      hash.update(entryHeader(path, bytes.length)).update(bytes);
    },
    begin(path, length) {
      hash.update(entryHeader(path, length));
      return (piece) => void hash.update(piece);
    },
    hex: () => toHex(hash.digest()),
  };
}

function entryHeader(path: string, contentLength: number): Uint8Array {
  const name = encodeUtf8(path);
  const header = new Uint8Array(8 + name.length + 8);
  header.set(u64be(name.length), 0);
  header.set(name, 8);
  header.set(u64be(contentLength), 8 + name.length);
  return header;
}

/**
 * Spec 1.5, step 7. The texts are compared as they are: upper case or white space is another text.
 * @throws SkillError `PayloadHashMismatch`
 */
export function checkPayload(document: SignatureDocument, payloadSha256: string): void {
  if (document.payload_sha256 !== payloadSha256) {
    throw new SkillError("PayloadHashMismatch", { declared: document.payload_sha256, actual: payloadSha256 });
  }
}
