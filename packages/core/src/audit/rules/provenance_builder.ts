import { type NamedBuilder, readStatement } from "../../supplychain/index.ts";
import { type PaperFinding, placed } from "../papers.ts";
import { type NamesParameter, namesOf } from "../parameter.ts";
import { artifactRule, findings, pass, unjudged } from "../rule.ts";
import { messagesOf, quoted } from "../wording.ts";

const ALLOWED: NamesParameter = {
  kind: "names",
  default: [],
  unit: "ids of builders",
  meaning:
    "Who may have built it, as the provenance names it; an id that ends in `*` stands for all that begin so. Empty: whoever it is.",
  problem: (name) => (name.indexOf("*") < name.length - 1 && name.includes("*") ? "`*` stands at the end alone" : undefined),
};

export const provenanceBuilder = artifactRule({
  id: "provenance_builder",
  severity: "error",
  asks: "Does the provenance name one builder, and one that the policy allows?",
  why: "A build that ran on somebody's machine or on a service that nobody chose is worth what that machine is worth.",
  references: ["T15", "https://slsa.dev/spec/v1.0/threats"],
  advice: "Build where the policy wants it, or add the builder's id to `provenance_builder.allowed` of the policy.",
  example: {
    flagged: '{ "subject": [ … ], "builder": {} }',
    passes: '{ "subject": [ … ], "builder": { "id": "https://github.com/actions/runner/github-hosted" } }',
  },
  parameters: { allowed: ALLOWED },
  check: ({ provenance, layout, files, policy }) => {
    const reading = readStatement(provenance);
    if (!reading.ok) return [unjudged("The provenance cannot be read, so nobody knows who built it: see `provenance_subjects`.")];
    const { builders } = reading.statement;
    const allowed = namesOf(policy, "provenance_builder", "allowed", ALLOWED);
    const details = { builders: builders.map(({ id }) => id), allowed };
    const found = [
      ...missing(builders, allowed, provenance.offset),
      ...several(builders, allowed),
      ...refused(builders, allowed),
    ];
    if (found.length > 0) return [findings(messagesOf(found), placed(found, layout.provenance, files), details)];
    const by = quoted(builders[0]?.id ?? "");
    return [pass(allowed.length === 0 ? `Built by ${by}.` : `Built by ${by}, which the policy allows.`, details)];
  },
});

function missing(builders: readonly NamedBuilder[], allowed: readonly string[], offset: number): readonly PaperFinding[] {
  if (builders.length > 0) return [];
  const message = "The provenance does not say who built it. Name the builder in `builder.id`.";
  return [{ code: "builder_missing", status: allowed.length > 0 ? "fail" : "warn", message, at: { path: "builder", offset } }];
}

/** Palyra's reader looks at the top, others look into the predicate: they must not see two builders. */
function several(builders: readonly NamedBuilder[], allowed: readonly string[]): readonly PaperFinding[] {
  const [first, ...others] = builders;
  return others
    .filter(({ id }) => id !== first?.id)
    .map(({ id, place }) => ({
      code: "builder_ambiguous",
      status: allowed.length > 0 ? "fail" : "warn",
      message: `The provenance names two builders, ${quoted(first?.id ?? "")} and ${quoted(id)}, and readers differ in which they take. Name one.`,
      at: place,
      quote: id,
    }));
}

function refused(builders: readonly NamedBuilder[], allowed: readonly string[]): readonly PaperFinding[] {
  if (allowed.length === 0) return [];
  return builders
    .filter(({ id }) => !allowed.some((each) => (each.endsWith("*") ? id.startsWith(each.slice(0, -1)) : id === each)))
    .map(({ id, place }) => ({
      code: "builder_refused",
      status: "fail",
      message: `The policy does not allow the builder ${quoted(id)}. Build elsewhere, or allow it in the policy.`,
      at: place,
      quote: id,
    }));
}
