import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AuditReport, CheckStatus } from "palyra-skills/audit";
import { diffGrants, type Grant, type GrantDiff, parseGrant, requestedGrants } from "palyra-skills/capability";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { readBounded } from "../../files/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { list } from "../field.ts";
import { operation } from "../operation.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { auditArtifact } from "../shared/examine.ts";
import { acceptUntrusted, artifact, trustedPublisher } from "../shared/inputs.ts";
import { readPolicy } from "../shared/policy.ts";
import { withScanning } from "../shared/scanning.ts";
import { readTrusting } from "../shared/trusting.ts";
import { type Compatibility, type CompatibilityCode, compatibilityOf, openForAnyHost } from "./compatibility.ts";

/** Spec 11.8; fields in the order in which they are printed. */
export interface DoctorDocument {
  readonly schema_version: 1;
  readonly package_id: string;
  readonly kind: "skill" | "generated_skill";
  readonly status: "ready" | "blocked";
  readonly reason_codes: readonly ReasonCode[];
  /** One for each reason, in its order. */
  readonly repair_hints: readonly string[];
  readonly registry_record: RegistryRecord;
  readonly compatibility: Compatibility;
  readonly capability_diff: GrantDiff;
  readonly security: Security;
  readonly runtime_available: true;
  readonly checked_at_unix_ms: number;
}

export interface RegistryRecord {
  readonly package_id: string;
  readonly kind: DoctorDocument["kind"];
  readonly manifest_hash: string;
  readonly version: string;
  readonly source: { readonly kind: "local_artifact"; readonly reference: string };
  readonly status: "verified" | "failed" | "quarantined";
  readonly grants: readonly Grant[];
  readonly compatibility: Compatibility;
  readonly created_at_unix_ms: number;
  readonly updated_at_unix_ms: number;
}

/** What the audit found; checks by their ids. */
export interface Security {
  readonly accepted: boolean;
  readonly passed: boolean;
  readonly should_quarantine: boolean;
  readonly signed: true;
  readonly failed_checks: readonly string[];
  readonly warning_checks: readonly string[];
  readonly quarantine_reasons: readonly string[];
}

export type ReasonCode =
  | CompatibilityCode
  | "excess_capability_grant"
  | "missing_capability_grant"
  | "quarantine_required"
  | "security_audit_failed";

export const doctor = operation({
  input: v.strictObject({
    artifact,
    trustedPublisher,
    allowTofu: acceptUntrusted,
    grant: v.optional(
      list("CLASS=VALUE", "What would be granted, instead of all that is asked for (repeatable)", grantProblem),
      [],
    ),
  }),
  places: ["skillsDir", "trustStore", "auditPolicy", "vex"],
  examples: [
    "extension doctor --artifact echo.palyra-skill",
    "extension doctor --artifact echo.palyra-skill --allow-tofu --grant network=api.example.com --json",
  ],
  notes:
    "A dry run of an install: compatibility, audit, and what is asked for against what is granted. Writes nothing. Exits with 1 when an install would be refused; the report is printed all the same.",
  errors: ["PolicyInvalid", "VexInvalid", ...VERIFY_ERRORS],
  run: async (services, input, call): Promise<DoctorDocument> => {
    const { home } = services;
    const policy = await readPolicy(services.settings);
    const { trustedPublisher, allowTofu: allowFirstUse } = input;
    const trusting = await readTrusting(home, { trustedPublisher, allowFirstUse, use: "install" }, call);
    const opened = await openAny(home, input.artifact, call);
    const report = await withScanning(services.settings, call, (scanning) =>
      auditArtifact(services, opened, { trusting, policy, scanning, call }),
    );
    const granted = input.grant.length === 0 ? undefined : input.grant.flatMap((each) => parseGrant(each) ?? []);
    return documentOf(opened, report, {
      reference: input.artifact,
      compatibility: compatibilityOf(opened.manifest, home.host),
      diff: diffGrants(requestedGrants(opened.manifest), granted),
      now: call.now,
    });
  },
  failed: ({ status }) => status === "blocked",
});

function grantProblem(value: string): string | undefined {
  if (parseGrant(value) !== undefined) return undefined;
  return "is not CLASS=VALUE with one of the classes network, secret, storage_read, storage_write, channel, device";
}

async function openAny(home: Home, file: string, call: Call): Promise<VerifiedArtifact> {
  call.progress("verifying the artifact");
  const read = await readBounded(file, MAX_ARCHIVE_BYTES);
  if (!read.ok) throw new SkillError("ArtifactTooLarge", { actual: read.size, limit: MAX_ARCHIVE_BYTES });
  return openForAnyHost(read.bytes, home.platform, home.host);
}

interface Findings {
  readonly reference: string;
  readonly compatibility: Compatibility;
  readonly diff: GrantDiff;
  readonly now: number;
}

function documentOf({ manifest, payloadSha256 }: VerifiedArtifact, report: AuditReport, findings: Findings): DoctorDocument {
  const { reference, compatibility, diff, now } = findings;
  const { accepted, passed, should_quarantine, quarantine_reasons } = report;
  const reasons = reasonsOf(report, compatibility, diff);
  const package_id = `skill:${manifest.skill_id}@${manifest.version}`;
  const kind = manifest.builder === undefined ? "skill" : "generated_skill";
  const checks = (status: CheckStatus): string[] =>
    report.checks.filter((check) => check.status === status).map(({ check_id }) => check_id);
  return {
    schema_version: 1,
    package_id,
    kind,
    status: reasons.length === 0 ? "ready" : "blocked",
    reason_codes: reasons.map(({ code }) => code),
    repair_hints: reasons.map(({ hint }) => hint),
    registry_record: {
      package_id,
      kind,
      manifest_hash: payloadSha256,
      version: manifest.version,
      source: { kind: "local_artifact", reference },
      status: should_quarantine ? "quarantined" : reasons.length === 0 ? "verified" : "failed",
      grants: diff.requested,
      compatibility,
      created_at_unix_ms: now,
      updated_at_unix_ms: now,
    },
    compatibility,
    capability_diff: diff,
    security: {
      accepted,
      passed,
      should_quarantine,
      signed: true,
      failed_checks: checks("fail"),
      warning_checks: checks("warn"),
      quarantine_reasons,
    },
    runtime_available: true,
    checked_at_unix_ms: now,
  };
}

interface Reason {
  readonly code: ReasonCode;
  readonly hint: string;
}

/** Sorted by code. */
function reasonsOf(report: AuditReport, { issues }: Compatibility, { missing, excess }: GrantDiff): readonly Reason[] {
  const reasons: Reason[] = issues.map(({ code, repair_hint }) => ({ code, hint: repair_hint }));
  const when = (holds: boolean, code: ReasonCode, hint: string): void => {
    if (holds) reasons.push({ code, hint });
  };
  when(excess.length > 0, "excess_capability_grant", "leave out the grants that the skill does not ask for");
  when(missing.length > 0, "missing_capability_grant", "grant what is missing, or take a version that asks for less");
  when(report.should_quarantine, "quarantine_required", "do not install it: what the audit found would quarantine it at once");
  when(!report.passed, "security_audit_failed", "ask its publisher for a version that passes the failed checks");
  return reasons.sort((a, b) => (a.code < b.code ? -1 : 1));
}
