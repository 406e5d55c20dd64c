import { readdirSync } from "node:fs";
import { isSkillError, SkillError } from "palyra-skills";
import { manifestWarnings, parseManifest, requiresReview } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { describeShared, shared, sharedBytes, sharedJson } from "../../../../testing/shared.ts";
import { plain } from "./plain.ts";

interface Case {
  readonly ok: boolean;
  readonly code?: string;
  readonly also?: readonly string[];
  readonly manifest?: unknown;
  readonly requires_review?: boolean;
  readonly warnings?: readonly string[];
}

function readCases(): Map<string, Case> {
  const cases = sharedJson("conformance", "manifest", "expected.json");
  if (typeof cases !== "object" || cases === null) throw new Error("expected.json holds no object");
  return new Map(Object.entries(cases));
}

describeShared("conformance/manifest", "the manifest vectors", () => {
  const cases = readCases();

  it("cover every file of the folder", () => {
    const files = ["accept", "reject"].flatMap((folder) =>
      readdirSync(shared("conformance", "manifest", folder)).map((name) => `${folder}/${name}`),
    );
    expect(files.sort()).toEqual([...cases.keys()].sort());
    expect(files).toHaveLength(505);
  });

  describe("accepted, with their defaults, warnings and need for review", () => {
    for (const [file, expected] of cases) {
      if (!expected.ok) continue;
      it(file, () => {
        const manifest = parseManifest(sharedBytes("conformance", "manifest", ...file.split("/")));
        expect(plain(manifest)).toEqual(plain(expected.manifest));
        expect(requiresReview(manifest)).toBe(expected.requires_review);
        if (expected.warnings !== undefined)
          expect(manifestWarnings(manifest).map(({ code }) => code)).toEqual(expected.warnings);
      });
    }
  });

  describe("refused, with their code and at least one fault", () => {
    for (const [file, expected] of cases) {
      if (expected.ok) continue;
      it(file, () => {
        const error = refusal(sharedBytes("conformance", "manifest", ...file.split("/")));
        expect([expected.code, ...(expected.also ?? [])]).toContain(error.code);
        expect(faultsOf(error).length).toBeGreaterThan(0);
      });
    }
  });
});

function refusal(bytes: Uint8Array): SkillError {
  try {
    parseManifest(bytes);
  } catch (error) {
    if (error instanceof SkillError) return error;
    throw error;
  }
  throw new Error("accepted");
}

function faultsOf(error: SkillError): readonly unknown[] {
  if (isSkillError(error, "ManifestParse") || isSkillError(error, "ManifestValidation")) return error.details.faults;
  return isSkillError(error, "InvalidArtifactPath") ? (error.details.faults ?? []) : [];
}
