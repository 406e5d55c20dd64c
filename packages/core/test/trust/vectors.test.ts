import { expect, it } from "vitest";
import { describeShared, sharedBytes } from "../../../../testing/shared.ts";
import { openArtifact } from "../../src/artifact/index.ts";
import { decideTrust, parseTrustStore, type TrustStore, withPin, writeTrustStore } from "../../src/trust/index.ts";
import { nodePlatform } from "../platforms.ts";
import { vectorsOf } from "../vectors.ts";

interface TrustVector {
  readonly store: string | null;
  readonly steps: readonly Step[];
}
interface Step {
  readonly artifact: string;
  readonly allow_tofu: boolean;
  readonly audit_passed?: boolean;
  readonly ok: boolean;
  readonly code: string;
  readonly trust_decision: string;
  readonly store_after: unknown;
}

describeShared("conformance/trust", "decisions of conformance/trust", () => {
  const vectors = Object.entries(vectorsOf<Record<string, TrustVector>>("conformance", "trust", "expected.json"));
  it.each(vectors.filter(([, { steps }]) => steps.length > 0))("%s", async (_, { store: file, steps }) => {
    let store = parseTrustStore(file === null ? new Uint8Array() : sharedBytes("conformance", "trust", file), "store");
    for (const step of steps) {
      const verifying = verify(step, store);
      if (step.ok) {
        const { decision, pin } = await verifying;
        expect(decision).toBe(step.trust_decision);
        // The caller keeps the pin, and of nothing that then fails its audit. T5.
        if (pin !== undefined && step.audit_passed !== false) store = withPin(store, pin.publisher, pin.publicKey);
      } else await expect(verifying).rejects.toHaveCode(step.code);
      expect(JSON.parse(writeTrustStore(store))).toEqual(step.store_after);
    }
  });
});

async function verify(step: Step, store: TrustStore) {
  const artifact = await openArtifact(sharedBytes("conformance", step.artifact), nodePlatform);
  return decideTrust(artifact, store, { allowFirstUse: step.allow_tofu });
}
