import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { purePlatform as platform } from "../../src/platform/index.ts";
import {
  MAX_REVOCATION_ENTRIES,
  MAX_REVOCATION_LIST_BYTES,
  parseRevocationList,
  type RevocationList,
  type RevocationListTerms,
  revocationListMessage,
  revocationMessage,
  rotationMessage,
  signRevocation,
  signRevocationList,
  verifyRevocationList,
  writeRevocationList,
} from "../../src/signature/index.ts";
import { outcomeOf } from "../vectors.ts";

const seed = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const hex = (digit: string): string => digit.repeat(64);
const terms = {
  issuer: "acme-security",
  sequence: 7,
  issued_at_unix_ms: 1_700_000_000_000,
  expires_at_unix_ms: 1_800_000_000_000,
  keys: [
    { publisher: "globex", public_key: hex("b"), reason: "läuft aus", revoked_at_unix_ms: 6 },
    { publisher: "acme", public_key: hex("a"), reason: "leaked", revoked_at_unix_ms: 5 },
  ],
  payloads: [{ payload_sha256: hex("c"), reason: "steals files", revoked_at_unix_ms: 4 }],
};
const list = await signRevocationList(terms, seed(9), platform);
const parse = (bytes: Uint8Array): RevocationList => parseRevocationList(bytes, "list.json");
const read = async (bytes: Uint8Array) => verifyRevocationList(parse(bytes), platform);

/** SPEC.md word by word, with Node's Buffer. */
function expectedMessage(): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const [text, key] = [(value: string) => Buffer.from(value, "utf8"), (value: string) => Buffer.from(value, "hex")];
  const fields = [
    ...[text("acme-security"), number(7), number(1_700_000_000_000), number(1_800_000_000_000)],
    ...[number(2), text("acme"), key(hex("a")), text("leaked"), number(5)],
    ...[text("globex"), key(hex("b")), text("läuft aus"), number(6)],
    ...[number(1), key(hex("c")), text("steals files"), number(4)],
    key(list.signer_public_key),
  ];
  return Buffer.concat([
    Buffer.from("palyra.skill.revocation_list.v1", "ascii"),
    ...fields.flatMap((field) => [number(field.length), field]),
  ]);
}

describe("a revocation list", () => {
  it("signs the message of spec 3.4, byte for byte", () => {
    expect(Buffer.from(revocationListMessage(list))).toEqual(expectedMessage());
  });

  it("is read as it was written, its entries in order", async () => {
    const { terms: found } = await read(writeRevocationList(list));
    expect(found.keys.map(({ public_key }) => public_key)).toEqual([hex("a"), hex("b")]);
    expect(parse(writeRevocationList(list))).toEqual(list);
  });

  it("keeps the first of entries that are the same", async () => {
    const again = [...terms.keys, { publisher: "other", public_key: hex("a"), reason: "again", revoked_at_unix_ms: 9 }];
    expect((await signRevocationList({ ...terms, keys: again }, seed(9), platform)).keys).toEqual(list.keys);
  });

  it("is refused, or says the very same, with any byte changed", async () => {
    const bytes = writeRevocationList(list);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        const outcome = await read(changed).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toHaveCode("Serialization", "SignatureVerificationFailed");
        else expect(outcome).toEqual(await read(bytes));
      }),
      { numRuns: 200 },
    );
  });

  const text = new TextDecoder().decode(writeRevocationList(list));
  it.each([
    ["entries out of order", text.replaceAll(hex("a"), hex("d"))],
    ["an entry twice", text.replaceAll(hex("b"), hex("a"))],
    ["a key in upper case", text.replace(hex("a"), hex("A"))],
    ["an end before its beginning", text.replace("1800000000000", "1600000000000")],
    ["the number nought", text.replace('"sequence": 7', '"sequence": 0')],
    ["a number that no double holds", text.replace('"sequence": 7', '"sequence": 9007199254740993')],
    ["a time before 1970", text.replace('"revoked_at_unix_ms": 4', '"revoked_at_unix_ms": -4')],
    ["no reason", text.replace('"steals files"', '""')],
    ["a reason without end", text.replace("steals files", "x".repeat(1025))],
    ["no issuer", text.replace('"acme-security"', '""')],
    ["another statement's name", text.replace("revocation_list.v1", "revocation.v1")],
    ["a field too many", text.replace("{", '{"more": 1,')],
    ["a field missing", text.replace('"issuer": "acme-security",', "")],
    ["something behind it", `${text}x`],
    ["nothing", ""],
    ["more bytes than are read", text + " ".repeat(MAX_REVOCATION_LIST_BYTES)],
  ])("is none with %s", (_, wrong) => {
    expect(outcomeOf(() => parse(encodeUtf8(wrong)))).toHaveCode("Serialization");
  });

  it("has ten thousand entries at most, and is read in less than two seconds with all of them", async () => {
    const entry = (at: number) => ({ payload_sha256: at.toString(16).padStart(64, "0"), reason: "bad", revoked_at_unix_ms: 1 });
    const many = (count: number) => Array.from({ length: count }, (_, at) => entry(at + 1));
    const full = { ...terms, keys: [], payloads: many(MAX_REVOCATION_ENTRIES) };
    const bytes = writeRevocationList(await signRevocationList(full, seed(9), platform));
    const start = busyMs();
    expect((await read(bytes)).terms.payloads).toHaveLength(MAX_REVOCATION_ENTRIES);
    expect(busyMs() - start).toBeLessThan(2_000);
    const more = await signRevocationList({ ...full, payloads: many(MAX_REVOCATION_ENTRIES + 1) }, seed(9), platform);
    expect(outcomeOf(() => parse(writeRevocationList(more)))).toHaveCode("Serialization");
  });

  it("is signed by nothing that signs something else", async () => {
    const revocation = await signRevocation(
      { publisher: "acme", subject: "key", revoked: hex("a"), reason: "leaked", revoked_at_unix_ms: 5 },
      seed(9),
      platform,
    );
    const wrong = { ...list, signature_base64: revocation.signature_base64 };
    await expect(verifyRevocationList(wrong, platform)).rejects.toHaveCode("SignatureVerificationFailed");
    const domains = [
      revocationListMessage(list),
      revocationMessage(revocation),
      rotationMessage({ publisher: "a", old_public_key: hex("a"), new_public_key: hex("b"), sequence: 1, expires_at_unix_ms: 1 }),
    ].map((message) => /^palyra\.skill\.[a-z_]+\.v1/.exec(Buffer.from(message).toString("latin1"))?.[0] ?? "");
    for (const one of domains) for (const other of domains) expect(one === other || !other.startsWith(one)).toBe(true);
  });
});

it("no two lists have one message: nothing moves from a field or an entry into the next", () => {
  const keyEntry = fc.record({
    publisher: fc.constantFrom("a", "ab"),
    public_key: fc.constantFrom(hex("a"), hex("b")),
    reason: fc.constantFrom("x", "xy", "y"),
    revoked_at_unix_ms: fc.nat(2),
  });
  const payload = fc.record({
    payload_sha256: fc.constantFrom(hex("a"), hex("b")),
    reason: fc.constantFrom("x", "xy"),
    revoked_at_unix_ms: fc.nat(2),
  });
  const any: fc.Arbitrary<RevocationListTerms> = fc.record({
    issuer: fc.constantFrom("i", "ia"),
    sequence: fc.nat(2),
    issued_at_unix_ms: fc.nat(2),
    expires_at_unix_ms: fc.nat(2),
    keys: fc.array(keyEntry, { maxLength: 2 }),
    payloads: fc.array(payload, { maxLength: 2 }),
    signer_public_key: fc.constantFrom(hex("1"), hex("2")),
  });
  fc.assert(
    fc.property(any, any, (a, b) => {
      const same = Buffer.from(revocationListMessage(a)).equals(Buffer.from(revocationListMessage(b)));
      expect(same).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 2000 },
  );
});
