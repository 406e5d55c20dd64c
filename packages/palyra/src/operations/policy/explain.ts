import * as v from "valibot";
import { operation } from "../operation.ts";
import { type ExplainedRequest, explainedRequests } from "../shared/explained-request.ts";
import { version } from "../shared/inputs.ts";
import { LAUNCH_ERRORS, ofSkill, surface, toolName } from "../shared/launch-inputs.ts";
import { launchPlanOf } from "../shared/launch-plan.ts";

/** What would be decided about a launch, and by what; nothing is started or kept. */
export interface PolicyExplainDocument {
  readonly tool_id: string;
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_sha256: string;
  readonly principal: string;
  readonly surface: string;
  readonly policy_sha256: string;
  /** `allowed`: at once; `approval`: once a person says yes; `denied`: whoever says yes. */
  readonly decision: "allowed" | "approval" | "denied";
  /** The approval that is kept for it; null: there is none, or none is needed. */
  readonly approval_id: string | null;
  readonly requests: readonly ExplainedRequest[];
  readonly grants: readonly string[];
}

export const explain = operation({
  input: v.strictObject({ tool: toolName, skill: ofSkill, version, surface }),
  positional: ["tool"],
  places: ["skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"],
  examples: ["skills policy explain acme.echo.say", "skills policy explain acme.echo --surface mcp --json"],
  notes:
    "Asks everything that a launch asks, and says which policies decided. What waits for a person's yes is shown with the policies that allow it once there is one.",
  errors: LAUNCH_ERRORS,
  run: async (services, input, call): Promise<PolicyExplainDocument> => {
    const { plan } = await launchPlanOf(services, input, call);
    const { skill, decision, subject, approval, grants } = plan;
    return {
      tool_id: subject.tool_id,
      skill_id: subject.skill_id,
      version: skill.version,
      artifact_sha256: subject.artifact_sha256,
      principal: subject.principal,
      surface: subject.surface,
      policy_sha256: subject.policy_sha256,
      decision: decision.kind,
      approval_id: approval?.id ?? null,
      requests: explainedRequests(plan),
      grants,
    };
  },
});
