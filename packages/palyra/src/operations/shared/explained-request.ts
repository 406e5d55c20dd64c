import type { AskedRequest } from "../../policy/index.ts";

/** What a launch asked for, as documents tell it. */
export interface ExplainedRequest {
  readonly action: string;
  readonly resource: string;
  readonly requires_approval: boolean;
  readonly values: readonly string[];
  readonly allowed: boolean;
  readonly by: readonly string[];
  readonly errors: readonly string[];
}

export function explained({ decision, ...request }: AskedRequest): ExplainedRequest {
  const { action, resource, requires_approval, values } = request;
  return { action, resource, requires_approval, values, ...decision };
}
