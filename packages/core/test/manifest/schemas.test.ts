import { parseManifest } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { BASE, utf8 } from "./toml.ts";

const schemaOf = (toml: string) => {
  const [tool] = parseManifest(utf8(BASE.replace('input_schema = { type = "object" }', `input_schema = ${toml}`))).entrypoints
    .tools;
  if (tool === undefined) throw new Error("no tool");
  return tool.input_schema;
};

describe("the JSON Schemas of a tool", () => {
  it("have their keys in the order of their UTF-8 bytes, at every level (spec 11.2)", () => {
    const schema = schemaOf('{ z = 1, "🙂" = 2, "\uffee" = 3, B = 4, a = { d = 1, c.f = 2, c.e = 3 } }');
    expect(Object.keys(schema)).toEqual(["B", "a", "z", "\uffee", "🙂"]);
    expect(JSON.stringify(schema["a"])).toBe('{"c":{"e":3,"f":2},"d":1}');
  });

  it("have no prototype, so that no key is special", () => {
    const schema = schemaOf("{ __proto__ = { polluted = true }, constructor = 1, toString.__proto__ = 2 }");
    expect(Object.getPrototypeOf(schema)).toBeNull();
    expect(Object.keys(schema)).toEqual(["__proto__", "constructor", "toString"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("keep integers exact: a number where a double holds it, else a bigint", () => {
    expect(schemaOf("{ a = 9007199254740991, b = 9007199254740992, c = -1, d = 18446744073709551615, e = 2.0 }")).toEqual(
      Object.assign(Object.create(null), { a: 9007199254740991, b: 9007199254740992n, c: -1, d: 18446744073709551615n, e: 2 }),
    );
  });
});

describe("the properties of an operator's configuration", () => {
  it("are in order by key, without a prototype", () => {
    const text = `${BASE}[operator.config.properties]\nz.type = "string"\n__proto__.type = "string"\na.type = "string"\n`;
    const properties = parseManifest(utf8(text)).operator.config?.properties ?? {};
    expect(Object.getPrototypeOf(properties)).toBeNull();
    expect(Object.keys(properties)).toEqual(["__proto__", "a", "z"]);
  });

  it("must be declared to be required, whatever an object inherits", () => {
    const required = (key: string) => `${BASE}[operator.config]\nrequired = ["${key}"]\nproperties.a.type = "string"\n`;
    expect(() => parseManifest(utf8(required("a")))).not.toThrow();
    expect(() => parseManifest(utf8(required("constructor")))).toThrow("ManifestValidation");
    expect(() => parseManifest(utf8(required("__proto__")))).toThrow("ManifestValidation");
  });
});
