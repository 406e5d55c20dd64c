import { MANIFEST_PATH } from "../../archive/index.ts";
import type { JsonObject } from "../../encoding/index.ts";
import type { Tool } from "../../manifest/index.ts";
import { checkSchema, type SchemaCode, type SchemaLimits, type SchemaProblem } from "../../schema/index.ts";
import type { Finding } from "../finding.ts";
import { countOf } from "../parameter.ts";
import { findings, manifestRule, pass } from "../rule.ts";
import { summaryOf } from "../texts/summary.ts";

const ID = "tool_schema_valid";

const PARAMETERS = {
  max_depth: {
    kind: "count",
    default: 32,
    unit: "levels",
    meaning: "levels of subschemas that a schema may have",
    min: 1,
    max: 200,
  },
  max_subschemas: {
    kind: "count",
    default: 2000,
    unit: "subschemas",
    meaning: "subschemas that a schema may have",
    min: 1,
    max: 5_000,
  },
} as const;

export const toolSchemaValid = manifestRule({
  id: ID,
  severity: "error",
  asks: "Are the schemas of the tools valid JSON Schema, complete in themselves, and harmless to whoever checks by them?",
  why:
    "A host checks each call by these schemas: one that is not valid checks nothing, one that refers to the network can change after the " +
    "audit, and one with a hostile regular expression holds up the host.",
  references: ["CWE-20", "CWE-1333", "CWE-674", "CWE-829"],
  advice:
    "Write valid JSON Schema (2020-12, or the draft that `$schema` names), with references inside it and patterns that do not nest repetitions.",
  parameters: PARAMETERS,
  example: {
    flagged:
      'input_schema = { type = "object", properties = { a = { "$ref" = "https://example.com/a.json" }, b = { pattern = "^(a+)+$" } } }',
    passes:
      'input_schema = { type = "object", properties = { a = { "$ref" = "#/$defs/a" } }, "$defs" = { a = { pattern = "^[a-z]+$" } } }',
  },
  check: ({ manifest, policy }) => {
    const limits: SchemaLimits = {
      maxDepth: countOf(policy, ID, "max_depth", PARAMETERS.max_depth),
      maxSubschemas: countOf(policy, ID, "max_subschemas", PARAMETERS.max_subschemas),
    };
    const found = manifest.entrypoints.tools.flatMap((tool, index) => findingsOfTool(tool, index, limits));
    if (found.length === 0) return [pass("The schemas of the tools are valid, and complete in themselves.")];
    return [findings(summaryOf("Schemas of tools are not in order", found), found)];
  },
});

const SCHEMAS = ["input_schema", "output_schema"] as const;

function findingsOfTool(tool: Tool, index: number, limits: SchemaLimits): readonly Finding[] {
  return SCHEMAS.flatMap((name) => {
    const schema: JsonObject = tool[name];
    return checkSchema(schema, limits).map((problem) => findingOf(problem, tool.id, `entrypoints.tools[${index}].${name}`));
  });
}

function findingOf({ code, path, problem, quote }: SchemaProblem, tool: string, schema: string): Finding {
  const { status, what } = CODES[code];
  return {
    code,
    status,
    message: `${what} Allowed is ${problem}.`,
    place: { file: MANIFEST_PATH, tool, field: `${schema}${path}` },
    ...(quote === undefined ? {} : { quote }),
  };
}

const CODES: { readonly [Code in SchemaCode]: { readonly status: Finding["status"]; readonly what: string } } = {
  unknown_draft: { status: "fail", what: "The schema names a dialect that hosts do not know." },
  schema_invalid: { status: "fail", what: "The keyword has a value that its draft does not allow." },
  unsupported: { status: "fail", what: "Hosts hold no call against this, and refuse each call of the tool." },
  too_deep: { status: "fail", what: "The schema is too deep." },
  too_large: { status: "fail", what: "The schema is too large." },
  remote_reference: { status: "fail", what: "The schema refers to another document, which can change after the audit." },
  dangling_reference: { status: "fail", what: "The reference leads nowhere." },
  reference_cycle: {
    status: "fail",
    what: "References come back to where they began without looking further into the value: a check would not end.",
  },
  reference_expansion: { status: "fail", what: "References fan out: one value is held against too many subschemas." },
  pattern_invalid: { status: "fail", what: "The regular expression is not one." },
  pattern_not_unicode: {
    status: "warn",
    what: "The regular expression holds only without the `u` flag, by which schemas are checked.",
  },
  pattern_exponential: {
    status: "fail",
    what: "The regular expression can match one text in very many ways: a text of thirty characters can hold up the host for minutes.",
  },
  pattern_polynomial: {
    status: "warn",
    what: "Several repetitions of the regular expression can take the same characters: long texts take long.",
  },
  pattern_too_large: { status: "fail", what: "The regular expression is too large to tell whether it can blow up." },
  pattern_undecided: { status: "warn", what: "Whether the regular expression can blow up was not decided." },
};
