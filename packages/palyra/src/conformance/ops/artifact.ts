/** Operations on whole artifacts: inspect, verify, audit. */
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { encodeUtf8, type JsonObject, writeJson } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { decideTrust, type TrustedSkill, type TrustStore, verificationReport, withPin } from "palyra-skills/trust";
import { type Op, optionalFlag, optionalText, optionalValue, Refusal, toJson } from "../protocol.ts";
import { bytesOf, trustDocument, trustOf } from "./inputs.ts";

export const inspectOp = (platform: Platform): Op => ({
  read(request) {
    const load = bytesOf(request);
    return async () => {
      const { manifest, signature, payloadSha256, warnings, archive, layout } = await openArtifact(await load(), platform);
      return {
        manifest: toJson(manifest),
        signature: toJson(signature),
        payload_sha256: payloadSha256,
        manifest_warnings: toJson(warnings),
        entries: archive.entries.map(({ path }) => path),
        layout: layout.name,
      };
    };
  },
});

export const verifyOp = (platform: Platform, now: () => number): Op => ({
  read(request) {
    const [load, readTrust, allowFirstUse] = [bytesOf(request), trustOf(request), optionalFlag(request, "allow_tofu")];
    return async () => {
      const store = readTrust();
      const { trusted } = await decided(load, store, allowFirstUse, platform);
      return { report: toJson(verificationReport(trusted, now())), trust_after: trustDocument(pinned(store, trusted)) };
    };
  },
});

export const auditOp = (platform: Platform, now: () => number): Op => ({
  read(request) {
    const [load, readTrust, allowFirstUse] = [bytesOf(request), trustOf(request), optionalFlag(request, "allow_tofu")];
    const [policyValue, hook] = [optionalValue(request, "policy"), optionalText(request, "hook")];
    return async () => {
      const { auditSkill, DEFAULT_POLICY, feedState, parsePolicy } = await import("palyra-skills/audit");
      const policy = policyValue === undefined ? DEFAULT_POLICY : parsePolicy(encodeUtf8(writeJson(policyValue)), "policy");
      const store = readTrust();
      const { trusted } = await decided(load, store, allowFirstUse, platform);
      const report = await auditSkill(trusted, { policy, platform, now: now(), feed: feedState(hook) });
      // A pin is kept only where nothing later fails (spec 3.2, T5).
      return { report: toJson(report), trust_after: trustDocument(report.passed ? pinned(store, trusted) : store) };
    };
  },
});

/** The artifact with the decision about its key; a refusal leaves the store as it was, and says so. */
async function decided(
  load: () => Promise<Uint8Array>,
  store: TrustStore,
  allowFirstUse: boolean,
  platform: Platform,
): Promise<{ readonly artifact: VerifiedArtifact; readonly trusted: TrustedSkill }> {
  const unchanged: JsonObject = { trust_after: trustDocument(store) };
  try {
    const artifact = await openArtifact(await load(), platform);
    return { artifact, trusted: decideTrust(artifact, store, { allowFirstUse }) };
  } catch (error) {
    throw new Refusal(error, unchanged);
  }
}

function pinned(store: TrustStore, { pin }: TrustedSkill): TrustStore {
  return pin === undefined ? store : withPin(store, pin.publisher, pin.publicKey);
}
