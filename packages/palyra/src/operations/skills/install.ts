import type { Manifest } from "palyra-skills/manifest";
import type { TrustDecision } from "palyra-skills/trust";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { findEntry, readIndex, type SecretKey, type Source } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { type InstallDocument, type InstallLook, installSkill, lookInstall } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { askForSecrets } from "../shared/ask-secrets.ts";
import { installContext, installQuestion } from "../shared/consent.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { allowUntrusted, artifact, publisherKeys, trustedPublisher } from "../shared/inputs.ts";
import { namedFeed, readPolicy } from "../shared/policy.ts";

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
    dryRun: flag("Show the plan and change nothing"),
  }),
  places: ["skillsDir", "trustStore", "auditPolicy"],
  examples: [
    "skills install --artifact echo.palyra-skill --allow-untrusted",
    "skills install --artifact echo.palyra-skill --trusted-publisher acme=<64 hex digits> --yes",
    "skills install --artifact echo.palyra-skill --dry-run",
  ],
  notes:
    "Verifies, asks whether the key is trusted, audits, and only then changes anything: all of it or nothing, whenever it is interrupted. On a terminal it asks for secrets that the skill declares and the vault does not hold; none is needed to install.",
  asks: true,
  later: {
    "registry-dir": "registries",
    "registry-url": "registries",
    "registry-ca-cert": "registries",
    oci: "registries",
    "skill-id": "registries",
    version: "registries",
    "accept-widening": "the comparison of capabilities at an update",
  },
  errors: [
    "AlreadyInstalled",
    "AuditRefused",
    "DowngradeRefused",
    "OwnerChangeRefused",
    "ToolIdConflict",
    "UnsafeInstallName",
    "EngineUnsupported",
    "IndexInvalid",
    "JournalUnavailable",
    "LockTimeout",
    "PolicyInvalid",
    "Declined",
    ...VERIFY_ERRORS,
  ],
  run: async (services, input, call): Promise<InstalledDocument | InstallPlanDocument> => {
    const { home, settings } = services;
    const { allowUntrusted, allowDowngrade, allowOwnerChange } = input;
    const request = {
      source: { kind: "local_artifact", reference: input.artifact } as const,
      policy: await readPolicy(settings),
      feed: namedFeed(settings),
      trusted: publisherKeys(input.trustedPublisher),
      allowUntrusted,
      allowDowngrade,
      allowOwnerChange,
    };
    const places = { skills_root: home.places.skillsRoot, trust_store: home.places.trustStore };
    if (input.dryRun) {
      const look = await lookInstall(home, request, call);
      call.tell?.(installContext(look, await manifestBefore(home, look)));
      return { ...planOf(look), ...places };
    }
    const { document, status } = await installSkill(home, request, call, (look) => consent(services, look, call));
    return { ...document, ...places, status };
  },
  failed: (document) => "admitted" in document && !document.admitted,
});

/**
 * Asks where there is somebody to ask (spec 5.2), for missing secrets as well; else what they would have been shown goes to the log. Says
 * which secrets are missing then. `Declined`.
 */
async function consent(services: Services, look: InstallLook, call: Call): Promise<readonly SecretKey[]> {
  const before = await manifestBefore(services.home, look);
  const question = installQuestion(look, before);
  if (question === undefined || call.ask === undefined) call.tell?.(installContext(look, before));
  else if (!(await call.ask(question)))
    throw new PalyraError("Declined", { what: `the installation of ${look.trusted.artifact.manifest.skill_id}` });
  return askForSecrets(services, look, call);
}

/** Of the version that is current; undefined where there is none, or where its files cannot be believed: then all is shown. */
async function manifestBefore(home: Home, { previousVersion, artifact }: InstallLook): Promise<Manifest | undefined> {
  if (previousVersion === undefined) return undefined;
  const entry = findEntry(await readIndex(home.places.skillsRoot), artifact.manifest.skill_id, previousVersion);
  if (entry === undefined) return undefined;
  try {
    return (await openInstalled(home, entry)).manifest;
  } catch {
    return undefined;
  }
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
    allowed: look.allowed,
    steps: look.steps,
  };
}
