/** What a plan of each kind consists of: what does not fit is none of ours, and nothing of it is done (spec 5.2, T5, T7). Pure. */
import type { EventKind } from "../journal/index.ts";
import type { Plan, PlanKind, StatusEdit, Step, StepName } from "./plan.ts";

interface Shape {
  /** In their order; `?`: it may be missing. Each ends in the journal: nothing changes unseen. */
  readonly steps: readonly (StepName | `${StepName}?`)[];
  readonly events: readonly EventKind[];
  readonly statuses: readonly StatusEdit["do"][];
}

const SHAPES: { readonly [kind in PlanKind]: Shape } = {
  install: {
    steps: ["place_version", "change_trust?", "write_index", "record", "project"],
    events: ["skill.audit", "skill.installed", "skill.updated"],
    statuses: ["register"],
  },
  remove: {
    steps: ["write_index", "discard_version", "record", "project"],
    events: ["skill.removed"],
    statuses: ["inherit", "disable"],
  },
  use: { steps: ["write_index", "record", "project"], events: ["skill.used"], statuses: ["inherit"] },
  trust: { steps: ["change_trust", "record", "project"], events: ["skill.trust_changed"], statuses: [] },
  verify: { steps: ["write_index?", "record", "project"], events: ["skill.verified"], statuses: [] },
};

/** What a plan of its kind does not have; undefined: it is one. */
export function misfit({ kind, steps }: Pick<Plan, "kind" | "steps">): string | undefined {
  const shape = SHAPES[kind];
  const names = steps.map((step) => step.do);
  if (!isInShape(names, shape.steps)) return `${kind} is not done by these steps: ${names.join(", ")}`;
  return steps.flatMap((step) => (step.do === "record" ? (misfitOfRecord(kind, shape, step) ?? []) : []))[0];
}

function isInShape(names: readonly StepName[], shape: Shape["steps"]): boolean {
  let at = 0;
  for (const wanted of shape) {
    const isThere = names[at] === wanted.replace("?", "");
    if (!isThere && !wanted.endsWith("?")) return false;
    if (isThere) at += 1;
  }
  return at === names.length;
}

function misfitOfRecord(
  kind: PlanKind,
  { events, statuses }: Shape,
  step: Extract<Step, { readonly do: "record" }>,
): string | undefined {
  if (step.events.length === 0) return `${kind} writes no event`;
  const event = step.events.find((each) => !isOneOf(events, each.kind));
  if (event !== undefined) return `${kind} writes no ${event.kind}`;
  const edit = step.statuses.find((each) => !isOneOf(statuses, each.do));
  if (edit !== undefined) return `${kind} does not ${edit.do} a status`;
  return step.on_conflict !== undefined && kind !== "install" ? `${kind} has no conflict` : undefined;
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);
