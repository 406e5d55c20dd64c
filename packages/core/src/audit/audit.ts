import type { Platform } from "../platform/index.ts";
import { validateSbom } from "../supplychain/index.ts";
import type { TrustedSkill } from "../trust/index.ts";
import { noteAudited } from "./admit.ts";
import { attestationsAmong } from "./attestations.ts";
import { examineModules } from "./examine.ts";
import { type FeedSource, NO_FEED, type SourcedStatement } from "./feed.ts";
import { locksOf } from "./locks.ts";
import { withManifestPlaces } from "./manifest-places.ts";
import type { AuditPolicy, AuditReport, Check } from "./report.ts";
import { type Rule, toCheck, type Verdict } from "./rule.ts";
import { ADDITIONAL_RULES, ARTIFACT_RULES, FEED_RULE, MODULE_RULES } from "./rules/index.ts";
import { scanFeed } from "./scan.ts";
import type { AuditSubject, SourceText } from "./subject.ts";
import { textsOf } from "./texts/texts.ts";
import { tracesOf } from "./traces.ts";
import type { Update } from "./update.ts";

export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly platform: Platform;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What components are looked up in (T16). Default: none is named. */
  readonly feed?: FeedSource;
  /** What the operator holds to be true of vulnerabilities (VEX), later ones correcting earlier ones. */
  readonly vex?: readonly SourcedStatement[];
  /** What an update changes in what a person consented to; absent: it is none. */
  readonly update?: Update;
  /** Lock files of the folder that it was packed from, where that is what is audited. */
  readonly beside?: readonly SourceText[];
}

/**
 * Audits a verified artifact: the report of spec 4.3. What it finds wrong is in the report; whatever the modules are,
 * nothing is thrown.
 */
export async function auditSkill(trusted: TrustedSkill, options: AuditOptions): Promise<AuditReport> {
  const { artifact, decision } = trusted;
  const { policy, platform, now, feed: source = NO_FEED, vex = [], update, beside = [] } = options;
  const { archive, layout, manifest, warnings, sbom, provenance } = artifact;
  const modules = await examineModules(archive, manifest, policy, platform);
  const papers = { sbom, provenance, sbomValidity: await validateSbom(sbom) };
  const texts = textsOf(manifest, archive.entries);
  const traces = tracesOf(archive.entries, modules, layout.signature);
  const evidence = {
    manifest,
    warnings,
    files: archive.entries,
    layout,
    ...papers,
    modules,
    attestations: await attestationsAmong(archive.entries, policy, platform),
    locks: locksOf(archive.entries, beside, modules),
    beside,
    texts,
    traces,
    ...(update && { update }),
  };
  const feed = scanFeed(source, evidence, { now, statements: vex });
  const { checks, scan } = judge({ ...evidence, policy, feed, engine: platform.engine });
  const failed = checks.filter(({ status }) => status === "fail");
  const report: AuditReport = {
    skill_id: manifest.skill_id,
    version: manifest.version,
    publisher: manifest.publisher,
    accepted: true,
    passed: failed.length === 0,
    should_quarantine: failed.length > 0,
    trust_decision: decision,
    payload_sha256: artifact.payloadSha256,
    generated_at_unix_ms: now,
    policy,
    manifest_warnings: warnings,
    checks,
    quarantine_reasons: failed.map(({ message }) => message),
    vulnerability_scan: scan,
  };
  return noteAudited(report, artifact);
}

/** All checks in the order of spec 4.3, Palyra's own before those of 4.4; `scan` is the one among them that is printed twice. */
export function judge(subject: AuditSubject): { readonly checks: readonly Check[]; readonly scan: Check } {
  const scan = toCheck(FEED_RULE, FEED_RULE.verdict(subject));
  const checks = [
    ...ARTIFACT_RULES.flatMap((rule) => rule.check(subject).map((verdict) => toCheck(rule, verdict))),
    ...subject.modules.flatMap((module) =>
      MODULE_RULES.flatMap((rule) => rule.check(module, subject).map((verdict) => toCheck(rule, verdict))),
    ),
    scan,
    ...ADDITIONAL_RULES.flatMap((rule) => additionalChecks(rule, subject)),
  ];
  return { checks, scan };
}

/** The policy's levels reach these alone. */
function additionalChecks(rule: Rule, subject: AuditSubject): readonly Check[] {
  const level = subject.policy.checks[rule.id];
  if (level === "off") return [];
  const verdicts =
    rule.of === "artifact" ? rule.check(subject) : subject.modules.flatMap((module) => rule.check(module, subject));
  return verdicts.map((verdict) => toCheck(rule, placed(verdict, subject), level));
}

const placed = (verdict: Verdict, { files }: AuditSubject): Verdict =>
  verdict.findings === undefined ? verdict : { ...verdict, findings: withManifestPlaces(verdict.findings, files) };
