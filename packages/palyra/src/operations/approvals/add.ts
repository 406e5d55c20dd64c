import * as v from "valibot";
import { answered } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { policyDenied } from "../../execution/index.ts";
import { type Approval, makeApproval } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { approvalQuestion } from "../shared/approval-question.ts";
import { keepApproval } from "../shared/authorization-writes.ts";
import { version } from "../shared/inputs.ts";
import { LAUNCH_ERRORS, ofSkill, surface, toolName } from "../shared/launch-inputs.ts";
import { launchPlanOf } from "../shared/launch-plan.ts";

export interface ApprovalAddDocument {
  readonly needed: boolean;
  /** Null: nothing asks for one, and none is kept. */
  readonly approval: Approval | null;
}

export const add = operation({
  input: v.strictObject({ tool: toolName, skill: ofSkill, version, surface }),
  positional: ["tool"],
  places: ["skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"],
  examples: ["skills approvals add acme.weather.today", "skills approvals add acme.weather --surface mcp --yes"],
  notes:
    "Approves ahead of time, for always: the tool starts on that surface, for this principal, without asking, until its artifact, what it may use or a policy is another. Shows what it may use, and asks; --yes answers, and has to where there is no terminal.",
  asks: true,
  errors: [...LAUNCH_ERRORS, "PolicyDenied", "Declined"],
  run: async (services, input, call): Promise<ApprovalAddDocument> => {
    const { plan, ports } = await launchPlanOf(services, input, call);
    const { decision, subject } = plan;
    if (decision.kind === "denied") throw policyDenied(plan, decision.asked);
    if (decision.kind === "allowed") return { needed: false, approval: null };
    const asked = approvalQuestion(plan);
    // An approval is a person's (T28): where nobody can be asked, the word of one has to stand on the command line.
    if (call.ask === undefined && call.yes !== true)
      throw new PalyraError("Usage", {
        problem: `nobody can be asked here whether ${subject.tool_id} may run`,
        hint: "on a terminal it is asked; --yes approves it as the command stands",
      });
    if (call.ask === undefined) call.tell?.(asked.context);
    else if (!(await call.ask(asked))) throw new PalyraError("Declined", { what: `the approval of ${subject.tool_id}` });
    const then = answered(call);
    const approval = makeApproval(subject, { session: null, now: then.now, by: call.principal }, ports.platform);
    await keepApproval(services.home, approval, then);
    return { needed: true, approval };
  },
});
