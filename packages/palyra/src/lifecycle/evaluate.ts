import { openArtifact } from "palyra-skills/artifact";
import { admit, auditSkill } from "palyra-skills/audit";
import { toHex } from "palyra-skills/encoding";
import type { Manifest } from "palyra-skills/manifest";
import { decideTrust } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { checkInstallNames, type SecretKey } from "../installed/index.ts";
import { applyEdits, requireUsableKey } from "../trust/index.ts";
import type { Home } from "./home.ts";
import type { Evaluated, InstallRequest } from "./install-look.ts";
import { readDecidingTrust } from "./trust-place.ts";

/** What the bytes say of themselves and to the trust store: spec 5.2, from inspect to audit. */
export async function evaluate(home: Home, request: InstallRequest, bytes: Uint8Array, call: Call): Promise<Evaluated> {
  for (const { key } of request.trusted) requireUsableKey(key);
  const artifact = await openArtifact(bytes, home.platform, home.host);
  checkInstallNames(artifact.manifest.skill_id, artifact.archive.entries);
  const trust = await readDecidingTrust(home, call, "install");
  const { store, constraints } = applyEdits(
    trust,
    request.trusted.map((each) => ({ do: "add", ...each })),
  );
  const trusted = decideTrust(artifact, store, { allowFirstUse: request.allowUntrusted, constraints, now: call.now });
  const feed = request.feed === undefined ? {} : { feed: request.feed };
  const report = await auditSkill(trusted, { policy: request.policy, platform: home.platform, now: call.now, ...feed });
  return {
    request,
    bytes,
    artifactSha256: toHex(home.platform.sha256().update(bytes).digest()),
    artifact,
    trust,
    trusted,
    report,
    admitted: admit(trusted, report),
    missingSecrets: await missingSecrets(home, artifact.manifest),
  };
}

/** Spec 11.3: what is declared and not held, in manifest order; a key with `*` can never be held. */
async function missingSecrets(home: Home, manifest: Manifest): Promise<readonly SecretKey[]> {
  const declared = manifest.capabilities.secrets.flatMap(({ scope, key_names }) => key_names.map((key) => ({ scope, key })));
  const missing: SecretKey[] = [];
  for (const { scope, key } of declared)
    if (key.includes("*") || !(await home.holdsSecret(scope, key))) missing.push({ scope, key });
  return missing;
}
