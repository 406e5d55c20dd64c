import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../../testing/shared.ts";
import { toHex } from "../../src/encoding/index.ts";
import { isSkillError } from "../../src/errors.ts";
import { keyId, parseSigningKey } from "../../src/signature/index.ts";
import { platforms } from "../platforms.ts";
import { outcomeOf, vectorsOf } from "../vectors.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Not taken for hex (T21) and not white space at the ends, which a text form would lose. */
const rawKey = key32.filter((key) => key.some((byte) => byte >= 0x80));

describeShared("conformance/keys", "vectors of conformance/keys", () => {
  const vectors = vectorsOf<Record<string, KeyVector>>("conformance", "keys", "expected.json");
  it("are 64", () => expect(Object.keys(vectors)).toHaveLength(64));
  it.each(Object.entries(vectors))("%s", async (_, vector) => {
    const input = new Uint8Array(Buffer.from(vector.input_base64, "base64"));
    if (vector.ok) {
      const key = parseSigningKey(input);
      expect(toHex(key)).toBe(vector.key);
      for (const platform of platforms) {
        const publicKey = await platform.ed25519.publicKey(key);
        expect(toHex(publicKey)).toBe(vector.public_key);
        expect(keyId(publicKey, platform)).toBe(vector.key_id);
      }
    } else {
      const error = thrownBy(input);
      expect(error).toHaveCode(vector.code);
      if (vector.actual !== undefined) expect(error).toMatchObject({ details: { actual: vector.actual } });
    }
  });
});

describe("T21: ambiguous key material is refused", () => {
  it.each([
    ["32 hex digits", "0123456789abcdef".repeat(2)],
    ["31 hex digits and a line feed", `${"7".repeat(31)}\n`],
    ["32 hex digits with white space around", ` ${"Af".repeat(16)}\r\n`],
    ["30 hex digits that white space makes 32 bytes", ` ${"ab".repeat(15)}\n`],
  ])("%s", (_, material) => {
    expect(thrownBy(text(material))).toHaveCode("InvalidSigningKeyLength");
  });
});

describe("parseSigningKey", () => {
  it("reads each way of writing a key as the same key", () => {
    fc.assert(
      fc.property(rawKey, fc.constantFrom("", " ", "\n", "\t\r\n"), (key, space) => {
        const hex = toHex(key);
        const base64 = Buffer.from(key).toString("base64");
        for (const form of [hex, hex.toUpperCase(), base64, pemOf(key)]) {
          expect(toHex(parseSigningKey(text(space + form + space)))).toBe(hex);
        }
        expect(toHex(parseSigningKey(key))).toBe(hex);
      }),
    );
  });

  it("throws nothing but its own code", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ maxLength: 100, unit: "binary" }).map(text),
      // Near a PEM: one byte of a good one changed.
      fc.tuple(rawKey, fc.nat(200), fc.nat(255)).map(([key, at, byte]) => text(pemOf(key)).with(at % 119, byte)),
    );
    fc.assert(
      fc.property(anything, (material) => {
        try {
          expect(parseSigningKey(material)).toHaveLength(32);
        } catch (error) {
          expect(isSkillError(error, "InvalidSigningKeyLength")).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("hands out memory of its own", () => {
    const file = Buffer.alloc(32, 0x91);
    const key = parseSigningKey(file);
    file.fill(0);
    expect(key.every((byte) => byte === 0x91)).toBe(true);
  });

  it("reads the PEM that OpenSSL writes", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(16);
    expect(toHex(parseSigningKey(text(privateKey.export({ format: "pem", type: "pkcs8" }).toString())))).toBe(toHex(seed));
  });

  it("reads the PEM of RFC 8410 with attributes and public key", () => {
    const pem = `-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----`;
    expect(toHex(parseSigningKey(text(pem)))).toBe("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
  });

  it.each([
    ["bytes after the key", (der: Uint8Array) => Uint8Array.from([...der, 0])],
    ["a longer length form", (der: Uint8Array) => Uint8Array.from([0x30, 0x81, 0x2e, ...der.subarray(2)])],
    ["version 2", (der: Uint8Array) => der.with(4, 2)],
    ["a truncated key", (der: Uint8Array) => der.subarray(0, 47)],
    ["another algorithm", (der: Uint8Array) => der.with(11, 0x71)],
  ])("refuses a PEM with %s", (_, change) => {
    const der = createPrivateKey(pemOf(new Uint8Array(32).fill(0x81))).export({ format: "der", type: "pkcs8" });
    expect(thrownBy(text(armoured(change(new Uint8Array(der)))))).toHaveCode("InvalidSigningKeyLength");
  });

  it("says nothing of the key in its error", () => {
    const error = thrownBy(text("correct horse battery staple is the password"));
    expect(JSON.stringify([error, String(error)])).not.toContain("horse");
  });
});

interface KeyVector {
  readonly input_base64: string;
  readonly ok: boolean;
  readonly code: string;
  readonly actual?: number;
  readonly key?: string;
  readonly public_key?: string;
  readonly key_id?: string;
}

const thrownBy = (material: Uint8Array): unknown => outcomeOf(() => parseSigningKey(material));

function pemOf(key: Uint8Array): string {
  return armoured(Uint8Array.from([...Buffer.from("302e020100300506032b657004220420", "hex"), ...key]));
}

function armoured(der: Uint8Array): string {
  return `-----BEGIN PRIVATE KEY-----\n${Buffer.from(der).toString("base64")}\n-----END PRIVATE KEY-----\n`;
}
