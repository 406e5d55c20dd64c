/** The audit of a verified artifact (spec 4.2 to 4.5): rules, policy, report, and the proof of having passed it. */
export { AdmittedSkill, admit } from "./admit.ts";
export { type AuditOptions, auditSkill } from "./audit.ts";
export {
  type Acceptance,
  type Accepted,
  type Baseline,
  type BaselineProblem,
  holdAgainst,
  MAX_BASELINE_ENTRIES,
  parseBaseline,
  whatOf,
  writeBaseline,
} from "./baseline.ts";
export { type EngineBlock, engineBlocks } from "./blocks.ts";
export { type CompileBound, type CompileBounds, compileBounds, isTooCostly } from "./cost.ts";
export { dayOf, isDay } from "./day.ts";
export { DEFAULT_POLICY } from "./default-policy.ts";
export { type EntryFunction, entryOfModule, moduleOfTool } from "./entry.ts";
export {
  ageInDays,
  type FeedFacts,
  type FeedSource,
  type FeedState,
  feedState,
  isTooOldFrom,
  NO_FEED,
  type OpenFeed,
  type SourcedStatement,
} from "./feed.ts";
export { maxAgeDays } from "./feed-age.ts";
export type { Finding, Place } from "./finding.ts";
export { manifestFaults } from "./manifest-faults.ts";
export type { Parameter, Parameters, ParameterValue, ParameterValues } from "./parameter.ts";
export { parsePolicy } from "./policy.ts";
export { type Reference, type ReferenceList, referenceOf, referencesOf } from "./references.ts";
export type { AuditPolicy, AuditReport, Check, CheckLevel, CheckStatus, Severity } from "./report.ts";
export { type AuditResult, type Reported, resultsOf, type SilencingStatement } from "./results.ts";
export type { RuleData, RuleExample } from "./rule.ts";
export { ADDITIONAL_RULES, RULES } from "./rules/index.ts";
export type { SourceText } from "./subject.ts";
export { hiddenFindings, instructionFindings } from "./texts/findings.ts";
export { type SubjectText, type SubjectTexts, textsOf, toolTexts } from "./texts/texts.ts";
export type { Update } from "./update.ts";
export { MAX_LISTED_FINDINGS, MAX_QUOTED_CHARACTERS } from "./wording.ts";
