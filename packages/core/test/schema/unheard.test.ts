import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/encoding/index.ts";
import { checkSchema, unheardKeywords } from "../../src/schema/index.ts";

const LIMITS = { maxDepth: 32, maxSubschemas: 2000 };
const told = (schema: JsonValue): readonly string[] =>
  unheardKeywords(schema, LIMITS).map(({ path, like }) => (like === undefined ? path : `${path} ${like}`));
const SEVEN = "http://json-schema.org/draft-07/schema#";

describe("words in a schema that forbid nothing", () => {
  it.each<[string, JsonValue, readonly string[]]>([
    ["a letter too few", { propertis: { a: { type: "string" } } }, [".propertis properties"]],
    ["two that changed places", { requried: ["a"] }, [".requried required"]],
    ["a letter too many", { additionalPropertys: false }, [".additionalPropertys additionalProperties"]],
    ["another case", { additionalproperties: false }, [".additionalproperties additionalProperties"]],
    ["all of them capitals", { ONEOF: [{}] }, [".ONEOF oneOf"]],
    ["an underscore", { properties: { a: { min_length: 3 } } }, [".properties.a.min_length minLength"]],
    ["below a list", { anyOf: [{ tpye: "string" }] }, [".anyOf[0].tpye type"]],
    ["a keyword of a later draft", { $schema: SEVEN, dependentRequired: { a: ["b"] } }, [".dependentRequired"]],
    ["a keyword of an earlier draft", { additionalItems: false }, [".additionalItems"]],
  ])("are told: %s", (_, schema, expected) => {
    expect(told(schema)).toEqual(expected);
    // Anybody may add words of their own: no schema is less valid for them (spec 4.4).
    expect(checkSchema(schema, LIMITS)).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ["keywords", { type: "object", properties: { requried: { type: "string" } }, required: ["requried"] }],
    ["values", { default: { requried: 1 }, enum: [{ propertis: 1 }] }],
    ["extensions", { "x-propertis": {}, "x-type": "string" }],
    ["words of OpenAPI", { example: "a", nullable: true, discriminator: { propertyName: "a" }, xml: {} }],
    ["short words of another kind of value", { note: "said by the way", when: "later" }],
    ["remarks of other drafts", { $schema: SEVEN, deprecated: true, $defs: { a: {} } }],
    ["a schema of true", { properties: { a: true } }],
  ])("are not: %s", (_, schema) => {
    expect(told(schema)).toEqual([]);
  });
});
