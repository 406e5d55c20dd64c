import type { JsonObject } from "../encoding/index.ts";
import { type Finding, findingDetails, worstStatus } from "./finding.ts";
import type { Parameters } from "./parameter.ts";
import type { Check, CheckLevel, CheckStatus, Severity } from "./report.ts";
import type { AuditSubject, ModuleSubject, ReadModule } from "./subject.ts";

/** What a person can be told of a rule without an artifact at hand. */
export interface RuleData {
  /** The `check_id` of its checks. */
  readonly id: string;
  /** The most that a finding of it weighs, as long as no policy says otherwise. */
  readonly severity: Severity;
  /** The question that it answers. */
  readonly asks: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** Threats of spec 9 (`T14`), and the public numbers of weaknesses and cases: `CWE-250`, `LLM01:2025`, `CVE-2025-54136`. */
  readonly references: readonly string[];
  /** What to do about a finding. */
  readonly advice: string;
  /** What a policy may set of it, beside its level. */
  readonly parameters?: Parameters;
  /** For its page. */
  readonly example?: RuleExample;
}

/** A few lines each, as they would stand in a manifest, a module's text or a document. */
export interface RuleExample {
  /** What the rule finds something in. */
  readonly flagged: string;
  /** What looks like it, and is fine. */
  readonly passes: string;
}

/**
 * What a rule says of one thing that it looked at. `finding` is what a policy's level applies to; `unjudged` says that the
 * rule could not look, which no level changes.
 */
export interface Verdict {
  readonly kind: "pass" | "finding" | "unjudged";
  readonly status: CheckStatus;
  readonly message: string;
  readonly details?: JsonObject;
  /** What was found, each with its place: the details list them. */
  readonly findings?: readonly Finding[];
  /** What follows the rule's id in the check's: `manifest_warning:<code>`. */
  readonly code?: string;
}

/** Looks at the artifact as a whole. */
export interface ArtifactRule extends RuleData {
  readonly of: "artifact";
  readonly check: (subject: AuditSubject) => readonly Verdict[];
}

/** Looks at the manifest alone: what it fails is known before anything is packed. */
export interface ManifestRule extends ArtifactRule {
  readonly check: (subject: Pick<AuditSubject, "manifest" | "policy">) => readonly Verdict[];
}

/** Looks at one module at a time. */
export interface ModuleRule extends RuleData {
  readonly of: "module";
  readonly check: (module: ModuleSubject, subject: AuditSubject) => readonly Verdict[];
}

/** Says exactly one thing of every artifact. */
export interface SingleRule extends RuleData {
  readonly verdict: (subject: AuditSubject) => Verdict;
}

export type Rule = ArtifactRule | ModuleRule;

export function artifactRule(rule: Omit<ArtifactRule, "of">): ArtifactRule {
  return { ...rule, of: "artifact" };
}

export function manifestRule(rule: Omit<ManifestRule, "of">): ManifestRule {
  return { ...rule, of: "artifact" };
}

/** A rule on every module, whatever its state. */
export function anyModuleRule(rule: Omit<ModuleRule, "of">): ModuleRule {
  return { ...rule, of: "module" };
}

/** A rule on modules that could be read. One that is too large or not valid has that check alone (spec 4.3). */
export function moduleRule(
  rule: RuleData & { readonly check: (module: ReadModule, subject: AuditSubject) => readonly Verdict[] },
): ModuleRule {
  return {
    ...rule,
    of: "module",
    check: (module, subject) => (module.state === "read" ? rule.check(module, subject) : []),
  };
}

export const pass = (message: string, details?: JsonObject): Verdict => verdict("pass", "pass", message, details);

export const finding = (status: Exclude<CheckStatus, "pass">, message: string, details?: JsonObject): Verdict =>
  verdict("finding", status, message, details);

/** One verdict for all that was found, as grave as the gravest of it. `message` sums it up. */
export const findings = (message: string, found: readonly Finding[], details?: JsonObject): Verdict => ({
  ...finding(worstStatus(found), message, details),
  findings: found,
});

export const unjudged = (message: string, details?: JsonObject): Verdict => verdict("unjudged", "skipped", message, details);

function verdict(kind: Verdict["kind"], status: CheckStatus, message: string, details?: JsonObject): Verdict {
  return details === undefined ? { kind, status, message } : { kind, status, message, details };
}

const SEVERITY: { readonly [Status in CheckStatus]: Severity } = {
  pass: "info",
  warn: "warning",
  fail: "error",
  skipped: "warning",
};

/**
 * A verdict as a line of the report. A level that the policy sets is what each finding of the rule counts as; without one the
 * rule's own judgement stands.
 */
export function toCheck(rule: RuleData, said: Verdict, level?: Exclude<CheckLevel, "off">): Check {
  const status = said.kind === "finding" && level !== undefined ? level : said.status;
  const details = said.findings === undefined ? said.details : { ...said.details, ...findingDetails(said.findings, level) };
  return {
    check_id: said.code === undefined ? rule.id : `${rule.id}:${said.code}`,
    status,
    severity: SEVERITY[status],
    message: said.message,
    ...(details === undefined ? {} : { details }),
  };
}
