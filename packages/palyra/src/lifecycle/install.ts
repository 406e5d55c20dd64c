import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AdmittedSkill, AuditPolicy, AuditReport, FeedState } from "palyra-skills/audit";
import type { TrustDecision, TrustedSkill } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../files/index.ts";
import type { SecretKey, Source } from "../installed/index.ts";
import type { TrustEdit } from "../trust/index.ts";
import { acquire } from "./acquire.ts";
import { commitInstall } from "./commit-install.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { auditPayload, makeEvent, refusedPayload } from "./events.ts";
import type { Home } from "./home.ts";
import { recoverForReading } from "./recover.ts";
import { exclusively, projectNow } from "./root.ts";
import { prepareRoots } from "./state-root.ts";
import type { StartingStatus } from "./statuses.ts";

export interface InstallRequest {
  /** `local_artifact`: the reference is the file's path, as it was given. */
  readonly source: Source;
  readonly policy: AuditPolicy;
  /** Spec 4.3; absent where no feed is named. */
  readonly feed?: FeedState;
  /** `--trusted-publisher`: kept in the trust store by a completed install only (T5). Keys are 64 lower-case hex digits. */
  readonly trusted: readonly { readonly publisher: string; readonly key: string }[];
  /** What a person must ask for (spec 6.2); journaled where it mattered. */
  readonly allowUntrusted: boolean;
  readonly allowDowngrade: boolean;
  readonly allowOwnerChange: boolean;
}

/** What the artifact itself says: acquired, inspected, trusted, audited. */
export interface Evaluated {
  readonly request: InstallRequest;
  readonly bytes: Uint8Array;
  readonly artifactSha256: string;
  readonly artifact: VerifiedArtifact;
  readonly trusted: TrustedSkill;
  readonly report: AuditReport;
  /** Absent where the audit says quarantine: then nothing can be installed. */
  readonly admitted: AdmittedSkill | undefined;
  readonly missingSecrets: readonly SecretKey[];
}

/** What a look found out, before anything is written: for the question to a person, a dry run and `doctor`. */
export interface InstallLook extends Evaluated {
  /** The version that is current now. */
  readonly previousVersion: string | undefined;
  /** The status that the new version will have, and the version whose it is where that is not its own (D1, T31). */
  readonly status: StartingStatus;
  /** Names of the steps that a person must ask for and that this install needs (spec 6.2). */
  readonly allowed: readonly string[];
  readonly edits: readonly TrustEdit[];
  /** All that the plan rests on; equal texts, equal ground. */
  readonly basis: string;
}

/** Fields of the document of spec 11.3 but for `skills_root` and `trust_store`, in its order. */
export interface InstallDocument {
  readonly event_kind: "skill.installed" | "skill.updated";
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  readonly signature_key_id: string;
  readonly trust_decision: TrustDecision;
  readonly source: Source;
  readonly missing_secrets: readonly SecretKey[];
}

export interface InstallOutcome {
  readonly document: InstallDocument;
  readonly look: InstallLook;
  /** Of the installed version, as it is now. */
  readonly status: string;
}

/**
 * Spec 5.2, look: nothing is written, no lock is held. Errors: those of spec 1.5 and 3.2; `Io`; `UnsafeInstallName`,
 * `AlreadyInstalled`, `OwnerChangeRefused`, `DowngradeRefused`, `ToolIdConflict`, `EngineUnsupported`. A failed audit is no
 * error here: `admitted` is absent, and nothing is compared.
 */
export async function lookInstall(home: Home, request: InstallRequest, call: Call): Promise<InstallLook> {
  const bytes = await acquire(request.source);
  const evaluated = await evaluate(home, request, bytes, call);
  return compare(home, evaluated, call);
}

/** Looks that may be overtaken by others, one after the other, before it is given up. */
const MAX_LOOKS = 50;

/**
 * Looks, asks, commits; looks again where what the plan rests on changed meanwhile. `consent` asks the person and throws
 * `Declined`; it is asked again only when what it was shown changed. A refused audit is journaled and throws `AuditRefused`.
 */
export async function installSkill(
  home: Home,
  request: InstallRequest,
  call: Call,
  consent: (look: InstallLook) => Promise<void>,
): Promise<InstallOutcome> {
  await prepareRoots(home);
  await recoverForReading(home, call);
  const bytes = await acquire(request.source);
  let consented: string | undefined;
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const look = await compare(home, await evaluate(home, request, bytes, call), call);
    if (look.admitted === undefined) return refuse(home, look, call);
    if (shown(look) !== consented) await consent(look);
    consented = shown(look);
    const outcome = await commitInstall(home, look, look.admitted, call);
    if (outcome !== undefined) return outcome;
  }
  throw new PalyraError("LockTimeout", { file: home.places.skillsRoot, waited_ms: LOCK_TIMEOUT_MS });
}

/** What a person's consent is about. */
function shown({ trusted, previousVersion, status, allowed }: InstallLook): string {
  return JSON.stringify([trusted.decision, previousVersion ?? null, status.status, allowed]);
}

/** Two events, nothing installed, no pin kept (spec 5.2, T5). */
async function refuse(home: Home, { report, request }: InstallLook, call: Call): Promise<never> {
  await exclusively(home, call, "skills install", async (writer) => {
    const events = [
      makeEvent(home, call, "skill.audit", auditPayload(report, request.source)),
      makeEvent(home, call, "skill.quarantined", refusedPayload(report)),
    ];
    const journal = await writer.journal();
    await journal.transaction((transaction) => events.forEach((event) => void transaction.append(event)));
    await projectNow(writer, call);
  });
  const { skill_id, version, quarantine_reasons: reasons } = report;
  throw new PalyraError("AuditRefused", { skill_id, version, reasons });
}
