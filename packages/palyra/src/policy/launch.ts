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

/** Asked twice: as things are, and as they would be with a person's yes. */
export function decideLaunch(policies: Policies, facts: LaunchFacts): LaunchDecision {
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
