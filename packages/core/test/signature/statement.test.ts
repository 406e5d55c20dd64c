import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8, fromBase64, toBase64 } from "../../src/encoding/index.ts";
import { isSkillError } from "../../src/errors.ts";
import { purePlatform as platform } from "../../src/platform/index.ts";
import {
  MAX_STATEMENT_BYTES,
  parseRevocation,
  parseRotation,
  revocationMessage,
  rotationMessage,
  signRevocation,
  signRotation,
  verifyRevocation,
  verifyRotation,
  writeRevocation,
  writeRotation,
} from "../../src/signature/index.ts";

const seed = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const rotation = await signRotation(
  { publisher: "acme", sequence: 7, expires_at_unix_ms: 1_800_000_000_000, oldSecretKey: seed(1), newSecretKey: seed(2) },
  platform,
);
const revocation = await signRevocation(
  { publisher: "acme", subject: "key", revoked: "ab".repeat(32), reason: "leaked", revoked_at_unix_ms: 1_700_000_000_000 },
  seed(1),
  platform,
);

/** SPEC.md word by word, with Node's Buffer. */
function expectedMessage(domain: string, fields: readonly Buffer[]): Buffer {
  const framed = fields.flatMap((field) => [number(field.length), field]);
  return Buffer.concat([Buffer.from(domain, "ascii"), ...framed]);
}
function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

describe("messages", () => {
  it("are those of spec 3.4, byte for byte", async () => {
    const message = expectedMessage("palyra.skill.rotation.v1", [
      Buffer.from("acme"),
      Buffer.from(rotation.old_public_key, "hex"),
      Buffer.from(rotation.new_public_key, "hex"),
      number(7),
      number(1_800_000_000_000),
    ]);
    expect(Buffer.from(rotationMessage(rotation))).toEqual(message);
    const { sha256 } = await verifyRotation(rotation, platform);
    expect(sha256).toBe(createHash("sha256").update(message).digest("hex"));
    expect(Buffer.from(revocationMessage(revocation))).toEqual(
      expectedMessage("palyra.skill.revocation.v1", [
        Buffer.from("acme"),
        Buffer.from("key"),
        Buffer.from("ab".repeat(32), "hex"),
        Buffer.from("leaked"),
        number(1_700_000_000_000),
        Buffer.from(revocation.signer_public_key, "hex"),
      ]),
    );
  });
});

describe.each([
  {
    name: "a rotation",
    bytes: writeRotation(rotation),
    read: async (bytes: Uint8Array) => (await verifyRotation(parseRotation(bytes, "x.json"), platform)).terms,
  },
  {
    name: "a revocation",
    bytes: writeRevocation(revocation),
    read: async (bytes: Uint8Array) => (await verifyRevocation(parseRevocation(bytes, "x.json"), platform)).terms,
  },
])("$name", ({ bytes, read }) => {
  it("is read as it was written", async () => {
    expect(await read(bytes)).toMatchObject({ publisher: "acme" });
  });

  it("is refused, or says the very same, with any byte changed", async () => {
    const terms = await read(bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        const outcome = await read(changed).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          const code = isSkillError(outcome, "Serialization") ? "Serialization" : "SignatureVerificationFailed";
          expect(outcome).toHaveCode(code);
        }
        // White space between the fields is no part of what is said.
        else expect(outcome).toEqual(terms);
      }),
      { numRuns: 200 },
    );
  });

  it("is no statement where it is cut, longer, of another kind or too large", async () => {
    const text = new TextDecoder().decode(bytes);
    for (const wrong of ["", "{}", text.slice(0, -3), `${text}x`, text.replace(".v1", ".v2"), text.replace("{", '{"more": 1,')]) {
      await expect(read(encodeUtf8(wrong))).rejects.toHaveCode("Serialization");
    }
    await expect(read(encodeUtf8(text + " ".repeat(MAX_STATEMENT_BYTES)))).rejects.toHaveCode("Serialization");
  });
});

describe("a signature of another kind", () => {
  it("is none of a rotation: payload, revocation, or the two keys exchanged", async () => {
    const payload = toBase64(await platform.ed25519.sign(seed(1), encodeUtf8("ab".repeat(32))));
    const { old_signature_base64: old, new_signature_base64: next } = rotation;
    for (const wrong of [payload, revocation.signature_base64, next, toBase64(new Uint8Array(64)), "", `${old}=`]) {
      await expect(verifyRotation({ ...rotation, old_signature_base64: wrong }, platform)).rejects.toHaveCode(
        "SignatureVerificationFailed",
      );
    }
    await expect(verifyRotation({ ...rotation, new_signature_base64: old }, platform)).rejects.toHaveCode(
      "SignatureVerificationFailed",
    );
    await expect(verifyRevocation({ ...revocation, signature_base64: old }, platform)).rejects.toHaveCode(
      "SignatureVerificationFailed",
    );
  });

  it("T35: is none of a rotation to the same key, which one key alone could sign", async () => {
    const same = await signRotation(
      { publisher: "acme", sequence: 1, expires_at_unix_ms: 9, oldSecretKey: seed(1), newSecretKey: seed(1) },
      platform,
    );
    await expect(verifyRotation(same, platform)).rejects.toHaveCode("SignatureVerificationFailed");
  });

  it("does not hold with S beyond the group's order", async () => {
    const bytes = fromBase64(rotation.old_signature_base64) ?? new Uint8Array();
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = bytes.slice(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + L;
    bytes.set(
      Array.from({ length: 32 }, (_, at) => Number((s >> BigInt(8 * at)) & 0xffn)),
      32,
    );
    await expect(verifyRotation({ ...rotation, old_signature_base64: toBase64(bytes) }, platform)).rejects.toHaveCode(
      "SignatureVerificationFailed",
    );
  });
});

it("a field cannot be moved into its neighbour: no two terms have one message", () => {
  const terms = fc.record({
    publisher: fc.constant("acme"),
    subject: fc.constantFrom("key" as const, "payload" as const),
    revoked: fc.constant("ab".repeat(32)),
    reason: fc.string({ unit: "grapheme", maxLength: 6 }),
    revoked_at_unix_ms: fc.nat(3),
    signer_public_key: fc.constantFrom("01".repeat(32), "02".repeat(32)),
  });
  fc.assert(
    fc.property(terms, terms, (a, b) => {
      const same = Buffer.from(revocationMessage(a)).equals(Buffer.from(revocationMessage(b)));
      expect(same).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});
