import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type Options } from "ajv";
import Ajv2019 from "ajv/dist/2019.js";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { type JsonValue, parseJson, toValue } from "../../src/encoding/index.ts";
import { checkSchema, type SchemaProblem } from "../../src/schema/index.ts";

const LIMITS = { maxDepth: 32, maxSubschemas: 2000 };
const check = (schema: JsonValue): readonly SchemaProblem[] => checkSchema(schema, LIMITS);
const told = (schema: JsonValue): readonly string[] => check(schema).map(({ code, path }) => `${code} ${path}`);
const nested = (depth: number): JsonValue => (depth === 0 ? {} : { items: nested(depth - 1) });
const doubling = (levels: number): JsonValue => ({
  $defs: Object.fromEntries(
    Array.from({ length: levels }, (_, index) => [
      `a${index}`,
      { allOf: index === 0 ? [true] : [{ $ref: `#/$defs/a${index - 1}` }, { $ref: `#/$defs/a${index - 1}` }] },
    ]),
  ),
  $ref: `#/$defs/a${levels - 1}`,
});

describe("a schema", () => {
  const cases: readonly (readonly [string, JsonValue, readonly string[]])[] = [
    ["of nothing", {}, []],
    ["of no object", 5, ["schema_invalid "]],
    ["with a keyword of the wrong type", { properties: { a: { minLength: "3" } } }, ["schema_invalid .properties.a.minLength"]],
    ["with an unknown type", { type: "int" }, ["schema_invalid .type"]],
    ["with a negative length", { maxItems: -1 }, ["schema_invalid .maxItems"]],
    ["with an empty choice", { anyOf: [] }, ["schema_invalid .anyOf"]],
    ["with the items of draft 7", { items: [{}] }, ["schema_invalid .items"]],
    ["of draft 7", { $schema: "http://json-schema.org/draft-07/schema#", items: [{}], definitions: { a: {} } }, []],
    ["of draft 4", { $schema: "http://json-schema.org/draft-04/schema#", minimum: 1, exclusiveMinimum: true }, []],
    [
      "of draft 4 with what came later",
      { $schema: "http://json-schema.org/draft-04/schema#", exclusiveMinimum: 3 },
      ["schema_invalid .exclusiveMinimum"],
    ],
    ["of another dialect", { $schema: "https://example.com/dialect" }, ["unknown_draft .$schema"]],
    ["that refers into itself", { $ref: "#/$defs/a", $defs: { a: { $anchor: "x" }, b: { $ref: "#x" } } }, []],
    [
      "that refers to another document",
      { properties: { a: { $ref: "https://example.com/a.json" } } },
      ["remote_reference .properties.a.$ref"],
    ],
    ["that refers to a file", { $ref: "other.json#/a" }, ["remote_reference .$ref"]],
    ["that refers elsewhere by its own id", { $id: "https://example.com/s/", $ref: "a.json" }, ["remote_reference .$ref"]],
    ["that refers to an id of its own", { $id: "https://example.com/s/", $ref: "a.json", $defs: { a: { $id: "a.json" } } }, []],
    ["that refers dynamically", { items: { $dynamicRef: "#" } }, ["unsupported .items.$dynamicRef"]],
    ["that refers to where only that leads", { $ref: "#a", $defs: { a: { $dynamicAnchor: "a" } } }, ["dangling_reference .$ref"]],
    ["with a property of that name", { properties: { $dynamicRef: { type: "string" } }, const: { $dynamicRef: "#" } }, []],
    ["of two drafts", { $defs: { a: { $schema: "http://json-schema.org/draft-07/schema#" } } }, ["unsupported .$defs.a.$schema"]],
    [
      "that refers to the schema of schemas",
      { $ref: "https://json-schema.org/draft/2020-12/schema" },
      ["remote_reference .$ref"],
    ],
    ["that refers to nothing", { $ref: "#/$defs/none" }, ["dangling_reference .$ref"]],
    ["that refers to itself alone", { $ref: "#" }, ["reference_cycle "]],
    [
      "that comes back to itself by choices",
      { $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } },
      ["reference_cycle .$defs.b.not"],
    ],
    ["that is a tree", { properties: { children: { items: { $ref: "#" } } } }, []],
    ["that is as deep as may be", nested(32), []],
    ["that is deeper", nested(33), [`too_deep ${".items".repeat(33)}`]],
    [
      "that is large",
      { properties: Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`p${index}`, true])) },
      ["too_large .properties.p1999"],
    ],
    ["that doubles a few times", doubling(12), []],
    ["with a hostile pattern", { properties: { a: { pattern: "^(a+)+$" } } }, ["pattern_exponential .properties.a.pattern"]],
    [
      "with a hostile pattern as a name",
      { patternProperties: { "(a|a)*b": true } },
      ["pattern_exponential .patternProperties.(a|a)*b"],
    ],
    [
      "with a pattern where none is",
      { const: { pattern: "^(a+)+$", $ref: "https://example.com" }, enum: [{ type: 5 }], default: { $ref: 5 } },
      [],
    ],
  ];
  it.each(cases)("%s", (_, schema, expected) => expect(told(schema)).toEqual(expected));

  it("that doubles forty times holds up nobody", () => {
    const start = busyMs();
    expect(check(doubling(40)).map(({ code }) => code)).toEqual(["reference_expansion"]);
    expect(busyMs() - start).toBeLessThan(1000);
  });

  it("with many patterns that are hard to decide is given up on in bounded time", () => {
    const hard = `(?:${"[a-z]*".repeat(60)})`;
    const schema = {
      patternProperties: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${hard}${index}`, true])),
    };
    const start = busyMs();
    expect(
      check(schema).every(({ code }) => code === "pattern_too_large" || code === "too_large" || code === "pattern_polynomial"),
    ).toBe(true);
    expect(busyMs() - start).toBeLessThan(20_000);
  });
});

describe("held against ajv's meta-schemas", () => {
  const options: Options = { strict: false, validateFormats: false, logger: false };
  const drafts = [
    ["https://json-schema.org/draft/2020-12/schema", new Ajv2020.default(options)],
    ["https://json-schema.org/draft/2019-09/schema", new Ajv2019.default(options)],
    ["http://json-schema.org/draft-07/schema#", new Ajv.default(options)],
  ] as const;
  const keywords =
    "type properties required items prefixItems additionalItems additionalProperties minLength maximum exclusiveMinimum multipleOf uniqueItems enum const anyOf not if dependentRequired dependentSchemas dependencies contains minContains $defs $comment title readOnly deprecated propertyNames unevaluatedItems examples default $anchor".split(
      " ",
    );
  const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(
        true,
        false,
        null,
        0,
        1,
        -1,
        1.5,
        "string",
        "x y",
        ["string"],
        ["string", "integer"],
        ["a", "a"],
        [],
        {},
        { a: ["b"] },
        { a: [1] },
      ),
      tie("schema"),
      fc.array(tie("schema"), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("a", "b"), tie("schema"), { maxKeys: 2 }),
    ),
    schema: fc.oneof(fc.boolean(), fc.dictionary(fc.constantFrom(...keywords), tie("value"), { maxKeys: 4 })),
  }));

  for (const [uri, ajv] of drafts)
    it(uri, () => {
      fc.assert(
        fc.property(schema, (body) => {
          if (typeof body !== "object" || body === null) return;
          // ajv's copy of the meta-schema of draft 7 asks more of `enum` than the published one.
          if (uri.includes("draft-07") && JSON.stringify(body).includes('"enum":[')) return;
          const whole = toValue(parseJson(JSON.stringify({ ...body, $schema: uri })));
          const valid = !check(whole).some(({ code }) => code === "schema_invalid");
          expect(valid).toBe(ajv.validateSchema(JSON.parse(JSON.stringify({ ...body, $schema: uri }))));
        }),
        { numRuns: 1000 },
      );
    });
});

describeShared("corpora/json-schema", "schemas of the JSON Schema test suite (2020-12)", () => {
  const folder = shared("corpora/json-schema/tests/draft2020-12");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  const groups = files.flatMap((file) => {
    const parsed = toValue(parseJson(readFileSync(join(folder, file), "utf8")));
    if (!Array.isArray(parsed)) return [];
    return parsed.flatMap((group: JsonValue) =>
      typeof group === "object" && group !== null && "schema" in group
        ? [{ name: `${file}: ${String("description" in group ? group["description"] : "")}`, schema: group["schema"] }]
        : [],
    );
  });

  it("are valid, but for those that leave the document, and those that are odd on purpose", () => {
    expect(groups.length).toBeGreaterThan(350);
    const refused = groups.flatMap(({ name, schema }) => {
      const codes = [...new Set(check(schema ?? null).map(({ code }) => code))];
      return codes.length === 0 ? [] : [`${name}: ${codes.join(", ")}`];
    });
    const outside = refused.filter(
      (each) =>
        /remote_reference|unknown_draft|unsupported|dangling_reference/.test(each) &&
        /refRemote|vocabulary|cross-draft|localhost|remote|unknown|dynamicRef|format|schema/i.test(each),
    );
    expect(refused.filter((each) => !outside.includes(each))).toEqual([]);
  });
});

describe("T17: addresses in a schema", () => {
  it("are told where they are long, and resolve nothing", () => {
    const $defs = Object.fromEntries(Array.from({ length: 1900 }, (_, at) => [`d${at}`, { $ref: `#/$defs/d0` }]));
    const problems = told({ $id: `http://a/${"../".repeat(200_000)}`, $defs });
    expect(problems).toContain("too_large .$id");
  });

  it("do not grow from one to the next", () => {
    const grown = (depth: number): JsonValue => ({
      $id: `${"a/".repeat(900)}b`,
      ...(depth === 0 ? {} : { items: grown(depth - 1) }),
    });
    expect(told(grown(3)).every((each) => each.startsWith("too_large "))).toBe(true);
    expect(told(grown(3))).not.toEqual([]);
  });

  it("are told of references, too", () => {
    expect(told({ $ref: `#/${"a".repeat(3000)}` })).toEqual(["too_large .$ref"]);
  });
});
