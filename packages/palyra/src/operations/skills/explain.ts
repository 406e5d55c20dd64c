/** A rule's page: what it looks for, why, and what to do (`palyra skills audit --explain`). */
import { ADDITIONAL_RULES, type Parameter, type Reference, RULES, type RuleData, referencesOf } from "palyra-skills/audit";
import * as v from "valibot";
import { choice } from "../field.ts";

const [first = "", ...others] = RULES.map(({ id }) => id);

export const explainedRule = v.optional(
  choice([first, ...others], "RULE", "Show what a rule looks for, why and what to do, and audit nothing"),
);

export interface RuleDocument {
  readonly rule: {
    readonly id: string;
    readonly severity: RuleData["severity"];
    readonly asks: string;
    readonly why: string;
    readonly advice: string;
    /** Whether a policy may set it to `fail`, `warn` or `off`. */
    readonly switchable: boolean;
    readonly parameters: { readonly [name: string]: RuleParameter };
    readonly example: { readonly flagged: string; readonly passes: string } | null;
    readonly references: readonly Pick<Reference, "id" | "title" | "url">[];
  };
}

interface RuleParameter {
  readonly default: Parameter["default"];
  readonly unit?: string;
  readonly meaning: string;
}

export function ruleDocument(id: string): RuleDocument {
  const rule = RULES.find((each) => each.id === id);
  if (rule === undefined) throw new TypeError(`there is no rule ${id}`);
  const { severity, asks, why, advice, parameters = {}, example = null } = rule;
  return {
    rule: {
      id,
      severity,
      asks,
      why,
      advice,
      switchable: ADDITIONAL_RULES.some((each) => each.id === id),
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, each]) => [name, parameterOf(each)])),
      example,
      references: referencesOf(rule.references).map(({ id: named, title, url }) => ({
        id: named,
        ...(title === undefined ? {} : { title }),
        ...(url === undefined ? {} : { url }),
      })),
    },
  };
}

const parameterOf = (parameter: Parameter): RuleParameter => ({
  default: parameter.default,
  ...(parameter.kind === "flag" ? {} : { unit: parameter.unit }),
  meaning: parameter.meaning,
});
