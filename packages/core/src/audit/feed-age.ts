/** How old a feed may be by the policy. Apart from the rule that says so: a launch asks it, and loads no rule. */
import { type CountParameter, countOf } from "./parameter.ts";
import type { AuditPolicy } from "./report.ts";

/** The rule whose parameter it is. */
export const VULNERABILITY_MATCHES = "vulnerability_matches";

export const MAX_AGE_DAYS: CountParameter = {
  kind: "count",
  default: 30,
  unit: "days",
  meaning: "A feed whose newest record is older than this is told.",
  min: 0,
};

/** Days after which the same feed is judged otherwise: what is said of it must be said anew then (spec 5.4, T32). */
export function maxAgeDays(policy: AuditPolicy): number {
  return countOf(policy, VULNERABILITY_MATCHES, "max_age_days", MAX_AGE_DAYS);
}
