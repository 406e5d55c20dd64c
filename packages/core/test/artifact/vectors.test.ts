import { expect, it } from "vitest";
import { describeShared, sharedBytes } from "../../../../testing/shared.ts";
import { openArtifact } from "../../src/artifact/index.ts";
import { fromInteger } from "../../src/encoding/index.ts";
import { decideTrust, EMPTY_TRUST_STORE, verificationReport } from "../../src/trust/index.ts";
import { platforms } from "../platforms.ts";
import { vectorsOf } from "../vectors.ts";

interface ArtifactVector {
  readonly ok: boolean;
  readonly code: string;
  readonly also?: readonly string[];
  readonly recipe?: { readonly base: string; readonly append_zero_bytes_up_to: number };
  readonly layout: string;
  readonly payload_sha256: string;
  readonly key_id: string;
  readonly signed_at_unix_ms: unknown;
  readonly entries: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
  readonly warnings: readonly string[];
  readonly verification: unknown;
}

describeShared("conformance/artifact", "conformance/artifact", () => {
  const vectors = Object.entries(vectorsOf<Record<string, ArtifactVector>>("conformance", "artifact", "expected.json"));
  it("has 470 cases", () => expect(vectors).toHaveLength(470));

  for (const platform of platforms.filter(({ engine }) => !engine.includes("web"))) {
    it.each(vectors.filter(([, { ok }]) => ok))(`%s is opened as it should be on ${platform.engine}`, async (name, vector) => {
      const artifact = await openArtifact(bytesOf(name, vector), platform);
      expect(artifact).toMatchObject({ payloadSha256: vector.payload_sha256, keyId: vector.key_id });
      expect(artifact.layout.name).toBe(vector.layout);
      expect(plain(artifact.signature.signed_at_unix_ms)).toEqual(expected(vector.signed_at_unix_ms));
      expect(artifact.archive.entries.map(({ path, bytes, sha256 }) => ({ path, size: bytes.length, sha256 }))).toEqual(
        vector.entries,
      );
      expect(artifact.warnings.map(({ code }) => code)).toEqual(vector.warnings);
      const report = verificationReport(decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true }), 0);
      expect(withoutTimesAndMessages(plain(report))).toEqual(withoutTimesAndMessages(expected(vector.verification)));
    });

    it.each(vectors.filter(([, { ok }]) => !ok))(`%s is refused on ${platform.engine}`, async (name, vector) => {
      await expect(openArtifact(bytesOf(name, vector), platform)).rejects.toHaveCode(vector.code, ...(vector.also ?? []));
    });
  }
});

function bytesOf(name: string, { recipe }: ArtifactVector): Uint8Array {
  if (recipe === undefined) return sharedBytes("conformance", "artifact", name);
  const bytes = new Uint8Array(recipe.append_zero_bytes_up_to);
  bytes.set(sharedBytes("conformance", "artifact", recipe.base));
  return bytes;
}

/** As a reader of our JSON has it: bigints that fit are numbers, what is undefined is not there. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return fromInteger(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(present.map(([key, each]) => [key, plain(each)]));
}

/** `{"$int": "…"}` and `{"$float": "…"}` of the vectors as values. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return value;
  if ("$int" in value) return plain(BigInt(String(value.$int)));
  if ("$float" in value) return Number(value.$float);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expected(each)]));
}

function withoutTimesAndMessages(report: unknown): unknown {
  const dropped = new Set(["verified_at_unix_ms", "message"]);
  if (Array.isArray(report)) return report.map(withoutTimesAndMessages);
  if (typeof report !== "object" || report === null) return report;
  const kept = Object.entries(report).filter(([key]) => !dropped.has(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutTimesAndMessages(each)]));
}
