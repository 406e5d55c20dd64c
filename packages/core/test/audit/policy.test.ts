import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDITIONAL_RULES, DEFAULT_POLICY, parsePolicy, RULES } from "../../src/audit/index.ts";
import { countOf, flagOf, namesOf } from "../../src/audit/parameter.ts";
import { readParameters } from "../../src/audit/policy.ts";
import { readJson } from "../../src/encoding/index.ts";
import type { Fault } from "../../src/errors.ts";
import { isSkillError } from "../../src/errors.ts";

const parse = (value: unknown) => parsePolicy(JSON.stringify(value), "policy.json");

function faults(source: string): readonly Fault[] {
  try {
    parsePolicy(source, "policy.json");
  } catch (error) {
    if (!isSkillError(error, "PolicyInvalid")) throw error;
    expect(error.details.document).toBe("policy.json");
    return error.details.faults;
  }
  throw new Error("the policy was accepted");
}

describe("audit policy", () => {
  it("fills in what is not set", () => {
    expect(parse({})).toEqual(DEFAULT_POLICY);
    expect(parse({ max_module_bytes: 0, checks: { skill_id_namespace: "warn" } })).toEqual({
      ...DEFAULT_POLICY,
      max_module_bytes: 0,
      checks: { skill_id_namespace: "warn" },
    });
  });

  it("keeps the field order of spec 4.2, whatever the file's", () => {
    const policy = parse({ checks: {}, max_module_compile_cost: 5, allow_wildcard_capabilities: true, max_module_bytes: 1 });
    expect(Object.keys(policy)).toEqual([...Object.keys(DEFAULT_POLICY).slice(0, 4), "max_module_compile_cost", "checks"]);
  });

  it("switches each additional check, and none of Palyra's", () => {
    const additional = new Set(ADDITIONAL_RULES.map(({ id }) => id));
    for (const { id } of RULES) {
      for (const level of ["fail", "warn", "off"]) {
        const text = JSON.stringify({ checks: { [id]: level } });
        if (additional.has(id)) expect(parsePolicy(text, "p").checks[id]).toBe(level);
        else expect(faults(text)).toMatchObject([{ path: `checks.${id}`, problem: "this check cannot be switched" }]);
      }
    }
    expect(faults('{"checks":{"manifest_warning:legacy_manifest_version":"off"}}')).toHaveLength(1);
  });

  it("reports every fault with its place", () => {
    const found = faults(`{
  "max_module_bytes": -1,
  "max_exported_functions": 1.5,
  "allow_device_capabilities": "yes",
  "max_modul_bytes": 1,
  "checks": { "sbom_schemas": "off", "skill_id_namespace": "error" }
}`);
    expect(found.map(({ path, line }) => [path, line])).toEqual([
      ["max_module_bytes", 2],
      ["max_exported_functions", 3],
      ["allow_device_capabilities", 4],
      ["max_modul_bytes", 5],
      ["checks.sbom_schemas", 6],
      ["checks.skill_id_namespace", 6],
    ]);
    for (const fault of found) expect(fault.quote).toBeTypeOf("string");
  });

  const refused: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["an array", "[]"],
    ["null in place of a value", '{"checks":null}'],
    ["a repeated key", '{"max_module_bytes":1,"max_module_bytes":2}'],
    ["a repeated check", '{"checks":{"skill_id_namespace":"off","skill_id_namespace":"off"}}'],
    ["a number that a double cannot hold", '{"max_module_bytes":9007199254740993}'],
    ["a whole number written as a fraction", '{"max_module_bytes":1.0}'],
    ["a level in capitals", '{"checks":{"skill_id_namespace":"Off"}}'],
    ["a key of every object's prototype", '{"checks":{"__proto__":"off","constructor":"off"}}'],
    ["something after the policy", "{} {}"],
  ];
  for (const [name, text] of refused) it(`refuses ${name}`, () => expect(faults(text).length).toBeGreaterThan(0));

  it("throws nothing but PolicyInvalid, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parsePolicy(text, "p");
        } catch (error) {
          expect(error).toHaveCode("PolicyInvalid");
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("parameters of rules", () => {
  const depth = { kind: "count", default: 64, unit: "levels", meaning: "how deep", min: 1, max: 1000 } as const;
  const strict = { kind: "flag", default: false, meaning: "whether" } as const;
  const problem = (name: string) => (name === "" ? "is blank" : undefined);
  const denied = { kind: "names", default: ["a"], unit: "licences", meaning: "which", problem } as const;
  const declared = { some_rule: { depth, strict, denied } };
  const read = (text: string) => readJson(text, (root) => readParameters(root, declared));
  const faultsOf = (text: string) => {
    const result = read(text);
    return result.ok ? [] : result.faults.map(({ path, problem, line }) => [path, problem, line]);
  };

  it("are what the rule falls back from", () => {
    const result = read('{"some_rule":{"depth":5,"strict":true,"denied":["x","y"]}}');
    if (!result.ok) throw new Error("refused");
    const policy = { parameters: result.value };
    expect(countOf(policy, "some_rule", "depth", depth)).toBe(5);
    expect(flagOf(policy, "some_rule", "strict", strict)).toBe(true);
    expect(namesOf(policy, "some_rule", "denied", denied)).toEqual(["x", "y"]);
    for (const none of [{}, { parameters: {} }, { parameters: { some_rule: {} } }]) {
      expect(countOf(none, "some_rule", "depth", depth)).toBe(64);
      expect(flagOf(none, "some_rule", "strict", strict)).toBe(false);
      expect(namesOf(none, "some_rule", "denied", denied)).toEqual(["a"]);
    }
  });

  it("have every fault told at its place", () => {
    const text =
      '{"some_rule":{\n"depth":0,\n"strict":1,\n"denied":["x",""],\n"deep":1},\n"constructor":{},\n"skill_id_namespace":{}}';
    expect(faultsOf(text)).toEqual([
      ["some_rule.depth", "too small", 2],
      ["some_rule.strict", "expected true or false, found an integer", 3],
      ["some_rule.denied[1]", "is blank", 4],
      ["some_rule.deep", "unknown parameter", 5],
      ["constructor", "unknown check", 6],
      ["skill_id_namespace", "this check has no parameters", 7],
    ]);
  });

  it("names the check that was probably meant, and not a list that is cut", () => {
    const allowed = (text: string) => {
      try {
        parsePolicy(text, "policy.json");
      } catch (error) {
        if (isSkillError(error, "PolicyInvalid")) return error.details.faults[0]?.allowed;
      }
      return undefined;
    };
    expect(allowed('{"checks":{"tool_text_hiden":"off"}}')).toMatch(/^tool_text_hidden, or another of \d+$/);
    expect(allowed('{"parameters":{"vulnerability_match":{}}}')).toMatch(/^vulnerability_matches, or another of \d+$/);
    expect(allowed('{"checks":{"xyz":"off"}}')).toContain("tool_text_hidden, ");
  });

  it("have defaults that a policy could set, and stand in the policy only where it sets some", () => {
    for (const { id, parameters = {} } of RULES) {
      const values = Object.fromEntries(Object.entries(parameters).map(([name, each]) => [name, each.default]));
      if (Object.keys(values).length > 0) expect(parse({ parameters: { [id]: values } }).parameters).toEqual({ [id]: values });
    }
    expect(parse({})).not.toHaveProperty("parameters");
  });
});
