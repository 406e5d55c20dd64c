import { describe, expect, it } from "vitest";
import { openArtifact, VerifiedArtifact } from "../../src/artifact/index.ts";
import { fromBase64, toBase64, toHex } from "../../src/encoding/index.ts";
import type { SignatureDocument } from "../../src/signature/index.ts";
import { nodePlatform } from "../platforms.ts";
import { outcomeOf } from "../vectors.ts";
import { assemble, build, type Entries, edited, sampleEntries } from "./samples.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const open = (bytes: Uint8Array) => openArtifact(bytes, nodePlatform);
const zeros = "0".repeat(64);

/** One way to break each of the ten checks of spec 1.5, which leaves those before it as they were. */
interface Break {
  readonly step: number;
  readonly code: string;
  readonly entries?: (entries: Entries) => Map<string, Uint8Array>;
  readonly document?: (document: SignatureDocument) => SignatureDocument;
  readonly signature?: () => Uint8Array;
  readonly bytes?: (bytes: Uint8Array) => Uint8Array;
}
const breaks: readonly Break[] = [
  { step: 1, code: "Zip", bytes: (bytes) => Uint8Array.from([...bytes, 0]) },
  { step: 2, code: "ManifestParse", entries: (entries) => new Map(entries).set("skill.toml", text("x")) },
  { step: 3, code: "InvalidSbom", entries: (entries) => new Map(entries).set("sbom.cdx.json", text("{}")) },
  { step: 4, code: "InvalidProvenance", entries: (entries) => new Map(entries).set("provenance.json", text("{}")) },
  { step: 5, code: "MissingArtifactEntry", entries: (entries) => without(entries, "modules/module.wasm") },
  { step: 6, code: "Serialization", signature: () => text("{}") },
  { step: 7, code: "PayloadHashMismatch", document: (document) => ({ ...document, payload_sha256: zeros }) },
  { step: 8, code: "SignatureVerificationFailed", document: (document) => ({ ...document, publisher: "globex" }) },
  {
    step: 9,
    code: "ManifestValidation",
    entries: (entries) => edited(entries, "skill.toml", (toml) => toml.replace(/sha256 = "./, 'sha256 = "x')),
  },
  {
    step: 10,
    code: "UnsupportedProtocolMajor",
    entries: (entries) => edited(entries, "skill.toml", (toml) => toml.replace("protocol_major = 1", "protocol_major = 2")),
  },
];

describe("the ten checks of spec 1.5", () => {
  it.each(breaks)("$step is made: $code", async (one) => {
    await expect(open(await broken(one))).rejects.toHaveCode(one.code);
  });

  const pairs = breaks.flatMap((first) => breaks.filter(({ step }) => step > first.step).map((second) => ({ first, second })));
  it.each(pairs)("$first.step comes before $second.step", async ({ first, second }) => {
    await expect(open(await broken(first, second))).rejects.toHaveCode(first.code);
  });

  it("let an artifact pass that nothing is wrong with", async () => {
    await expect(open(await broken())).resolves.toBeInstanceOf(VerifiedArtifact);
  });

  it.each(["skill.toml", "sbom.cdx.json", "provenance.json"])("name what is missing: %s", async (path) => {
    const bytes = await assemble(without(await sampleEntries(), path));
    await expect(open(bytes)).rejects.toMatchObject({ code: "MissingArtifactEntry", details: { path } });
  });

  it("judge the host's level that they are given", async () => {
    const { bytes } = await build();
    await expect(openArtifact(bytes, nodePlatform, { protocolMajor: 0, version: "0.1.0" })).rejects.toHaveCode(
      "UnsupportedProtocolMajor",
    );
    await expect(openArtifact(bytes, nodePlatform, { protocolMajor: 1, version: "0.0.9" })).rejects.toHaveCode(
      "UnsupportedRuntimeVersion",
    );
  });
});

describe("what the signature document says of itself", () => {
  it.each<[string, (document: SignatureDocument) => Partial<SignatureDocument>]>([
    ["another algorithm", () => ({ algorithm: "ed25519" })],
    ["the key_id of another key", () => ({ key_id: "ed25519:0000000000000000" })],
    ["a key_id in upper case", ({ key_id }) => ({ key_id: key_id.toUpperCase() })],
    ["a publisher with white space", () => ({ publisher: "acme " })],
    ["a key without padding", ({ public_key_base64 }) => ({ public_key_base64: public_key_base64.replace("=", "") })],
    ["a signature with white space", ({ signature_base64 }) => ({ signature_base64: `${signature_base64}\n` })],
    ["a signature with one bit changed", ({ signature_base64 }) => ({ signature_base64: toBase64(flipped(signature_base64)) })],
  ])("is refused with %s", async (_, change) => {
    const bytes = await assemble(await sampleEntries(), (document) => ({ ...document, ...change(document) }));
    await expect(open(bytes)).rejects.toHaveCode("SignatureVerificationFailed");
  });
});

describe("[integrity]", () => {
  it("is refused with all that is wrong in it", async () => {
    const entries = edited(await sampleEntries(), "skill.toml", (toml) =>
      toml
        .replace(/\[\[integrity\.files\]\]\npath = "modules\/module\.wasm"\nsha256 = "[0-9a-f]+"\n?/, "")
        .replace(/sha256 = "[0-9a-f]/, 'sha256 = "X'),
    );
    await expect(open(await assemble(entries))).rejects.toMatchObject({
      code: "ManifestValidation",
      details: {
        faults: [
          { path: "integrity.files[0].sha256", problem: "not the entry's digest" },
          { path: "integrity.files", problem: "entry is not listed", found: "modules/module.wasm" },
        ],
      },
    });
  });
});

describe("T4: what is not in canonical form is refused", () => {
  it.each([
    ['publisher = "acme"', 'publisher = "acme "'],
    ['version = "1.0.0"', 'version = "01.0.0"'],
    ['version = "1.0.0"', 'version = "+1.0.0"'],
    ['version = "1.0.0"', 'version = " 1.0.0"'],
  ])("%s as %s", async (right, wrong) => {
    const bytes = await assemble(edited(await sampleEntries(), "skill.toml", (toml) => toml.replace(right, wrong)));
    await expect(open(bytes)).rejects.toHaveCode("ManifestValidation");
  });
});

describe("T13: two readers must not see two artifacts", () => {
  it.each(["_palyra/signature.json", "_palyra/sbom.cdx.json", "_palyra/provenance.json"])(
    "%s in a flat artifact is refused, signed or not",
    async (path) => {
      const bytes = await assemble(new Map(await sampleEntries()).set(path, text("{}")));
      await expect(open(bytes)).rejects.toHaveCode("InvalidArtifactPath");
    },
  );
});

describe("T34: signed_at_unix_ms is not signed", () => {
  it("whoever changes it changes nothing that is", async () => {
    const entries = await sampleEntries();
    const [now, then] = await Promise.all([
      assemble(entries).then(open),
      assemble(entries, (document) => ({ ...document, signed_at_unix_ms: -1n })).then(open),
    ]);
    expect(then.payloadSha256).toBe(now.payloadSha256);
    expect(toHex(then.publicKey)).toBe(toHex(now.publicKey));
    expect(then.signature.signature_base64).toBe(now.signature.signature_base64);
  });
});

describe("VerifiedArtifact", () => {
  it("is made by openArtifact alone", async () => {
    const { artifact } = await build();
    const forge = (): unknown => Reflect.construct(VerifiedArtifact, [Symbol("openArtifact"), artifact]);
    expect(outcomeOf(forge)).toBeInstanceOf(TypeError);
    expect(VerifiedArtifact.isOne(artifact)).toBe(true);
    expect(VerifiedArtifact.isOne(Object.create(VerifiedArtifact.prototype))).toBe(false);
    expect(VerifiedArtifact.isOne({ ...artifact })).toBe(false);
  });

  it("cannot be changed afterwards", async () => {
    const { artifact } = await build();
    expect(Reflect.set(artifact, "payloadSha256", zeros)).toBe(false);
  });
});

async function broken(...parts: readonly Break[]): Promise<Uint8Array> {
  let entries = await sampleEntries();
  // The last first: what replaces a whole entry comes after what edits it.
  for (const part of parts.toReversed()) entries = part.entries?.(entries) ?? entries;
  const change = (document: SignatureDocument): SignatureDocument =>
    parts.reduce((changed, part) => part.document?.(changed) ?? changed, document);
  const signature = parts.find((part) => part.signature !== undefined)?.signature;
  let bytes = await assemble(entries, change, signature);
  for (const part of parts) bytes = part.bytes?.(bytes) ?? bytes;
  return bytes;
}

function without(entries: Entries, path: string): Map<string, Uint8Array> {
  return new Map([...entries].filter(([each]) => each !== path));
}

function flipped(base64: string): Uint8Array {
  const bytes = fromBase64(base64) ?? new Uint8Array();
  return bytes.with(0, (bytes[0] ?? 0) ^ 1);
}
