import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_SIGNATURE_BYTES, parseSignature, type SignatureDocument, writeSignature } from "../../src/signature/index.ts";
import { outcomeOf } from "../vectors.ts";

const anyText = fc.string({ unit: "grapheme" });
const documents: fc.Arbitrary<SignatureDocument> = fc.record({
  algorithm: anyText,
  publisher: anyText,
  key_id: anyText,
  public_key_base64: anyText,
  payload_sha256: anyText,
  signature_base64: anyText,
  signed_at_unix_ms: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});
const plain = { algorithm: "a", publisher: "p", key_id: "k", public_key_base64: "", payload_sha256: "", signature_base64: "s" };
const parse = (value: string | Uint8Array): SignatureDocument =>
  parseSignature(typeof value === "string" ? new TextEncoder().encode(value) : value, "signature.json");

describe("the signature document", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(parse(writeSignature(document))).toEqual(document);
      }),
    );
  });

  it("is refused over 64 KiB, and its faults are never looked for", () => {
    const unknown = Array.from({ length: 10_000 }, (_, index) => `"k${index}": 0`).join(",");
    expect(thrownBy(`{${unknown}}`)).toMatchObject({
      code: "Serialization",
      details: { document: "signature.json", faults: [{ problem: "too long", line: 1, column: MAX_SIGNATURE_BYTES + 1 }] },
    });
    const document = new TextDecoder().decode(writeSignature({ signed_at_unix_ms: 5n, ...plain }));
    expect(parse(document.padEnd(MAX_SIGNATURE_BYTES))).toMatchObject(plain);
    expect(thrownBy(document.padEnd(MAX_SIGNATURE_BYTES + 1))).toHaveCode("Serialization");
  });

  it("is written with two spaces and its fields in the order of spec 1.4", () => {
    const written = new TextDecoder().decode(writeSignature({ signed_at_unix_ms: 5n, ...plain }));
    expect(written).toBe(
      '{\n  "algorithm": "a",\n  "publisher": "p",\n  "key_id": "k",\n  "public_key_base64": "",\n' +
        '  "payload_sha256": "",\n  "signature_base64": "s",\n  "signed_at_unix_ms": 5\n}',
    );
  });

  it.each(Object.keys({ ...plain, signed_at_unix_ms: 0 }))("is refused without %s, which is named", (field) => {
    const rest = Object.entries({ ...plain, signed_at_unix_ms: 0 }).filter(([name]) => name !== field);
    expect(thrownBy(JSON.stringify(Object.fromEntries(rest)))).toMatchObject({ details: { faults: [{ path: field }] } });
  });

  it("names all faults, each with its line", () => {
    const text =
      '{"algorithm": 1,\n"publisher": null, "other": 2,\n"key_id": "k", "public_key_base64": "", "payload_sha256": ""}';
    expect(thrownBy(text)).toMatchObject({
      code: "Serialization",
      details: {
        document: "signature.json",
        faults: expect.arrayContaining([
          expect.objectContaining({ path: "algorithm", line: 1 }),
          expect.objectContaining({ path: "publisher", line: 2 }),
          expect.objectContaining({ path: "other", line: 2 }),
          expect.objectContaining({ path: "signature_base64" }),
          expect.objectContaining({ path: "signed_at_unix_ms" }),
        ]),
      },
    });
  });

  it.each(["9223372036854775808", "-9223372036854775809", "1.0", "1e3", '"1"', "null", "-0"])(
    "is refused with the time %s",
    (time) => {
      const document = `${JSON.stringify(plain).slice(0, -1)},"signed_at_unix_ms":${time}}`;
      expect(thrownBy(document)).toHaveCode("Serialization");
    },
  );

  it("never throws anything but its own error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          expect(thrownBy(bytes)).toHaveCode("Serialization");
        },
      ),
    );
  });
});

function thrownBy(value: string | Uint8Array): unknown {
  return outcomeOf(() => parse(value));
}
