import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { purePlatform as platform } from "../../src/platform/index.ts";
import {
  commitment,
  isCommitted,
  MAX_RECEIPT_BYTES,
  parseReceipt,
  parseReceipts,
  type Receipt,
  ReceiptReader,
  readReceipts,
  receiptMessage,
  signReceipt,
  verifyReceipt,
  writeReceipt,
} from "../../src/receipt/index.ts";
import { revocationMessage, signRevocation } from "../../src/signature/index.ts";

const MIB = 1024 * 1024;
const seed = new Uint8Array(32).fill(9);
const salt = new Uint8Array(32).fill(3);
const terms = {
  receipt_id: "01JD0000000000000000000000",
  principal: "user:local",
  device_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  channel: null,
  surface: "terminal",
  skill_id: "acme.echo",
  version: "1.0.0",
  tool_id: "acme.echo.say",
  artifact_sha256: "a1".repeat(32),
  module_sha256: "b2".repeat(32),
  policy_sha256: "c3".repeat(32),
  input_sha256: commitment("input", salt, encodeUtf8('{"text":"hi"}'), platform),
  output_sha256: commitment("output", salt, encodeUtf8('{"text":"hi"}'), platform),
  grants: ["network=api.example.com", "storage_write=data"],
  outcome: "Ok",
  fuel_used: 18_446_744_073_709_551_615n,
  fuel_allowed: 400_000n,
  memory_used_bytes: 65_536,
  memory_allowed_bytes: 1_048_576,
  wall_used_ms: 3,
  wall_allowed_ms: 1_500,
  started_at_unix_ms: 1_764_300_000_000,
  finished_at_unix_ms: 1_764_300_000_003,
} as const;
const receipt = await signReceipt(terms, seed, platform);
const text = Buffer.from(writeReceipt(receipt)).toString();
/** Of numbers that JavaScript's own JSON gives back as they were. */
const plain = Buffer.from(writeReceipt(await signReceipt({ ...terms, fuel_used: 390n }, seed, platform))).toString();
const edited = (change: object): Uint8Array => encodeUtf8(JSON.stringify({ ...JSON.parse(plain), ...change }));

const number = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

describe("the message of a receipt", () => {
  it("is that of spec 10.7, byte for byte", async () => {
    const hex = (value: string) => Buffer.from(value, "hex");
    const fields = [
      ...["01JD0000000000000000000000", "user:local", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "", "terminal"].map((each) =>
        Buffer.from(each),
      ),
      ...["acme.echo", "1.0.0", "acme.echo.say"].map((each) => Buffer.from(each)),
      ...[receipt.artifact_sha256, receipt.module_sha256, receipt.policy_sha256, receipt.input_sha256].map(hex),
      hex(receipt.output_sha256 ?? ""),
      Buffer.from("Ok"),
      ...[2n ** 64n - 1n, 400_000, 65_536, 1_048_576, 3, 1_500, 1_764_300_000_000, 1_764_300_000_003].map(number),
      hex(receipt.host_public_key),
      number(2),
      Buffer.from("network=api.example.com"),
      Buffer.from("storage_write=data"),
    ];
    const framed = fields.flatMap((field) => [number(field.length), field]);
    const message = Buffer.concat([Buffer.from("palyra.skill.receipt.v1"), ...framed]);
    expect(Buffer.from(receiptMessage(receipt))).toEqual(message);
    expect((await verifyReceipt(receipt, platform)).sha256).toBe(createHash("sha256").update(message).digest("hex"));
  });

  it("has every field in it: none can be changed under the signature", async () => {
    const { signature_base64: _, ...fields } = receipt;
    for (const [name, value] of Object.entries(fields)) {
      const other =
        typeof value === "bigint"
          ? value - 1n
          : typeof value === "number"
            ? value + 1
            : Array.isArray(value)
              ? [...value, "channel=x"]
              : name === "outcome"
                ? "TimedOut"
                : /^[0-9a-f]{64}$/.test(String(value))
                  ? "d4".repeat(32)
                  : `${value ?? ""}x`;
      const changed = { ...receipt, [name]: other };
      await expect(verifyReceipt(changed, platform), name).rejects.toHaveCode("SignatureVerificationFailed");
    }
  });

  it("holds of nothing but what parseReceipt gives, whatever object it is handed: what is not signed is not in it", async () => {
    const bytesAsText = (value: number): string => number(value).toString("latin1");
    let asked = 0;
    const forged: readonly object[] = [
      { ...receipt, channel: "" },
      { ...receipt, approved_by: "user:admin" },
      { ...receipt, wall_used_ms: bytesAsText(3) },
      { ...receipt, fuel_used: undefined },
      { ...receipt, grants: Object.assign([...receipt.grants], { toJSON: () => [] }).concat([[]] as never) },
      { ...receipt, statement: "palyra.skill.receipt.v2" },
      Object.defineProperty({ ...receipt }, "outcome", {
        enumerable: true,
        get: () => {
          asked += 1;
          return asked === 1 ? "TimedOut" : "Ok";
        },
      }),
    ];
    for (const [at, each] of forged.entries())
      await expect(verifyReceipt(each as Receipt, platform), String(at)).rejects.toHaveCode("SignatureVerificationFailed");
    const knot: { receipt: Receipt; self: unknown } = { receipt, self: undefined };
    knot.self = knot;
    await expect(verifyReceipt({ ...receipt, ...knot }, platform)).rejects.toHaveCode("SignatureVerificationFailed");
    const { signature_base64: _, ...signed } = receipt;
    expect((await verifyReceipt(receipt, platform)).terms).toEqual(signed);
    // As JSON.parse gives it, where no number is beyond a double.
    expect((await verifyReceipt(JSON.parse(plain), platform)).terms).toEqual({ ...signed, fuel_used: 390n });
  });

  it("moves nothing from one field or grant to the next", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        const [a, b] = [one, other].map((grants) => Buffer.from(receiptMessage({ ...receipt, grants })));
        expect(a?.equals(b ?? Buffer.alloc(0))).toBe(same);
      }),
    );
    const moved = { ...receipt, skill_id: "acme.ech", version: "o1.0.0" };
    expect(Buffer.from(receiptMessage(moved)).equals(Buffer.from(receiptMessage(receipt)))).toBe(false);
  });

  it("is no other statement's", async () => {
    const words = { publisher: "acme", subject: "key", revoked: "ab".repeat(32), reason: "x", revoked_at_unix_ms: 1 } as const;
    const other = await signRevocation(words, seed, platform);
    expect(Buffer.from(revocationMessage(other)).toString("latin1")).not.toContain("receipt");
    const borrowed = { ...receipt, signature_base64: other.signature_base64 };
    await expect(verifyReceipt(borrowed, platform)).rejects.toHaveCode("SignatureVerificationFailed");
  });
});

describe("a receipt as a document", () => {
  it("comes back as it was, whole numbers beyond a double included, on one line or several", () => {
    expect(parseReceipt(encodeUtf8(text), "r")).toEqual(receipt);
    expect(parseReceipt(writeReceipt(receipt, { indent: 0 }), "r")).toEqual(receipt);
    const none: Receipt = {
      ...receipt,
      output_sha256: null,
      fuel_used: null,
      memory_used_bytes: null,
      grants: [],
      channel: "cli",
    };
    expect(parseReceipts(writeReceipt(none), "r")).toEqual([none]);
    const lines = Buffer.concat([writeReceipt(receipt, { indent: 0 }), Buffer.from("\n"), writeReceipt(none, { indent: 0 })]);
    expect(parseReceipts(lines, "r")).toEqual([receipt, none]);
  });

  it.each<[string, string, object]>([
    ["an unknown field", "more", { more: 1 }],
    ["a missing field", "tool_id", { tool_id: undefined }],
    ["an empty text", "principal", { principal: "" }],
    ["half a character, which would be written as any other", "", { principal: "\ud800" }],
    ["another statement", "statement", { statement: "palyra.skill.receipt.v2" }],
    ["an outcome that is none", "outcome", { outcome: "Fine" }],
    ["a digest in capitals", "module_sha256", { module_sha256: "B2".repeat(32) }],
    ["a fraction", "wall_used_ms", { wall_used_ms: 1.5 }],
    ["a negative number", "memory_used_bytes", { memory_used_bytes: -1 }],
    ["too much fuel for 64 bits", "fuel_used", { fuel_used: 1e30 }],
  ])("refuses %s, and that alone", (_name, path, change) => {
    expect(parseReceipt(edited({}), "r")).toMatchObject({ fuel_used: 390n });
    const faults = [expect.objectContaining({ path })];
    const refused = { code: "Serialization", details: { document: "r", faults } };
    expect(() => parseReceipt(edited(change), "r")).toThrowError(expect.objectContaining(refused));
  });

  it("refuses a line among good ones by its number, what is too long, and no text", () => {
    const lines = Buffer.concat([writeReceipt(receipt, { indent: 0 }), Buffer.from("{}\n")]);
    expect(() => parseReceipts(lines, "r.ndjson")).toThrowError(
      expect.objectContaining({
        code: "Serialization",
        details: expect.objectContaining({
          document: "r.ndjson",
          faults: expect.arrayContaining([expect.objectContaining({ line: 2 })]),
        }),
      }),
    );
    // One on several lines is told by its own place, not as a line that is no receipt.
    const cut = writeReceipt(receipt).subarray(0, -3);
    expect(() => parseReceipts(cut, "r.json")).toThrowError(
      expect.objectContaining({
        details: expect.objectContaining({ faults: [expect.objectContaining({ line: text.split("\n").length - 2 })] }),
      }),
    );
    const long = edited({ principal: "x".repeat(MAX_RECEIPT_BYTES) });
    expect(() => parseReceipt(long, "r")).toThrowError(expect.objectContaining({ code: "Serialization" }));
    expect(() => parseReceipts(Uint8Array.of(0xff, 10, 0xff), "r")).toThrowError(
      expect.objectContaining({ code: "Serialization" }),
    );
  });
});

describe("a file of receipts of which some lines are none", () => {
  const good = Buffer.from(writeReceipt(receipt, { indent: 0 }));
  const cut = good.subarray(0, 40);
  const line = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.from("\n")]);
  const none = (at: number, { length }: Uint8Array) => ({
    line: at,
    bytes: length,
    faults: expect.arrayContaining([expect.objectContaining({ line: at })]),
  });
  const one = (at: number) => ({ line: at, bytes: good.length - 1, receipt });

  it("is read but for these, each by its number: a cut one, first or last, one that is no UTF-8, one that is too long", () => {
    const long = Buffer.alloc(MAX_RECEIPT_BYTES + 1, "x");
    const wild = Uint8Array.of(0x7b, 0xff);
    const file = Buffer.concat([line(cut), good, Buffer.from(" \r\n"), line(wild), line(long), good, cut]);
    expect(readReceipts(file, "r")).toEqual([none(1, cut), one(2), none(4, wild), none(5, long), one(6), none(7, cut)]);
    expect(() => parseReceipts(file, "r")).toThrowError(expect.objectContaining({ code: "Serialization" }));
    expect(readReceipts(Buffer.concat([good, good]), "r")).toEqual([1, 2].map(one));
    const several = writeReceipt(receipt);
    expect(readReceipts(several, "r")).toEqual([{ line: 1, bytes: several.length, receipt }]);
  });

  it("is refused where no line is one, or more than 1000 are none", () => {
    const refused = (...parts: Uint8Array[]) =>
      expect(() => readReceipts(Buffer.concat(parts), "r")).toThrowError(
        expect.objectContaining({ code: "Serialization", details: expect.objectContaining({ document: "r" }) }),
      );
    refused(Buffer.from("{}\n{}\n"));
    refused(cut);
    const empty = (times: number): Buffer => Buffer.from("{}\n".repeat(times));
    expect(readReceipts(Buffer.concat([empty(1000), good]), "r")).toHaveLength(1001);
    refused(good, empty(1001));
    refused(Buffer.from("{\n".repeat(1001)), good);
  });

  // Until it is longer than a receipt a file may be one on several lines, and is held.
  it("is read no further where too much of it proves nothing: lines, what was rejected, bytes, blanks, one line without end", () => {
    /** How many bytes were read of a file that begins with a receipt. */
    const readUntilRefused = (each: (at: number) => Uint8Array, rejects = false): number => {
      const reader = new ReceiptReader("r");
      let bytes = 0;
      const push = (piece: Uint8Array): void => {
        bytes += piece.length;
        for (const read of reader.push(piece)) if (rejects && "receipt" in read) reader.reject(read, "no");
      };
      push(good);
      const told = /^too much of it proves nothing/;
      const faults = expect.arrayContaining([expect.objectContaining({ problem: expect.stringMatching(told) })]);
      const refused = expect.objectContaining({ code: "Serialization", details: { document: "r", faults } });
      expect(() => {
        for (let at = 0; bytes < 64 * MIB; at += 1) push(each(at));
      }).toThrowError(refused);
      return bytes;
    };
    const empty = Buffer.from("{}\n".repeat(1000));
    expect(readUntilRefused(() => empty)).toBeLessThan(MAX_RECEIPT_BYTES + MIB);
    const many = Buffer.concat(Array.from({ length: 100 }, () => good));
    expect(readUntilRefused(() => many, true)).toBeLessThan(MAX_RECEIPT_BYTES + MIB);
    const big = line(Buffer.from(JSON.stringify({ a: Array.from({ length: 60_000 }, () => 1) })));
    expect(readUntilRefused(() => big)).toBeLessThan(9 * MIB);
    expect(readUntilRefused(() => Buffer.alloc(MIB, "\n"))).toBeLessThan(10 * MIB);
    expect(readUntilRefused(() => Buffer.alloc(MIB, "{"))).toBeLessThan(10 * MIB);
  });

  it("tells of a line no more faults than a receipt has fields, or so", () => {
    const members = Array.from({ length: 100 }, (_, at) => `"x${at}":1`);
    const [, read] = readReceipts(Buffer.concat([good, Buffer.from(`{${members.join(",")}}`)]), "r");
    expect(read).toMatchObject({ line: 2, faults: expect.objectContaining({ length: 30 }) });
  });

  it("reads the same whatever the pieces in which it comes", () => {
    const reads = (file: Uint8Array, size: number): void => {
      const reader = new ReceiptReader("r");
      const places = Array.from({ length: Math.ceil(file.length / size) }, (_, at) => at * size);
      const read = [...places.flatMap((at) => reader.push(file.subarray(at, at + size))), ...reader.end()];
      expect(read, String(size)).toEqual(readReceipts(file, "r"));
    };
    for (const size of [1, 7, 1141, 70_000])
      for (const file of [Buffer.concat([line(cut), good, cut]), Buffer.from(text)]) reads(file, size);
    const long = line(Buffer.alloc(MAX_RECEIPT_BYTES + 1, "x"));
    for (const size of [1141, 70_000, 3 * MIB]) reads(Buffer.concat([line(cut), good, long, good, good]), size);
  });

  it("has in each of them a receipt or a fault, whatever stands there", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constant("good"),
            fc.string().filter((text) => !/[\n{]/.test(text) && /[^ \t\r]/.test(text)),
          ),
        ),
        (parts) => {
          const file = Buffer.concat([good, ...parts.map((part) => (part === "good" ? good : line(Buffer.from(part))))]);
          const kinds = readReceipts(file, "r").map((each) => "receipt" in each);
          expect(kinds).toEqual([true, ...parts.map((part) => part === "good")]);
        },
      ),
    );
  });
});

describe("what a receipt says of input and output", () => {
  const saltHex = "03".repeat(32);
  const input = encodeUtf8('{"text":"hi"}');

  it("is opened by text and salt together, and by nothing else", () => {
    const digest = receipt.input_sha256;
    expect(isCommitted(digest, "input", saltHex, input, platform)).toBe(true);
    expect(isCommitted(digest, "output", saltHex, input, platform)).toBe(false);
    expect(isCommitted(digest, "input", "04".repeat(32), input, platform)).toBe(false);
    expect(isCommitted(digest, "input", saltHex, encodeUtf8('{"text":"ho"}'), platform)).toBe(false);
    expect(isCommitted(digest, "input", "", input, platform)).toBe(false);
    expect(digest).not.toBe(createHash("sha256").update(input).digest("hex"));
  });

  it("takes no salt of another length", () => {
    expect(() => commitment("input", new Uint8Array(31), input, platform)).toThrow(TypeError);
  });
});
