import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { findTool, planLaunch } from "../../execution/index.ts";
import { type Approval, makeApproval } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { approvalQuestion } from "../shared/approval-question.ts";
import { keepApproval } from "../shared/authorization-writes.ts";
import { authorizingOf } from "../shared/authorizing.ts";
import { version } from "../shared/inputs.ts";
import { LAUNCH_ERRORS, ofSkill, surface, toolName } from "../shared/launch-inputs.ts";

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
  run: async (services, { tool, skill, version, surface }, call): Promise<ApprovalAddDocument> => {
    const { gate, tools, ports } = await authorizingOf(services);
    const found = await findTool(gate, tools, { tool, skillId: skill, version }, call);
    const question = { toolId: found.toolId, surface, session: "", input: new Uint8Array() };
    const plan = await planLaunch(ports, await gate.resolve(found, call), question, call);
    const { decision, subject } = plan;
    if (decision.kind === "denied") {
      const denied = decision.asked.filter((each) => !each.decision.allowed);
      throw new PalyraError("PolicyDenied", {
        skill_id: subject.skill_id,
        version: plan.skill.version,
        tool_id: subject.tool_id,
        denied: denied.map(({ action, resource, decision: { by, errors } }) => ({ action, resource, by, errors })),
      });
    }
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
    const approval = makeApproval(subject, { session: null, now: call.now, by: call.principal }, ports.platform);
    await keepApproval(services.home, approval, call);
    return { needed: true, approval };
  },
});
