import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPayload, payloadHasher } from "../../src/signature/index.ts";
import { platforms } from "../platforms.ts";
import { outcomeOf } from "../vectors.ts";

const entries = fc.array(fc.record({ path: fc.string({ unit: "grapheme" }), bytes: fc.uint8Array() }));

/** Spec 1.4 word by word, with Node's Buffer. */
function expectedHash(list: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  const hash = createHash("sha256").update("palyra.skill.payload.v1");
  for (const { path, bytes } of list) {
    for (const part of [Buffer.from(path, "utf8"), Buffer.from(bytes)]) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(part.length));
      hash.update(length).update(part);
    }
  }
  return hash.digest("hex");
}

describe.each(platforms)("payload hash on $engine", (platform) => {
  it("is that of spec 1.4", () => {
    fc.assert(
      fc.property(entries, (list) => {
        const hasher = payloadHasher(platform);
        for (const entry of list) hasher.add(entry);
        expect(hasher.hex()).toBe(expectedHash(list));
        const inPieces = payloadHasher(platform);
        for (const { path, bytes } of list) {
          const take = inPieces.begin(path, bytes.length);
          for (const byte of bytes) take(Uint8Array.of(byte));
        }
        expect(inPieces.hex()).toBe(expectedHash(list));
      }),
    );
  });
});

it("is compared as text: upper case and white space are other hashes", () => {
  const hash = "ab".repeat(32);
  const document = {
    algorithm: "",
    publisher: "",
    key_id: "",
    public_key_base64: "",
    signature_base64: "",
    signed_at_unix_ms: 0n,
  };
  expect(() => checkPayload({ ...document, payload_sha256: hash }, hash)).not.toThrow();
  for (const declared of [hash.toUpperCase(), `${hash} `, "", hash.slice(1)]) {
    expect(outcomeOf(() => checkPayload({ ...document, payload_sha256: declared }, hash))).toHaveCode("PayloadHashMismatch");
  }
});
