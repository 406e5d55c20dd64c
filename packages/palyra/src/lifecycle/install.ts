import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AdmittedSkill, AuditPolicy, AuditReport, FeedState } from "palyra-skills/audit";
import type { TrustDecision, TrustedSkill } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import type { SecretKey, Source } from "../installed/index.ts";
import type { Home } from "./home.ts";

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

/** What a look found out, before anything is written: for the question to a person, `--dry-run` and `doctor`. */
export interface InstallLook {
  readonly request: InstallRequest;
  readonly artifact: VerifiedArtifact;
  readonly artifactSha256: string;
  readonly trusted: TrustedSkill;
  readonly report: AuditReport;
  /** Absent where the audit says quarantine: then nothing can be installed. */
  readonly admitted: AdmittedSkill | undefined;
  readonly missingSecrets: readonly SecretKey[];
  /** The version that is current now. */
  readonly previousVersion: string | undefined;
  /** The status that the new version will have, and the version that it has it from where that is not `active` of its own (T31). */
  readonly status: { readonly status: string; readonly inheritedFrom?: string };
  /** Names of the steps that committing would walk. */
  readonly steps: readonly string[];
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
  /** The status row as it is now. */
  readonly status: string;
}

/** Spec 5.2, look: nothing is written, no lock is held. Errors: those of spec 1.5 and 3.2, and of the comparison with what is installed. */
export declare function lookInstall(home: Home, request: InstallRequest, call: Call): Promise<InstallLook>;

/**
 * Looks, asks, commits; looks again where what the plan rests on changed meanwhile. `consent` asks the person and throws
 * `Declined`; it is asked again only when what it was shown changed. A refused audit is journaled and throws `AuditRefused`.
 */
export declare function installSkill(
  home: Home,
  request: InstallRequest,
  call: Call,
  consent: (look: InstallLook) => Promise<void>,
): Promise<InstallOutcome>;
