/** From policies and one launch to what becomes of it (spec 10.5). */
import type { Decision } from "./cedar.ts";
import type { Policies } from "./policies.ts";
import { type LaunchFacts, type LaunchRequest, requestsOf } from "./request.ts";

/** One request and what the policies say of it. */
export interface AskedRequest extends LaunchRequest {
  readonly decision: Decision;
}

export type LaunchDecision =
  /** It may start at once. */
  | { readonly kind: "allowed"; readonly asked: readonly AskedRequest[] }
  /** It may once a person says yes; `asked`: with that yes; `waiting`: what would be refused without. */
  | { readonly kind: "approval"; readonly asked: readonly AskedRequest[]; readonly waiting: readonly AskedRequest[] }
  /** Nobody's yes would help; `asked`: as if there were one. */
  | { readonly kind: "denied"; readonly asked: readonly AskedRequest[] };

/**
 * The decision of a set of policies about the same facts is the same: it is kept beside both, since to ask takes a third of a millisecond, and
 * each start asks twice. Nothing else goes into it.
 */
const decided = new WeakMap<Policies, WeakMap<LaunchFacts["manifest"], Map<string, LaunchDecision>>>();
/** Of one skill: its tools by who asks for them. */
const MOST_KEPT = 256;

/** What comes of a launch by these policies. */
export function decideLaunch(policies: Policies, facts: LaunchFacts): LaunchDecision {
  const { manifest, ...others } = facts;
  const ofManifests = decided.get(policies) ?? new WeakMap<LaunchFacts["manifest"], Map<string, LaunchDecision>>();
  const known = ofManifests.get(manifest) ?? new Map<string, LaunchDecision>();
  decided.set(policies, ofManifests.set(manifest, known));
  const rest = JSON.stringify(others);
  const decision = known.get(rest) ?? decideNow(policies, facts);
  if (known.size >= MOST_KEPT) known.clear();
  known.set(rest, decision);
  return decision;
}

/** Asked twice: as things are, and as they would be with a person's yes. */
function decideNow(policies: Policies, facts: LaunchFacts): LaunchDecision {
  const requests = requestsOf(facts);
  const ask = (approved: boolean): readonly AskedRequest[] =>
    requests.map((request) => ({ ...request, decision: policies.decide(facts, request, approved) }));
  // A tool that the manifest does not have asks for nothing, and starts nothing.
  const isKnown = requests.some(({ action }) => action === "tool.execute");
  const asIs = ask(false);
  if (isKnown && asIs.every(isAllowed)) return { kind: "allowed", asked: asIs };
  const asked = ask(true);
  if (!isKnown || !asked.every(isAllowed)) return { kind: "denied", asked };
  return { kind: "approval", asked, waiting: asIs.filter((each) => !isAllowed(each)) };
}

export const isAllowed = ({ decision }: AskedRequest): boolean => decision.allowed;
