import { expect, it } from "vitest";
import * as surface from "../../src/index.ts";

it("the stable surface is these twelve values: a change is a new version", () => {
  expect(Object.keys(surface).sort()).toEqual([
    "DEFAULT_POLICY",
    "SkillError",
    "auditSkill",
    "buildArtifact",
    "decideTrust",
    "isSkillError",
    "openArtifact",
    "parseManifest",
    "parseSigningKey",
    "parseTrustStore",
    "verificationReport",
    "webPlatform",
  ]);
});
