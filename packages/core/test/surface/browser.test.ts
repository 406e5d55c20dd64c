import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { build as buildSample, SAMPLE } from "../artifact/samples.ts";

/** What core may find beside the language itself (`platform/globals.d.ts`); WebAssembly comes with the context. */
const AMBIENT = { TextDecoder, TextEncoder };

let script: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: repositoryRoot,
    entryPoints: ["packages/core/src/index.ts"],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "skills",
    platform: "browser",
    target: "es2023",
    conditions: ["palyra-source"],
    logLevel: "silent",
  });
  script = outputFiles[0]?.text ?? "";
});

describe("core bundled for a browser, in a plain V8 context", () => {
  it("builds the same bytes, opens them, decides and audits", async () => {
    const { bytes, artifact } = await buildSample();
    const result = await inPlainContext(
      `(async () => {
        const built = await skills.buildArtifact(input, skills.webPlatform);
        if (String(built.bytes) !== String(bytes)) throw new Error("other bytes");
        const artifact = await skills.openArtifact(bytes, skills.webPlatform);
        const store = skills.parseTrustStore(new Uint8Array(), "none");
        const trusted = skills.decideTrust(artifact, store, { allowFirstUse: true });
        const report = await skills.auditSkill(trusted, { policy: skills.DEFAULT_POLICY, platform: skills.webPlatform, now: 5 });
        return JSON.stringify([artifact.payloadSha256, trusted.decision, report.checks.length > 10, report.generated_at_unix_ms]);
      })()`,
      { bytes, input: SAMPLE },
    );
    expect(JSON.parse(String(result))).toEqual([artifact.payloadSha256, "tofu_newly_pinned", true, 5]);
  });

  it("refuses with its own codes", async () => {
    const result = await inPlainContext(
      `skills.openArtifact(new Uint8Array([1, 2, 3]), skills.webPlatform).catch((error) => [skills.isSkillError(error, "Zip"), error.code].join())`,
    );
    expect(result).toBe("true,Zip");
  });

  it("finds nothing of Node there", () => {
    expect(runInContext("typeof process + typeof Buffer + typeof console + typeof require", createContext({}))).toMatch(
      /^undefinedundefined(?:undefined|object)undefined$/,
    );
  });
});

async function inPlainContext(code: string, given: object = {}): Promise<unknown> {
  const context = createContext({ ...AMBIENT, ...given });
  runInContext(script, context);
  return runInContext(code, context);
}
