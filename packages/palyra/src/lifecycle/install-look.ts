/** What an install is asked for, finds out and answers. */
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AdmittedSkill, AuditPolicy, AuditReport, FeedSource, SourcedStatement } from "palyra-skills/audit";
import type { ArtifactDiff, Change, Consented } from "palyra-skills/diff";
import type { Manifest } from "palyra-skills/manifest";
import type { TrustDecision, TrustedSkill } from "palyra-skills/trust";
import type { InstalledIndex, SecretKey, Source } from "../installed/index.ts";
import type { TrustDocuments, TrustEdit } from "../trust/index.ts";
import type { Standing } from "./standing.ts";
import type { StartingStatus } from "./statuses.ts";

export interface InstallRequest {
  /** `local_artifact`: the reference is the file's path, as it was given. */
  readonly source: Source;
  readonly policy: AuditPolicy;
  /** Spec 4.3; absent where no feed is named. */
  readonly feed?: FeedSource;
  /** What the operator holds to be true of vulnerabilities. */
  readonly vex?: readonly SourcedStatement[];
  /** `--trusted-publisher`: kept in the trust store by a completed install only (T5). Keys are 64 lower-case hex digits. */
  readonly trusted: readonly { readonly publisher: string; readonly key: string }[];
  /** What a person must ask for (spec 6.2); journaled where it mattered. */
  readonly allowUntrusted: boolean;
  readonly allowDowngrade: boolean;
  readonly allowOwnerChange: boolean;
  readonly acceptWidening: boolean;
}

/** The version that was last consented to before an install: the current one, or one that is gone. */
export interface Previous {
  readonly version: string;
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  /** By the index. */
  readonly isInstalled: boolean;
  /** As far as it can be read and is what was installed. */
  readonly manifest: Manifest | undefined;
  /** Else what the journal keeps of it. Undefined both: nothing is known, and everything counts as new. */
  readonly consented: Consented | undefined;
}

/** What the artifact itself says: acquired, inspected, trusted, audited. */
export interface Evaluated {
  readonly request: InstallRequest;
  readonly bytes: Uint8Array;
  readonly artifactSha256: string;
  readonly artifact: VerifiedArtifact;
  /** What is installed, of the moment of this look. */
  readonly index: InstalledIndex;
  /** Absent: no version of the skill is or was, or this very release was the last. */
  readonly previous?: Previous;
  /** What changes of what a person consented to (spec 4.4); nothing where nobody did before. */
  readonly difference: ArtifactDiff;
  /** The trust files as they were read for the decision. */
  readonly trust: TrustDocuments;
  readonly trusted: TrustedSkill;
  readonly report: AuditReport;
  /** Absent where the audit says quarantine: then nothing can be installed. */
  readonly admitted: AdmittedSkill | undefined;
  readonly missingSecrets: readonly SecretKey[];
}

/** What an install is compared with, all of one moment. */
export interface Ground {
  readonly index: InstalledIndex;
  readonly trust: TrustDocuments;
  readonly standing: Standing;
}

/** The artifact against what is there. */
export interface Compared {
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

/** What a look found out, before anything is written: for the question to a person, a dry run and `doctor`. */
export interface InstallLook extends Evaluated, Compared {
  /** Names of the steps that committing would walk; none where the audit refuses it. */
  readonly steps: readonly string[];
}

/** What the person said who was asked about an install. */
export interface Consent {
  /** Absent: as the look found it. */
  readonly missingSecrets?: readonly SecretKey[];
  /** The person saw the widening and agreed. */
  readonly acceptsWidening?: boolean;
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
  /** Ours: what was accepted beyond what the version before asked for; absent where it asks for no more. */
  readonly widening?: readonly Change[];
}

export interface InstallOutcome {
  readonly document: InstallDocument;
  readonly look: InstallLook;
  /** Of the installed version, as it is now. */
  readonly status: string;
}
