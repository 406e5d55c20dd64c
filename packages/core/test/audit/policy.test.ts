import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDITIONAL_RULES, DEFAULT_POLICY, parsePolicy, RULES } from "../../src/audit/index.ts";
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
