import { SkillError } from "palyra-skills";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { admit, auditSkill, NO_FEED } from "palyra-skills/audit";
import { toHex } from "palyra-skills/encoding";
import { decideTrust } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { ofFile } from "../files/of-file.ts";
import { checkInstallNames } from "../installed/index.ts";
import { applyEdits, requireUsableKey, type TrustDocuments } from "../trust/index.ts";
import type { Home } from "./home.ts";
import type { Evaluated, InstallRequest } from "./install-look.ts";
import { missingSecrets } from "./missing-secrets.ts";
import { differenceFrom, isKnown, lookInstalled } from "./previous.ts";
import { readDecidingTrust } from "./trust-place.ts";

/** What the bytes say of themselves and to the trust store: spec 5.2, from inspect to audit. */
export async function evaluate(home: Home, request: InstallRequest, bytes: Uint8Array, call: Call): Promise<Evaluated> {
  for (const { key } of request.trusted) requireUsableKey(key);
  const artifact = await ofFile(request.source.reference, () => openArtifact(bytes, home.platform, home.host));
  checkInstallNames(artifact.manifest.skill_id, artifact.archive.entries);
  const trust = await readDecidingTrust(home, call, "install");
  const isTrusted = (installed: VerifiedArtifact): boolean => isTrustedBy(trust, installed, call);
  const { index, previous } = await lookInstalled(home, artifact, isTrusted);
  const difference = differenceFrom(previous, artifact.manifest, home);
  const { store, constraints } = applyEdits(
    trust,
    request.trusted.map((each) => ({ do: "add", ...each })),
  );
  const trusted = decideTrust(artifact, store, { allowFirstUse: request.allowUntrusted, constraints, now: call.now });
  const { policy, feed = NO_FEED, vex = [] } = request;
  const update =
    previous === undefined ? {} : { update: { from: previous.version, known: isKnown(previous), changes: difference.changes } };
  const options = { policy, platform: home.platform, now: call.now, feed, vex, ...update };
  const report = await auditSkill(trusted, options);
  return {
    request,
    bytes,
    artifactSha256: toHex(home.platform.sha256().update(bytes).digest()),
    artifact,
    index,
    ...(previous === undefined ? {} : { previous }),
    difference,
    trust,
    trusted,
    report,
    admitted: admit(trusted, report),
    missingSecrets: await missingSecrets(home, artifact.manifest),
  };
}

/** As the files have it, before anything that this command brings. */
function isTrustedBy({ store, constraints }: TrustDocuments, artifact: VerifiedArtifact, { now }: Call): boolean {
  try {
    decideTrust(artifact, store, { allowFirstUse: false, constraints, now });
    return true;
  } catch (error) {
    if (error instanceof SkillError) return false;
    throw error;
  }
}
