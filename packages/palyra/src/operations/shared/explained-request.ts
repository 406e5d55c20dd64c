import type { LaunchPlan } from "../../execution/index.ts";

/** What a launch asked for, as documents tell it. */
export interface ExplainedRequest {
  readonly action: string;
  readonly resource: string;
  readonly requires_approval: boolean;
  readonly values: readonly string[];
  /** Where the decision is `approval`: with a person's yes. */
  readonly allowed: boolean;
  /** It is allowed once a person says yes, and nobody has yet. */
  readonly waits: boolean;
  readonly by: readonly string[];
  readonly errors: readonly string[];
}

export function explainedRequests({ decision, approval }: LaunchPlan): readonly ExplainedRequest[] {
  const waiting = decision.kind === "approval" && approval === undefined ? decision.waiting : [];
  return decision.asked.map(({ decision: said, ...request }) => {
    const { action, resource, requires_approval, values } = request;
    const waits = waiting.some((each) => each.action === action && each.resource === resource);
    return { action, resource, requires_approval, values, ...said, waits };
  });
}
