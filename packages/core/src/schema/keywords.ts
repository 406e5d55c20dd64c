/**
 * The keywords of JSON Schema and the shape that each draft's meta-schema asks of their values. As data: the walk over a
 * schema needs to know where its subschemas are anyway, and gives the place of whatever is wrong.
 */
export type Draft = "2020-12" | "2019-09" | "7" | "6" | "4";

export type Shape =
  | "any"
  | "string"
  | "boolean"
  | "number"
  | "positive"
  /** An integer of at least 0. */
  | "count"
  | "array"
  | "strings"
  /** At least one. */
  | "some_strings"
  | "some_values"
  | "types"
  | "pattern"
  | "reference"
  | "anchor"
  | "flags"
  | "schema"
  | "schema_or_boolean"
  | "some_schemas"
  | "schema_or_some_schemas"
  | "schemas_by_name"
  | "schemas_by_pattern"
  | "strings_by_name"
  | "dependencies";

/** Whether a subschema looks at the same value as the schema that it is in. */
export const IN_PLACE: ReadonlySet<string> = new Set(
  "allOf anyOf oneOf not if then else dependentSchemas dependencies".split(" "),
);

const EVERY: { readonly [keyword: string]: Shape } = {
  $schema: "string",
  title: "string",
  description: "string",
  default: "any",
  format: "string",
  multipleOf: "positive",
  maximum: "number",
  minimum: "number",
  maxLength: "count",
  minLength: "count",
  maxItems: "count",
  minItems: "count",
  maxProperties: "count",
  minProperties: "count",
  uniqueItems: "boolean",
  pattern: "pattern",
  type: "types",
  allOf: "some_schemas",
  anyOf: "some_schemas",
  oneOf: "some_schemas",
  not: "schema",
  properties: "schemas_by_name",
  patternProperties: "schemas_by_pattern",
  definitions: "schemas_by_name",
  dependencies: "dependencies",
};

const SIX: typeof EVERY = {
  ...EVERY,
  $id: "string",
  $ref: "reference",
  examples: "array",
  const: "any",
  enum: "array",
  required: "strings",
  exclusiveMaximum: "number",
  exclusiveMinimum: "number",
  items: "schema_or_some_schemas",
  additionalItems: "schema",
  contains: "schema",
  additionalProperties: "schema",
  propertyNames: "schema",
};

const SEVEN: typeof EVERY = {
  ...SIX,
  $comment: "string",
  readOnly: "boolean",
  writeOnly: "boolean",
  if: "schema",
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword
  then: "schema",
  else: "schema",
  contentMediaType: "string",
  contentEncoding: "string",
};

const NINETEEN: typeof EVERY = {
  ...SEVEN,
  $anchor: "anchor",
  $recursiveRef: "reference",
  $recursiveAnchor: "boolean",
  $vocabulary: "flags",
  $defs: "schemas_by_name",
  deprecated: "boolean",
  minContains: "count",
  maxContains: "count",
  dependentRequired: "strings_by_name",
  dependentSchemas: "schemas_by_name",
  unevaluatedItems: "schema",
  unevaluatedProperties: "schema",
  contentSchema: "schema",
};

const { additionalItems: _, $recursiveRef: __, $recursiveAnchor: ___, ...KEPT } = NINETEEN;

export const KEYWORDS: { readonly [D in Draft]: ReadonlyMap<string, Shape> } = {
  "4": new Map(
    Object.entries({
      ...EVERY,
      id: "string",
      $ref: "reference",
      enum: "some_values",
      required: "some_strings",
      exclusiveMaximum: "boolean",
      exclusiveMinimum: "boolean",
      items: "schema_or_some_schemas",
      additionalItems: "schema_or_boolean",
      additionalProperties: "schema_or_boolean",
    } satisfies typeof EVERY),
  ),
  "6": new Map(Object.entries({ ...SIX, enum: "some_values" } satisfies typeof EVERY)),
  "7": new Map(Object.entries(SEVEN)),
  "2019-09": new Map(Object.entries(NINETEEN)),
  "2020-12": new Map(
    Object.entries({
      ...KEPT,
      $dynamicRef: "reference",
      $dynamicAnchor: "anchor",
      prefixItems: "some_schemas",
      items: "schema",
    } satisfies typeof EVERY),
  ),
};

const META: ReadonlyMap<string, Draft> = new Map([
  ["https://json-schema.org/draft/2020-12/schema", "2020-12"],
  ["https://json-schema.org/draft/2019-09/schema", "2019-09"],
  ["http://json-schema.org/draft-07/schema", "7"],
  ["http://json-schema.org/draft-06/schema", "6"],
  ["http://json-schema.org/draft-04/schema", "4"],
]);

/** The draft that a `$schema` names; undefined for another dialect. */
export const draftNamed = (uri: string): Draft | undefined =>
  META.get(uri.replace(/#$/, "")) ?? META.get(uri.replace(/#$/, "").replace(/^https:(.*draft-0)/, "http:$1"));
