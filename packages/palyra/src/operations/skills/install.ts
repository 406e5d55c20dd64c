import type { Change } from "palyra-skills/diff";
import type { TrustDecision } from "palyra-skills/trust";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { SecretKey, Source } from "../../installed/index.ts";
import {
  ACCEPT_WIDENING,
  type Consent,
  type InstallDocument,
  type InstallLook,
  installSkill,
  isLaunchable,
  keepLaunchVerdicts,
  lookInstall,
  readFeedKey,
} from "../../lifecycle/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { askForSecrets } from "../shared/ask-secrets.ts";
import { installContext, installQuestion } from "../shared/consent.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { allowUntrusted, artifact, publisherKeys, trustedPublisher } from "../shared/inputs.ts";
import { readPolicy } from "../shared/policy.ts";
import { type Scanning, withScanning } from "../shared/scanning.ts";

/** Spec 11.3. */
export interface InstalledDocument extends InstallDocument {
  readonly skills_root: string;
  readonly trust_store: string;
  /** As the journal has it now: not `active` where another version's status came over (T31). */
  readonly status: string;
}

/** What `--dry-run` answers: the plan, of which nothing was done. */
export interface InstallPlanDocument {
  readonly dry_run: true;
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  readonly signature_key_id: string;
  readonly trust_decision: TrustDecision;
  readonly source: Source;
  readonly missing_secrets: readonly SecretKey[];
  readonly previous_version: string | null;
  /** The status that it would have. */
  readonly status: string;
  /** False where the audit refuses it; `quarantine_reasons` say why. */
  readonly admitted: boolean;
  readonly quarantine_reasons: readonly string[];
  /** What it asks for beyond what is installed (spec 4.4), and whether that was accepted; on a terminal an install asks. */
  readonly widening: readonly Change[];
  readonly widening_accepted: boolean;
  /** Steps that a person must ask for, and did (spec 6.2). */
  readonly allowed: readonly string[];
  /** All that committing would walk, in its order (spec 5.2); none where it is not admitted. */
  readonly steps: readonly string[];
  readonly skills_root: string;
  readonly trust_store: string;
}

export const install = operation({
  input: v.strictObject({
    artifact,
    trustedPublisher,
    allowUntrusted,
    allowDowngrade: flag("Install an older version than there has been"),
    allowOwnerChange: flag("Install a skill that belonged to another publisher"),
    acceptWidening: flag("Accept that an update asks for more than what is installed"),
    dryRun: flag("Show the plan and change nothing"),
  }),
  places: ["skillsDir", "trustStore", "auditPolicy", "vex"],
  examples: [
    "skills install --artifact echo.palyra-skill --allow-untrusted",
    "skills install --artifact echo.palyra-skill --trusted-publisher acme=<64 hex digits> --yes",
    "skills install --artifact echo-1.1.0.palyra-skill --dry-run",
    "skills install --artifact echo-1.1.0.palyra-skill --accept-widening",
  ],
  notes:
    "Verifies, asks whether the key is trusted, audits, and only then changes anything: all of it or nothing, whenever it is interrupted. An update that asks for more than what is installed needs a consent: on a terminal it is asked for, elsewhere --accept-widening gives it (--yes does not). On a terminal it asks for secrets that the skill declares and the vault does not hold; none is needed to install.",
  asks: true,
  later: {
    "registry-dir": "registries",
    "registry-url": "registries",
    "registry-ca-cert": "registries",
    oci: "registries",
    "skill-id": "registries",
    version: "registries",
  },
  errors: [
    "AlreadyInstalled",
    "AuditRefused",
    "DowngradeRefused",
    "OwnerChangeRefused",
    "WideningRefused",
    "ReleaseTooFresh",
    "VersionJumpRefused",
    "ToolIdConflict",
    "UnsafeInstallName",
    "EngineUnsupported",
    "IndexInvalid",
    "JournalUnavailable",
    "LockTimeout",
    "PolicyInvalid",
    "VexInvalid",
    "Declined",
    ...VERIFY_ERRORS,
  ],
  run: async (services, input, call): Promise<InstalledDocument | InstallPlanDocument> => {
    const { home, settings } = services;
    const { allowUntrusted, allowDowngrade, allowOwnerChange, acceptWidening } = input;
    const request = {
      source: { kind: "local_artifact", reference: input.artifact } as const,
      policy: await readPolicy(settings),
      trusted: publisherKeys(input.trustedPublisher),
      allowUntrusted,
      allowDowngrade,
      allowOwnerChange,
      acceptWidening,
    };
    const places = { skills_root: home.places.skillsRoot, trust_store: home.places.trustStore };
    const work = async ({ feed, vex, vexSha256 }: Scanning) => {
      const scanned = { ...request, feed, vex };
      if (input.dryRun) {
        const look = await lookInstall(home, scanned, call);
        call.tell?.(installContext(look));
        return { ...planOf(look), ...places };
      }
      const { document, look, status } = await installSkill(home, scanned, call, (look) => consent(services, look, call));
      const standards = { policy: request.policy, feed, vex, vexSha256, code: services.runtime.code };
      // So that it may start at once (spec 10, step 2).
      if (isLaunchable(look.report, standards)) await keepLaunchVerdicts(home, standards, [document], call);
      return { ...document, ...places, status };
    };
    // A dry run writes nothing, into the vault neither.
    return input.dryRun ? withScanning(settings, call, work) : withScanning(settings, call, work, () => readFeedKey(home));
  },
  failed: (document) =>
    "admitted" in document && !(document.admitted && (document.widening.length === 0 || document.widening_accepted)),
});

/**
 * Asks where there is somebody to ask (spec 5.2), for missing secrets as well; else what they would have been shown goes to the log. Says
 * which secrets are missing then, and whether somebody agreed to a widening, which nothing but a question or its own flag answers. `Declined`.
 */
async function consent(services: Services, look: InstallLook, call: Call): Promise<Consent> {
  const question = installQuestion(look);
  const isAsked = question !== undefined && call.ask !== undefined;
  if (!isAsked) call.tell?.(installContext(look));
  else if (!(await call.ask(question)))
    throw new PalyraError("Declined", { what: `the installation of ${look.trusted.artifact.manifest.skill_id}` });
  return { acceptsWidening: isAsked, missingSecrets: await askForSecrets(services, look, call) };
}

function planOf(look: InstallLook): Omit<InstallPlanDocument, "skills_root" | "trust_store"> {
  const { artifact, trusted, report, admitted } = look;
  const { skill_id, version, publisher } = artifact.manifest;
  return {
    dry_run: true,
    skill_id,
    version,
    publisher,
    artifact_sha256: look.artifactSha256,
    payload_sha256: artifact.payloadSha256,
    signature_key_id: artifact.keyId,
    trust_decision: trusted.decision,
    source: look.request.source,
    missing_secrets: look.missingSecrets,
    previous_version: look.previousVersion ?? null,
    status: look.status.status,
    admitted: admitted !== undefined,
    quarantine_reasons: report.quarantine_reasons,
    widening: look.difference.widening,
    widening_accepted: look.allowed.includes(ACCEPT_WIDENING),
    allowed: look.allowed,
    steps: look.steps,
  };
}
