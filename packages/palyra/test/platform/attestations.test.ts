import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { encodeUtf8, parseJson } from "palyra-skills/encoding";
import { type DsseEnvelope, preAuthEncoding, readEnvelope, readStatement, sha256Digest } from "palyra-skills/supplychain";
import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { type EnvelopeKey, readEnvelopeKey, signerOf } from "../../src/platform/dsse.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { type SigstoreSigner, verifySigstore } from "../../src/platform/sigstore.ts";

interface Case {
  readonly case: string;
  readonly verdict: "pass" | "fail";
  readonly artifact: string;
  readonly trusted_root: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly key?: string;
}

/** Genuine, and refused all the same, each with what is not supported. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  "rekor2-dsse-happy-path":
    "entries of Rekor v2 for DSSE envelopes: @sigstore/verify 3.1.1 compares another digest than the log has",
};

describeShared("corpora/in-toto/sigstore-conformance", "T15: Sigstore's own conformance cases", () => {
  const folder = (path: string) => shared("corpora/in-toto/sigstore-conformance", path);
  const cases: readonly Case[] = JSON.parse(readFileSync(folder("expected.json"), "utf8"));

  it("are all here", () => {
    expect(cases.length).toBe(70);
    expect(cases.filter(({ verdict }) => verdict === "pass").length).toBe(21);
  });

  it.each(cases)("$case: $verdict", ({ case: name, verdict, artifact, trusted_root, identity = "", issuer = "", key }) => {
    const bytes = new Uint8Array(readFileSync(folder(artifact)));
    const given = key === undefined ? undefined : readEnvelopeKey(readFileSync(folder(key), "utf8"));
    // One that cannot be read is refused before anything is held against it.
    if (key !== undefined && given === undefined) return void expect(verdict).toBe("fail");
    const signer: SigstoreSigner =
      given === undefined ? { kind: "certificate", identity, issuer } : { kind: "key", key: given.key };
    const said = verifySigstore({
      bundle: readFileSync(folder(`bundle-verify/${name}/bundle.sigstore.json`), "utf8"),
      trustedRoot: readFileSync(folder(trusted_root), "utf8"),
      artifact: bytes,
      signer,
    });
    const accepted = said.ok && (said.payload === undefined || isAbout(said.payload.bytes, bytes));
    expect(accepted ? "pass" : "fail").toBe(name in UNSUPPORTED ? "fail" : verdict);
  });

  it("of another identity, issuer or kind of signer are refused", () => {
    const genuine = cases.find((each) => each.case === "happy-path-v0.3");
    const managed = cases.find((each) => each.case === "managed-key-happy-path");
    if (genuine?.identity === undefined || genuine.issuer === undefined || managed?.key === undefined) throw new Error("no case");
    const check = (of: Case, signer: SigstoreSigner) =>
      verifySigstore({
        bundle: readFileSync(folder(`bundle-verify/${of.case}/bundle.sigstore.json`), "utf8"),
        trustedRoot: readFileSync(folder(of.trusted_root), "utf8"),
        artifact: new Uint8Array(readFileSync(folder(of.artifact))),
        signer,
      }).ok;
    const { identity, issuer } = genuine;
    const key: SigstoreSigner = { kind: "key", key: createPublicKey(readFileSync(folder(managed.key))) };
    expect(check(genuine, { kind: "certificate", identity, issuer })).toBe(true);
    for (const other of [identity.slice(0, -1), `${identity}x`, identity.replace(".", "x"), ".*", ""])
      expect(check(genuine, { kind: "certificate", identity: other, issuer })).toBe(false);
    expect(check(genuine, { kind: "certificate", identity, issuer: "https://accounts.google.com" })).toBe(false);
    expect(check(managed, key)).toBe(true);
    expect(check(genuine, key)).toBe(false);
    expect(check(managed, { kind: "certificate", identity, issuer })).toBe(false);
  });
});

it("no bundle and no root end the program", () => {
  const signer: SigstoreSigner = { kind: "certificate", identity: "i", issuer: "o" };
  for (const text of ["", "{}", "[]", "null", '{"mediaType":7}', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'])
    for (const root of ["", "{}", "null", '{"tlogs":[{}]}'])
      expect(verifySigstore({ bundle: text, trustedRoot: root, artifact: new Uint8Array(), signer }).ok).toBe(false);
});

function isAbout(payload: Uint8Array, artifact: Uint8Array): boolean {
  const node = parseJson(payload);
  const reading = node.kind === "object" ? readStatement(node) : undefined;
  if (reading?.ok !== true) return false;
  const digest = createHash("sha256").update(artifact).digest("hex");
  return reading.statement.subjects.some((subject) => sha256Digest(subject)?.value === digest);
}

describe("signatures of DSSE envelopes", () => {
  const payload = encodeUtf8('{"_type":"x"}');
  const payloadType = "application/vnd.in-toto+json";
  const signed = preAuthEncoding(payloadType, payload);
  const envelope = (...signatures: readonly Uint8Array[]): DsseEnvelope => ({
    payloadType,
    payload,
    signatures: signatures.map((signature) => ({ signature: new Uint8Array(signature) })),
  });
  const pemOf = (pair: ReturnType<typeof pairOf>) => String(pair.publicKey.export({ type: "spki", format: "pem" }));
  const pairOf = (kind: "ed25519" | "p256") =>
    kind === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const keyOf = (pem: string): EnvelopeKey => {
    const key = readEnvelopeKey(pem);
    if (key === undefined) throw new Error("no key");
    return key;
  };

  it.each(["ed25519", "p256"] as const)("%s: hold under the key alone that made them", async (kind) => {
    const [own, other] = [pairOf(kind), pairOf(kind)];
    const key = keyOf(pemOf(own));
    const hash = kind === "ed25519" ? null : "sha256";
    const signature = new Uint8Array(sign(hash, signed, own.privateKey));
    expect(await signerOf(envelope(signature), [key], nodePlatform)).toBe(key);
    expect(await signerOf(envelope(new Uint8Array(64), signature), [keyOf(pemOf(other)), key], nodePlatform)).toBe(key);
    expect(await signerOf(envelope(signature), [keyOf(pemOf(other))], nodePlatform)).toBeUndefined();
    expect(await signerOf({ ...envelope(signature), payloadType: "text/plain" }, [key], nodePlatform)).toBeUndefined();
    expect(await signerOf({ ...envelope(signature), payload: encodeUtf8("{}") }, [key], nodePlatform)).toBeUndefined();
    expect(
      await signerOf(envelope(new Uint8Array(0), new Uint8Array(64), new Uint8Array(72)), [key], nodePlatform),
    ).toBeUndefined();
    // The signature is over the type, too: over the payload alone it is another protocol's.
    expect(await signerOf(envelope(new Uint8Array(sign(hash, payload, own.privateKey))), [key], nodePlatform)).toBeUndefined();
  });

  it("are not looked for under keys of another kind, private keys, or what is none", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });
    const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey.export({ type: "spki", format: "pem" });
    for (const text of [
      String(privateKey.export({ type: "pkcs8", format: "pem" })),
      String(rsa),
      String(p384),
      "",
      "ab".repeat(32),
    ])
      expect(readEnvelopeKey(text)).toBeUndefined();
  });
});

describeShared("corpora/in-toto/dsse", "the vector of DSSE's protocol", () => {
  it("has a signature that holds", async () => {
    const text = readFileSync(shared("corpora/in-toto/dsse/protocol.md"), "utf8");
    const number = (name: string) => BigInt(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? "0");
    const coordinate = (name: string) => Buffer.from(number(name).toString(16).padStart(64, "0"), "hex").toString("base64url");
    const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x: coordinate("X"), y: coordinate("Y") }, format: "jwk" });
    const node = parseJson(/\{"payload": [^`]*\}/.exec(text)?.[0] ?? "");
    const reading = node.kind === "object" ? readEnvelope(node) : undefined;
    if (reading?.ok !== true) throw new Error("no envelope");
    const given: EnvelopeKey = { algorithm: "ecdsa-p256", key };
    expect(await signerOf(reading.envelope, [given], nodePlatform)).toBe(given);
    const other = { ...reading.envelope, payload: encodeUtf8("hello worlds") };
    expect(await signerOf(other, [given], nodePlatform)).toBeUndefined();
  });
});
