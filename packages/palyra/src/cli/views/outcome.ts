import { type OutcomeOf, tellOutcome } from "../../operations/wording/outcomes.ts";
import type { Paint } from "../text/paint.ts";

/** What a run came to where it is not `Ok`: its name, what that means here, and what to do. */
export function outcomeLines(of: OutcomeOf, paint: Paint, before = ""): string[] {
  const told = tellOutcome(of);
  if (told === undefined) return [];
  const { says, lists, hint } = told;
  return [
    `${before}${paint.bad(of.outcome)}: ${says}`,
    ...lists.map((line) => `  ${line}`),
    ...(hint === undefined ? [] : [`${paint.strong("hint:")} ${paint.command(hint)}`]),
  ];
}
