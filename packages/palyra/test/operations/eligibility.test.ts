import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EffectiveStatus } from "../../src/journal/index.ts";
import { eligibilityOf, runtimeStatus } from "../../src/operations/shared/eligibility.ts";

const HOST = { protocolMajor: 1, version: "0.1.0" };
const FINE = { required_protocol_major: 1, min_palyra_version: "0.1.0" };
const row = (status: string, reason: string | null = null): EffectiveStatus => ({
  status,
  source: "journal",
  row: {
    skill_id: "acme.echo",
    version: "1.0.0",
    status,
    reason,
    detected_at_ms: 7,
    operator_principal: "user:x",
    created_at_unix_ms: 1,
    updated_at_unix_ms: 1,
  },
});
const UNKNOWN: EffectiveStatus = { status: "unknown", source: "unknown" };
const of = (status: EffectiveStatus, requirements = FINE, blocks: string[] = []) =>
  eligibilityOf(runtimeStatus(status), requirements, HOST, blocks);

describe("a runtime status", () => {
  it("has the fields of spec 11.4", () => {
    expect(runtimeStatus(row("quarantined", "odd"))).toEqual({
      status: "quarantined",
      source: "journal",
      quarantine_status: "quarantined",
      reason: "odd",
      detected_at_ms: 7,
      operator_principal: "user:x",
    });
    expect(runtimeStatus(row("active"))).not.toHaveProperty("reason");
    expect(runtimeStatus(UNKNOWN)).toEqual({ status: "unknown", source: "unknown", quarantine_status: "unknown" });
  });
});

describe("eligibility", () => {
  it("is given to active skills that this host is enough for", () => {
    expect(of(row("active"))).toEqual({ status: "eligible", eligible: true, reasons: [] });
  });
  it("has one reason for each thing in the way", () => {
    expect(of(row("quarantined", "odd"))).toMatchObject({ status: "blocked", reasons: ["it is quarantined (odd)"] });
    expect(of(row("disabled"))).toMatchObject({ status: "blocked", reasons: ["it is disabled"] });
    const far = { required_protocol_major: 2, min_palyra_version: "0.2.0" };
    expect(of(row("active"), far)).toMatchObject({ status: "blocked", reasons: [expect.any(String), expect.any(String)] });
    expect(of(row("disabled"), far, ["engine_unsupported: x"]).reasons).toHaveLength(4);
  });
  it("is unknown, and not eligible, without a status (D20)", () => {
    expect(of(UNKNOWN)).toMatchObject({ status: "unknown", eligible: false, reasons: [expect.any(String)] });
  });
  it("D6: is never given to a status that is none of the three", () => {
    fc.assert(fc.property(fc.string(), (status) => of(row(status)).eligible === (status === "active")));
  });
});
