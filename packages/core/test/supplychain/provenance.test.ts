import { readFileSync } from "node:fs";
import { decodeUtf8, encodeUtf8, JsonFault, type JsonNode, type JsonObjectNode, parseJson } from "palyra-skills/encoding";
import { preAuthEncoding, readEnvelope, readStatement } from "palyra-skills/supplychain";
import { describe, expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";

/** As `contents.jsonl` has it: what a plain reader found. */
interface Contents {
  readonly file: string;
  readonly format: string;
  readonly _type?: string | null;
  readonly predicateType?: string;
  readonly envelopes?: readonly ContentsEnvelope[];
}
interface ContentsEnvelope {
  readonly at: string;
  readonly payloadType: string;
  readonly payload?: string;
  readonly _type?: string | null;
  readonly predicateType?: string;
  readonly subjects?: number;
}

const TYPES = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

describeShared("corpora/in-toto", "envelopes and statements of slsa-verifier, in-toto and DSSE", () => {
  const contents = readFileSync(shared("corpora/in-toto/contents.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Contents => JSON.parse(line));

  it("covers all of them", () => expect(contents.length).toBeGreaterThan(200));

  it.each(contents.filter(({ format }) => format !== "json"))("refuses $file, which is no JSON", ({ file }) => {
    expect(() => parseJson(sharedBytes("corpora/in-toto", file))).toThrow(JsonFault);
  });

  const statements = contents.filter(({ predicateType, envelopes }) => predicateType !== undefined && envelopes === undefined);
  it.each(statements)("reads the statement $file", (expected) => {
    check(document(sharedBytes("corpora/in-toto", expected.file)), expected);
  });

  const envelopes = contents.flatMap(({ file, envelopes = [] }) => envelopes.map((each) => ({ file, ...each })));
  it.each(envelopes)("reads the envelope $at of $file", ({ file, at, ...expected }) => {
    const envelope = objectNode(within(document(sharedBytes("corpora/in-toto", file)), at));
    const read = readEnvelope(envelope);
    if (expected.payload !== undefined) {
      // No base64 (placeholders of a README, damaged ones), or no JSON behind it.
      if (read.ok) expect(() => objectNode(parseJson(read.envelope.payload))).toThrow();
      return;
    }
    if (/invalid-(?:dsse-)?sig|empty-signature/.test(file) && !read.ok) {
      expect(read.problem).toBe("a signature is no base64");
      return;
    }
    if (!read.ok) throw new Error(`${file}: ${read.problem}`);
    expect(read.envelope.payloadType).toBe(expected.payloadType);
    check(document(read.envelope.payload), expected);
  });

  it("takes all others for no statements, and ends with none of them", () => {
    for (const { file } of contents.filter(({ format, predicateType }) => format === "json" && predicateType === undefined)) {
      const node = parseJson(sharedBytes("corpora/in-toto", file));
      if (node.kind === "object") expect([file, readStatement(node).ok]).toEqual([file, false]);
    }
  });
});

describeShared("corpora/in-toto/dsse", "the vector of DSSE's protocol", () => {
  it("has our encoding of what is signed", () => {
    const text = readFileSync(shared("corpora/in-toto/dsse/protocol.md"), "utf8");
    const encoded = /DSSEv1 29 http:\/\/example\.com\/HelloWorld 11 hello world/.exec(text)?.[0];
    expect(decodeUtf8(preAuthEncoding("http://example.com/HelloWorld", encodeUtf8("hello world")))).toBe(encoded);
  });
});

function check(node: JsonObjectNode, expected: Omit<ContentsEnvelope, "at" | "payloadType">): void {
  const read = readStatement(node);
  const subjects = node.members.get("subject");
  const count = subjects?.kind === "array" ? subjects.items.length : 0;
  if (!TYPES.includes(expected._type ?? "") || count === 0) return void expect(read.ok).toBe(false);
  if (!read.ok) throw new Error(`${read.place.path} ${read.problem}`);
  expect(read.statement.predicateType).toBe(expected.predicateType);
  expect(read.statement.form).toBe(expected._type?.endsWith("v1") ? "in_toto_v1" : "in_toto_v0_1");
  expect(read.statement.subjects.length).toBe(expected.subjects ?? count);
  const slsa = /^https:\/\/slsa\.dev\/provenance\/v(0\.1|0\.2|1)$/.exec(expected.predicateType ?? "")?.[1];
  expect(read.statement.predicate).toBe(slsa === undefined ? "other" : `slsa_v${slsa.replace(".", "_")}`);
}

function within(node: JsonNode, pointer: string): JsonNode {
  let at = node;
  for (const token of pointer.split("/").filter((each) => each !== "")) {
    const next = at.kind === "array" ? at.items[Number(token)] : at.kind === "object" ? at.members.get(token) : undefined;
    if (next === undefined) throw new Error(`nothing at ${pointer}`);
    at = next;
  }
  return at;
}

const document = (bytes: Uint8Array): JsonObjectNode => objectNode(parseJson(bytes));

function objectNode(node: JsonNode): JsonObjectNode {
  if (node.kind !== "object") throw new Error("not an object");
  return node;
}

describe("what a statement says", () => {
  const read = (value: object) => {
    const said = readStatement(document(encodeUtf8(JSON.stringify(value))));
    if (!said.ok) throw new Error(said.problem);
    return said.statement;
  };
  const subject = [{ name: "m", digest: { sha256: "ab" } }];

  it("is read where each predicate has it", () => {
    const v1 = read({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://slsa.dev/provenance/v1",
      subject,
      predicate: {
        buildDefinition: { buildType: "t", resolvedDependencies: [{ uri: "git+https://x", digest: { gitCommit: "c0" } }] },
        runDetails: { builder: { id: "b" } },
      },
    });
    expect(v1).toMatchObject({ buildType: "t", builders: [{ id: "b", place: { path: "predicate.runDetails.builder.id" } }] });
    expect(v1.materials).toEqual([{ uri: "git+https://x", digests: { gitCommit: "c0" } }]);
    const v02 = { builder: { id: "b" }, buildType: "t", materials: [{ uri: "u", digest: { sha1: "c0" } }] };
    expect(
      read({
        _type: "https://in-toto.io/Statement/v0.1",
        predicateType: "https://slsa.dev/provenance/v0.2",
        subject,
        predicate: v02,
      }),
    ).toMatchObject({ buildType: "t", builders: [{ id: "b" }], materials: [{ uri: "u", digests: { sha1: "c0" } }] });
    expect(read({ subject, builder: { id: "b" } })).toMatchObject({ form: "bare", builders: [{ id: "b" }], materials: [] });
  });

  it("is nothing where it is none", () => {
    const refused = [
      {},
      { subject: [] },
      { subject: {} },
      { subject: ["m"] },
      { subject, _type: "https://in-toto.io/Statement/v2", predicateType: "t" },
      { subject, _type: null },
      { subject, _type: "https://in-toto.io/Statement/v1" },
      { subject, predicateType: "t" },
    ];
    for (const each of refused) expect(readStatement(document(encodeUtf8(JSON.stringify(each)))).ok).toBe(false);
  });

  it("of an envelope that is none is told", () => {
    const whole = { payloadType: "t", payload: "e30=", signatures: [{ sig: "AA==" }] };
    const envelope = (more: object) => readEnvelope(document(encodeUtf8(JSON.stringify({ ...whole, ...more }))));
    expect(envelope({})).toMatchObject({ ok: true });
    // URL-safe and without padding is the same.
    expect(envelope({ payload: "_-8" })).toMatchObject({ ok: true, envelope: { payload: Uint8Array.of(255, 239) } });
    for (const broken of [
      { payloadType: 1 },
      { payload: "%" },
      { signatures: [] },
      { signatures: [{ sig: "" }] },
      { signatures: [7] },
    ])
      expect(envelope(broken).ok).toBe(false);
    expect(envelope({ signatures: Array.from({ length: 65 }, () => ({ sig: "AA==" })) }).ok).toBe(false);
  });
});
