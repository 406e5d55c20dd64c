/** What a person is shown who is asked whether a tool may start: the host's own words, a stranger's quoted and bounded (T20, T44). */
import type { Question } from "../../call.ts";
import type { LaunchPlan } from "../../execution/index.ts";
import { grantTexts, NO_GRANTS } from "../../policy/index.ts";
import { tellGrant } from "../wording/grants.ts";
import { listed, quoted, safe } from "../wording/safe.ts";
import { grouped, size } from "../wording/units.ts";
import { shownInput } from "./shown-input.ts";

/** Grants of one class that are shown, and code points of the input. */
const MAX_OF_CLASS = 20;
const MAX_INPUT = 400;

export function approvalQuestion(plan: LaunchPlan, input?: Uint8Array): Question {
  const { skill, tool, subject } = plan;
  return {
    context: contextOf(plan, input),
    question: `Let ${safe(tool.id)} of ${safe(skill.skillId)} ${safe(skill.version)} run on ${safe(subject.surface)}?`,
  };
}

/** What it may use and spend, a line each; what the operator of this host gave beside the manifest, and where he holds it shorter, is told as his. */
export function allowanceLines({ skill, grants, granted, quotas }: LaunchPlan): string[] {
  const { manifest } = skill.artifact;
  const asked = new Set(grantTexts(manifest, NO_GRANTS));
  const withheld = withheldGrants({ skill, grants, granted });
  const isShorter = Object.keys(granted.limits).length > 0;
  return [
    ...(grants.length === 0 ? ["it may use nothing outside itself"] : ["it may use:"]),
    ...shownGrants(grants, (grant) => (asked.has(grant) ? "" : ", granted by the operator of this host")),
    ...(withheld.length === 0 ? [] : [`it asks for, and is not given: ${listed(withheld)}`]),
    `at most ${grouped(quotas.fuel)} units of fuel, ${size(quotas.memoryBytes)} of memory, ${grouped(quotas.wallMs)} ms${isShorter ? ", with the limits of the operator of this host" : ""}`,
  ];
}

/** What its manifest asks for and nobody granted. */
export function withheldGrants({
  skill,
  grants,
  granted: { inserts },
}: Pick<LaunchPlan, "skill" | "grants" | "granted">): string[] {
  const { manifest } = skill.artifact;
  // What the host inserts is given, though not to be read.
  const asked = grantTexts(manifest, { ...NO_GRANTS, global_keys: globalKeysOf(manifest), inserts });
  return asked.filter((text) => !grants.includes(text));
}

/** Of each class its first, so that however much is asked for of one, no other is out of sight (T28). */
function shownGrants(grants: readonly string[], note: (grant: string) => string): string[] {
  const classes = [...new Set(grants.map(classOf))];
  return classes.flatMap((name) => {
    const all = grants.filter((grant) => classOf(grant) === name);
    const more = all.length - MAX_OF_CLASS;
    return [
      ...all.slice(0, MAX_OF_CLASS).map((grant) => `  ${tellGrant(grant)}${note(grant)}`),
      ...(more > 0 ? [`  and ${grouped(more)} more of ${name}`] : []),
    ];
  });
}

const classOf = (grant: string): string => grant.split("=", 1)[0] ?? "";

/** Declared keys of scope `global`: nobody's until the operator says whose (T22). */
const globalKeysOf = ({ capabilities }: LaunchPlan["skill"]["artifact"]["manifest"]): string[] =>
  capabilities.secrets.flatMap(({ scope, key_names }) => (scope === "global" ? key_names : []));

/** In a line of its own and between no quotes: those in it are its own. */
function inputLines(input: Uint8Array): string[] {
  const { text, note } = shownInput(input, MAX_INPUT);
  return [`the input, ${size(input.length)}:`, `  ${text}`, ...(note === undefined ? [] : [`  ${note}`])];
}

function contextOf(plan: LaunchPlan, input: Uint8Array | undefined): string[] {
  const { skill, tool, decision } = plan;
  const waiting = decision.kind === "approval" ? decision.waiting : [];
  const { publisher } = skill.artifact.manifest;
  return [
    `${safe(tool.id)} of ${safe(skill.skillId)} ${safe(skill.version)}, published by ${safe(publisher)} (${safe(skill.artifact.keyId)})`,
    `it says of itself: ${quoted(tool.description)}`,
    ...(waiting.length === 0 ? [] : [`approval is asked for by: ${waiting.map(({ action }) => safe(action)).join(", ")}`]),
    ...allowanceLines(plan),
    ...(input === undefined ? [] : inputLines(input)),
  ];
}
