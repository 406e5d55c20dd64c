/** What a person is shown who is asked whether a tool may start: the host's own words, a stranger's quoted and bounded (T20, T44). */
import type { Question } from "../../call.ts";
import type { LaunchPlan } from "../../execution/index.ts";
import { quoted, safe } from "../wording/safe.ts";
import { grouped, size } from "../wording/units.ts";

/** Lines of grants that are shown, and characters of the input. */
const MAX_GRANTS = 30;
const MAX_INPUT = 400;

export function approvalQuestion(plan: LaunchPlan, input?: Uint8Array): Question {
  const { skill, tool, subject } = plan;
  return {
    context: contextOf(plan, input),
    question: `Let ${safe(tool.id)} of ${safe(skill.skillId)} ${safe(skill.version)} run on ${safe(subject.surface)}?`,
  };
}

function contextOf({ skill, tool, grants, quotas, decision }: LaunchPlan, input: Uint8Array | undefined): string[] {
  const waiting = decision.kind === "approval" ? decision.waiting : [];
  const { publisher } = skill.artifact.manifest;
  return [
    `${safe(tool.id)} of ${safe(skill.skillId)} ${safe(skill.version)}, published by ${safe(publisher)} (${safe(skill.artifact.keyId)})`,
    `it says of itself: ${quoted(tool.description)}`,
    ...(waiting.length === 0 ? [] : [`approval is asked for by: ${waiting.map(({ action }) => safe(action)).join(", ")}`]),
    ...(grants.length === 0 ? ["it may use nothing outside itself"] : ["it may use:"]),
    ...grants.slice(0, MAX_GRANTS).map((grant) => `  ${safe(grant, 160)}`),
    ...(grants.length > MAX_GRANTS ? [`  and ${grants.length - MAX_GRANTS} more`] : []),
    `at most ${grouped(quotas.fuel)} units of fuel, ${size(quotas.memoryBytes)} of memory, ${grouped(quotas.wallMs)} ms`,
    ...(input === undefined
      ? []
      : [`the input, ${size(input.length)}: ${quoted(Buffer.from(input.subarray(0, 4 * MAX_INPUT)).toString(), MAX_INPUT)}`]),
  ];
}
