import { beforeAll, describe, expect, it } from "vitest";
import type { VerifiedArtifact } from "../../src/artifact/index.ts";
import { toHex } from "../../src/encoding/index.ts";
import {
  decideTrust,
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  type KeyScope,
  type TrustConstraints,
  TrustedSkill,
  type TrustStore,
  verificationReport,
  withPin,
  withTrusted,
} from "../../src/trust/index.ts";
import { build } from "../artifact/samples.ts";
import { outcomeOf } from "../vectors.ts";

let artifact: VerifiedArtifact;
let key: string;
let listed: TrustStore;
beforeAll(async () => {
  ({ artifact } = await build());
  key = toHex(artifact.publicKey);
  listed = withTrusted(EMPTY_TRUST_STORE, "acme", key);
});

describe("decideTrust", () => {
  it("returns its pin and keeps nothing: T5", () => {
    const trusted = decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
    expect(trusted).toMatchObject({ decision: "tofu_newly_pinned", pin: { publisher: "acme", publicKey: key } });
    expect(EMPTY_TRUST_STORE.pinned.size).toBe(0);
    expect(decideTrust(artifact, listed, { allowFirstUse: true }).pin).toBeUndefined();
    expect(decideTrust(artifact, withPin(EMPTY_TRUST_STORE, "acme", key), { allowFirstUse: false }).pin).toBeUndefined();
  });

  it("alone makes a TrustedSkill", () => {
    const trusted = decideTrust(artifact, listed, { allowFirstUse: false });
    const forge = (): unknown => Reflect.construct(TrustedSkill, [Symbol("decideTrust"), artifact, "allowlisted", undefined]);
    expect(outcomeOf(forge)).toBeInstanceOf(TypeError);
    expect(TrustedSkill.isOne(trusted)).toBe(true);
    expect(TrustedSkill.isOne({ artifact, decision: "allowlisted" })).toBe(false);
    expect(Reflect.set(trusted, "decision", "tofu_pinned")).toBe(false);
  });
});

describe("revocation comes before trust (spec 3.4)", () => {
  const revocation = { reason: "stolen", revoked_at_unix_ms: 1 };
  it.each([["allowlisted"], ["pinned"], ["unknown"]])("of a key that is %s", (state) => {
    const revoked = [{ publisher: "acme", public_key: key, ...revocation }];
    const store = { allowlisted: listed, pinned: withPin(EMPTY_TRUST_STORE, "acme", key), unknown: EMPTY_TRUST_STORE }[state];
    const outcome = decide({ revoked }, store);
    expect(outcome).toMatchObject({
      code: "RevokedKey",
      details: { publisher: "acme", key_id: artifact.keyId, reason: "stolen" },
    });
  });

  it("of the key under another publisher's name", () => {
    expect(decide({ revoked: [{ publisher: "globex", public_key: key, ...revocation }] })).toHaveCode("RevokedKey");
  });

  it("of another key changes nothing", () => {
    expect(decide({ revoked: [{ publisher: "acme", public_key: "0".repeat(64), ...revocation }] })).toBeInstanceOf(TrustedSkill);
  });

  it("of a payload, whatever ZIP carries it (T42)", () => {
    const revoked_payloads = [{ payload_sha256: artifact.payloadSha256, ...revocation }];
    expect(decide({ revoked_payloads })).toMatchObject({ code: "RevokedPayload", details: { reason: "stolen" } });
  });
});

describe("a key's scope (spec 3.4)", () => {
  // The sample: skill acme.echo_http with the tool acme.echo.
  it.each([
    [["acme"], undefined],
    [["acme.echo_http", "acme.echo"], undefined],
    [["acme.echo_http"], "tool id outside the key's prefixes"],
    [["acme.echo"], "skill id outside the key's prefixes"],
    [["acm"], "skill id outside the key's prefixes"],
    [[], "skill id outside the key's prefixes"],
  ])("%j covers the skill id and each tool id by whole segments: T27", (skill_id_prefixes, problem) => {
    const outcome = decide({ keys: [scope({ skill_id_prefixes })] });
    if (problem === undefined) expect(outcome).toBeInstanceOf(TrustedSkill);
    else expect(outcome).toMatchObject({ code: "KeyOutOfScope", details: { publisher: "acme", problem } });
  });

  it("T34: is judged by the host's time, and signed_at_unix_ms decides nothing", () => {
    // The sample says that it was signed at 1767225600000.
    const keys = [scope({ not_before_unix_ms: 1_767_000_000_000, not_after_unix_ms: 1_768_000_000_000 })];
    expect(decide({ keys }, listed, 1_767_000_000_000)).toBeInstanceOf(TrustedSkill);
    expect(decide({ keys }, listed, 1_768_000_000_000)).toBeInstanceOf(TrustedSkill);
    expect(decide({ keys }, listed, 1_766_999_999_999)).toMatchObject({
      code: "KeyOutOfScope",
      details: { problem: "before the key's period" },
    });
    expect(decide({ keys }, listed, 1_768_000_000_001)).toMatchObject({
      code: "KeyOutOfScope",
      details: { problem: "after the key's period" },
    });
    expect(decide({ keys }, listed)).toHaveCode("KeyOutOfScope");
  });

  it("is that of its own publisher and key", () => {
    expect(decide({ keys: [scope({ publisher: "globex", skill_id_prefixes: [] })] })).toBeInstanceOf(TrustedSkill);
    expect(decide({ keys: [scope({ public_key: "0".repeat(64), skill_id_prefixes: [] })] })).toBeInstanceOf(TrustedSkill);
  });
});

describe("the verification report of spec 4.1", () => {
  it("has exactly its fields, in its order", () => {
    const report = verificationReport(decideTrust(artifact, listed, { allowFirstUse: false }), 42);
    expect(Object.keys(report)).toEqual([
      "accepted",
      "trust_decision",
      "payload_sha256",
      "manifest",
      "manifest_warnings",
      "capability_grants",
      "policy_bindings",
      "audit_event",
    ]);
    expect(Object.entries(report.audit_event)).toEqual([
      ["event_kind", "skill.artifact.verified"],
      ["skill_id", "acme.echo_http"],
      ["publisher", "acme"],
      ["version", "1.0.0"],
      ["payload_sha256", artifact.payloadSha256],
      ["trust_decision", "allowlisted"],
      ["verified_at_unix_ms", 42],
      ["policy_bindings", report.policy_bindings],
    ]);
    expect(report).toMatchObject({ accepted: true, trust_decision: "allowlisted", payload_sha256: artifact.payloadSha256 });
  });
});

function decide(constraints: Partial<TrustConstraints>, store = listed, now?: number): unknown {
  const options = { allowFirstUse: true, constraints: { ...EMPTY_CONSTRAINTS, ...constraints } };
  return outcomeOf(() => decideTrust(artifact, store, now === undefined ? options : { ...options, now }));
}

function scope(change: Partial<KeyScope>): KeyScope {
  return { publisher: "acme", public_key: key, skill_id_prefixes: ["acme"], ...change };
}
