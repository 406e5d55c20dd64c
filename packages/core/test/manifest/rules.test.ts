import fc from "fast-check";
import {
  checkCompatibility,
  compareVersions,
  HOST_LEVEL,
  manifestWarnings,
  parseManifest,
  requiresReview,
} from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { BASE, thrown, utf8 } from "./toml.ts";

const codes = (text: string) => manifestWarnings(parseManifest(utf8(text))).map(({ code }) => code);

describe("warnings (spec 2.4)", () => {
  it("come in the order of the spec, a property each", () => {
    expect(codes(BASE.replace("manifest_version = 2", "manifest_version = 1"))).toEqual([
      "legacy_manifest_version",
      "missing_operator_metadata",
    ]);
    expect(codes(`${BASE}[operator.config]`)).toEqual(["missing_operator_display_name", "empty_operator_config_contract"]);
    const properties =
      '{ z_token = { type = "string" }, a_secret = { type = "string" }, api_key = { type = "string", redacted = true } }';
    const warnings = manifestWarnings(
      parseManifest(utf8(`${BASE}[operator]\ndisplay_name = "E"\nconfig.properties = ${properties}`)),
    );
    expect(warnings.map(({ code, severity }) => [code, severity])).toEqual([
      ["operator_config_redaction_recommended", "warning"],
      ["operator_config_redaction_recommended", "warning"],
    ]);
    expect(warnings.map(({ message }) => message.includes("a_secret"))).toEqual([true, false]);
  });
});

describe("the need for review (spec 2.1)", () => {
  const status = (text: string) =>
    requiresReview(
      parseManifest(
        utf8(`${BASE}[builder]
experimental = true
source_kind = "procedure"
source_ref = "procedure:42"
rollout_flag = "skills.builder"
review_status = "${text}"
checklist = { capability_declaration_path = "a", provenance_path = "b", test_harness_path = "c" }`),
      ),
    );

  it("ends with approved or signed in any case, and with nothing else (T4)", () => {
    expect(["approved", "SIGNED", "Signed"].map(status)).toEqual([false, false, false]);
    expect(["", " approved", "approved ", "approve", "pending"].map(status)).toEqual([true, true, true, true, true]);
    expect(requiresReview(parseManifest(utf8(BASE)))).toBe(false);
  });
});

describe("compatibility with the host (spec 2.6)", () => {
  const compat = { required_protocol_major: 1, min_palyra_version: "0.1.0" };

  it("is there at the bounds", () => {
    for (const one of [compat, { ...compat, max_palyra_version: "0.1.0" }, { ...compat, required_protocol_major: 0 }])
      expect(() => checkCompatibility(one, HOST_LEVEL)).not.toThrow();
  });

  it("is refused with what was asked and what there is", () => {
    const refused = (changes: object, host = HOST_LEVEL) => thrown(() => checkCompatibility({ ...compat, ...changes }, host));
    expect(refused({ required_protocol_major: 2 })).toMatchObject({
      code: "UnsupportedProtocolMajor",
      details: { requested: 2, current: 1 },
    });
    expect(refused({ min_palyra_version: "0.1.1" })).toMatchObject({
      code: "UnsupportedRuntimeVersion",
      details: { requested: "0.1.1", current: "0.1.0" },
    });
    expect(refused({ max_palyra_version: "0.9.0" }, { protocolMajor: 1, version: "0.10.0" })).toMatchObject({
      code: "RuntimeVersionAboveSupportedMaximum",
      details: { supported_max: "0.9.0", current: "0.10.0" },
    });
    expect(refused({}, { protocolMajor: 1, version: "latest" })).toHaveCode("UnsupportedRuntimeVersion");
  });

  it("compares versions by their numbers", () => {
    const part = fc.nat({ max: 2 ** 32 - 1 });
    const version = fc.tuple(part, part, part);
    fc.assert(
      fc.property(version, version, (a, b) => {
        const index = a.findIndex((one, at) => one !== b[at]);
        const order = index === -1 ? 0 : Math.sign((a[index] ?? 0) - (b[index] ?? 0));
        return Math.sign(compareVersions(a.join("."), b.join("."))) === order;
      }),
    );
  });
});
