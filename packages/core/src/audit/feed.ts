/**
 * What `PALYRA_SKILL_AUDIT_VULN_FEED_HOOK` names (spec 4.3, T16). Reading a feed is a later issue: until then a feed that is
 * named cannot be read, and the report says so instead of passing.
 */
export type FeedState = { readonly state: "not_named" } | { readonly state: "unreadable"; readonly hook: string };

export const NO_FEED: FeedState = { state: "not_named" };

/** Takes the variable as it stands in the environment; blank is the same as unset. */
export function feedState(hook: string | null | undefined): FeedState {
  const named = hook?.trim() ?? "";
  return named === "" ? NO_FEED : { state: "unreadable", hook: named };
}
