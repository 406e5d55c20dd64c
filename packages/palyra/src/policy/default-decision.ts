/**
 * The policies that always hold, decided without Cedar (decision 9): it is 4 MB to be compiled, and half a second of processor time, for two
 * policies that never change. A test asks both the same. With a policy of the operator's beside them Cedar decides, and nothing else.
 */
import type { Decision, NamedPolicy } from "./cedar.ts";
import { APPROVED_WHERE_ASKED, ONLY_ACTIVE, SCHEMA } from "./default-policy.ts";
import { type LaunchFacts, type LaunchRequest, requiresApproval } from "./request.ts";

/** First in every set. */
export const OWN_POLICIES: readonly NamedPolicy[] = [ONLY_ACTIVE, APPROVED_WHERE_ASKED];

/** Quoted. */
const ACTIONS: ReadonlySet<string> = new Set(SCHEMA.match(/"[^"]+"/g));

/** What Cedar says of a request where these are all the policies that there are. Whatever is not permitted here is denied. */
export function decideByDefault({ manifest, status }: LaunchFacts, { action }: LaunchRequest, approved: boolean): Decision {
  // Cedar refuses a request that the schema does not have.
  if (!ACTIONS.has(`"${action}"`)) return { allowed: false, by: [], errors: [`the schema has no action ${action}`] };
  if (status !== "active") return { allowed: false, by: [ONLY_ACTIVE.id], errors: [] };
  if (approved || !requiresApproval(manifest)) return { allowed: true, by: [APPROVED_WHERE_ASKED.id], errors: [] };
  return { allowed: false, by: [], errors: [] };
}
