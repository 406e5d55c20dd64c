import type { JsonObject } from "palyra-skills/encoding";
import { type VerificationReport, verificationReport } from "palyra-skills/trust";
import * as v from "valibot";
import { readIndex } from "../../installed/index.ts";
import { recordVerified, recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { operation } from "../operation.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { isTampering } from "../shared/examine.ts";
import { acceptUntrusted, skillId, trustedPublisher, version } from "../shared/inputs.ts";
import { readStatuses } from "../shared/inventory.ts";
import { quarantineTampered } from "../shared/tampering.ts";
import { readTrusting } from "../shared/trusting.ts";

export const verify = operation({
  input: v.strictObject({ skillId, version, trustedPublisher, allowUntrusted: acceptUntrusted }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills verify acme.echo_http", "skills verify acme.echo_http --version 1.0.0 --json"],
  notes:
    "Verifies the installed bytes against the index, the signature and the trust store. Bytes that were changed are quarantined.",
  errors: ["NotInstalled", "IndexInvalid", "ArtifactDigestMismatch", "JournalUnavailable", "LockTimeout", ...VERIFY_ERRORS],
  run: async ({ home }, input, call): Promise<VerificationReport> => {
    await recoverForReading(home, call);
    const entry = requireInstalled(await readIndex(home.places.skillsRoot), input.skillId, input.version);
    const trusting = await readTrusting(home, { ...input, allowFirstUse: input.allowUntrusted }, call);
    call.progress(`verifying ${entry.skill_id}`);
    const artifact = await openInstalled(home, entry).catch(async (error: unknown) => {
      if (isTampering(error)) await quarantineTampered(home, entry, call);
      throw error;
    });
    const report = verificationReport(trusting.decide(artifact), call.now);
    const { skill_id: skillId, version, artifact_sha256: artifactSha256 } = entry;
    const payload = verifiedPayload(report);
    await recordVerified(home, { skillId, version, artifactSha256, decision: report.trust_decision, payload }, call);
    // Verified is not the same as allowed to run, and whoever asks for the one should hear of the other.
    const { status } = (await readStatuses(home, call))(skillId, version);
    if (status !== "active") call.warn(`${skillId} ${version} may not run: its status is ${status}`);
    return report;
  },
});

/** Of the event `skill.verified` (spec 11.7). */
function verifiedPayload({
  accepted,
  payload_sha256,
  trust_decision,
  policy_bindings,
  audit_event,
}: VerificationReport): JsonObject {
  const { skill_id, version, publisher } = audit_event;
  const bindings = policy_bindings.map((binding) => ({ ...binding }));
  return { skill_id, version, publisher, payload_sha256, trust_decision, accepted, policy_bindings: bindings };
}
