// What those get who hand tools to a model: MCP's clients, and the APIs of two providers (spec 10.6).
import { Ajv } from "ajv";
import fc from "fast-check";
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import { nameForModel } from "../../src/lifecycle/index.ts";
import { anthropicTool, mcpTool, openAiTool, type ShownTool } from "../../src/operations/shared/tool-shapes.ts";
import { ECHO } from "../mcp/support.ts";

const toolWith = (schemas: Partial<Pick<ShownTool, "inputSchema" | "outputSchema">>): ShownTool => ({ ...ECHO, ...schemas });
const listed = (outputSchema: JsonObject): unknown => mcpTool(toolWith({ outputSchema })).outputSchema;

describe("T19: a tool whose schema no client takes", () => {
  it("stays in the list, and leaves the others there: integers that no double holds are the nearest one", () => {
    const schema: JsonObject = { type: "object", properties: { n: { type: "integer", maximum: 9223372036854775807n } } };
    const shown = mcpTool(toolWith({ inputSchema: schema, outputSchema: schema }));
    const near = { type: "object", properties: { n: { type: "integer", maximum: 2 ** 63 } } };
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({ inputSchema: near, outputSchema: near });
  });

  it("is listed for clients of models as their APIs take it: by a name without dots, and no choice at the top of its schema", () => {
    const properties = { a: { anyOf: [{ type: "string" }, { type: "null" }] } };
    const inputSchema: JsonObject = { type: "object", properties, anyOf: [{ required: ["a"] }, { required: ["b"] }], enum: [{}] };
    const tool = toolWith({ inputSchema });
    expect(mcpTool(tool, "model")).toMatchObject({ name: tool.modelName, inputSchema: { type: "object", properties } });
    expect(Object.keys(mcpTool(tool, "model").inputSchema).sort()).toEqual(["properties", "type"]);
    expect(mcpTool(tool)).toMatchObject({ name: tool.id, inputSchema });
  });

  it.each<[string, JsonObject]>([
    [
      "of a draft that clients do not know",
      { $schema: "http://json-schema.org/draft-04/schema#", type: "object", maximum: 5, exclusiveMaximum: true },
    ],
    ["with a pattern that holds without the `u` flag alone", { type: "object", properties: { a: { pattern: "^\\-$" } } }],
    ["with such a pattern for names", { type: "object", patternProperties: { "^\\-$": {} } }],
    ["with what ajv knows besides, and refuses", { type: "object", properties: { a: { nullable: true } } }],
    ["with the `id` of an older draft", { id: "https://example.com/a", type: "object" }],
    ["that asks ajv to answer later", { $async: true, type: "object" }],
    ["with a choice of nothing", { type: "object", properties: { a: { enum: [] } } }],
    ["with a bound of a format", { type: "object", properties: { a: { formatMinimum: "2020-01-01" } } }],
    ["that is of no object", { type: "array", items: {} }],
    ["that is of more than objects", { type: ["object", "null"] }],
  ])("shows no output schema %s", (_, schema) => {
    expect(listed(schema)).toBeUndefined();
  });

  it.each<[string, JsonObject]>([
    ["is plain", { type: "object", required: ["a"], properties: { a: { type: "number" } } }],
    [
      "names 2020-12",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        $defs: { a: {} },
        properties: { a: { $ref: "#/$defs/a" } },
      },
    ],
    [
      "names draft 7",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        definitions: { a: {} },
        properties: { a: { $ref: "#/definitions/a" } },
      },
    ],
    [
      "has properties called like keywords",
      {
        type: "object",
        properties: { $id: { type: "string" }, id: { type: "string" }, pattern: { type: "string" }, nullable: {}, enum: {} },
      },
    ],
  ])("shows one that %s, as a client of 2025 compiles it", (_, schema) => {
    expect(listed(schema)).toEqual(schema);
    // As the official SDK 1.x does with every schema of a list.
    const ajv = new Ajv({ strict: false, validateFormats: true, validateSchema: false, allErrors: true });
    expect(() => ajv.compile(Object(listed(schema)))).not.toThrow();
  });
});

describe("T19: whatever a schema is called and made of", () => {
  const schema = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      fc.string(),
      fc.double(),
      fc.bigInt(),
      fc.constant(null),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "pattern", "$id", "anyOf", "enum")),
      tie("value"),
      { maxKeys: 4 },
    ),
  })).object;
  it("it is shown, or left out", () => {
    fc.assert(
      fc.property(schema, schema, (inputSchema, outputSchema) => {
        const tool = toolWith({ inputSchema, outputSchema: { ...outputSchema, type: "object" } });
        expect(JSON.parse(JSON.stringify(mcpTool(tool)))).toMatchObject({ inputSchema: { type: "object" } });
        expect(openAiTool(tool).tool["type"]).toBe("function");
        expect(anthropicTool(tool).tool["input_schema"]).toMatchObject({ type: "object" });
      }),
    );
  });
  it("names of every object's own are names like any other", () => {
    const properties = JSON.parse('{ "__proto__": {}, "__defineGetter__": {}, "constructor": { "type": "string" } }');
    expect(listed({ type: "object", properties })).toEqual({ type: "object", properties });
  });
});

describe("T27: a schema that says it is another's", () => {
  it("is not shown: a client holds one answer against the schema of whichever tool came first with that `$id`", () => {
    expect(listed({ $id: "https://example.com/same", type: "object" })).toBeUndefined();
    expect(listed({ type: "object", properties: { a: { $id: "https://example.com/same" } } })).toBeUndefined();
  });
});

const named = fc.stringMatching(/^[a-z0-9._:-]{1,120}$/);

describe("T27: the name that an API has for a tool", () => {
  it("is one that the API takes, and its own name", () => {
    fc.assert(
      fc.property(named, (id) => {
        expect(nameForModel(id)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(nameForModel(nameForModel(id))).toBe(nameForModel(id));
      }),
    );
  });

  it("is another for each long id, however alike they begin", () => {
    const long = `acme.${"a".repeat(80)}`;
    expect(nameForModel(`${long}.one`)).not.toBe(nameForModel(`${long}.two`));
    expect(nameForModel(`${long}.one`).slice(0, 40)).toBe(`acme_${"a".repeat(35)}`);
  });
});

describe("tools for the APIs of OpenAI and Anthropic", () => {
  it("have a schema of an object, whatever the publisher left out", () => {
    const shown = toolWith({ inputSchema: { additionalProperties: false } });
    const parameters = { type: "object", properties: {}, additionalProperties: false };
    expect(openAiTool(shown)).toEqual({
      tool: { type: "function", function: { name: "acme_echo", description: "Gives a text back.", parameters } },
      lacks: [],
    });
    expect(anthropicTool(shown)).toEqual({
      tool: { name: "acme_echo", description: "Gives a text back.", input_schema: parameters },
      lacks: [],
    });
  });

  it("are without what would cost all tools of the request, and that is told", () => {
    const shown = toolWith({ inputSchema: { type: "object", properties: { a: { anyOf: [{}] } }, anyOf: [{ required: ["a"] }] } });
    expect(openAiTool({ ...shown, description: "é".repeat(2000) })).toMatchObject({
      tool: { function: { description: `${"é".repeat(1023)}…`, parameters: { properties: { a: { anyOf: [{}] } } } } },
      lacks: ["anyOf at the top of its schema", "the end of its description, which has 2000 characters"],
    });
    expect(anthropicTool(shown).tool["input_schema"]).not.toHaveProperty("anyOf");
  });
});
