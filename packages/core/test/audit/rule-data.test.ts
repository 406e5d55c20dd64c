import { describe, expect, it } from "vitest";
import { RULES, referenceOf } from "../../src/audit/index.ts";
import { rulePage } from "../../src/report/index.ts";

describe("rules as data", () => {
  it("have one id each, of snake case", () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
  });

  it.each(RULES.map((rule) => [rule.id, rule] as const))(
    "%s: says what, why and what to do, and refers to what there is",
    (_, rule) => {
      expect(rule.asks).toMatch(/\?$/);
      for (const sentence of [rule.why, rule.advice]) expect(sentence).toMatch(/^[A-Z`].*\.$/);
      for (const id of rule.references) expect(referenceOf(id), id).toBeDefined();
      expect(rulePage(rule, { threats: undefined })).toContain(rule.why);
    },
  );
});

it("shows by an example what each rule finds, but for those that find nothing: what they ask for holds of every artifact that is opened", () => {
  expect(RULES.filter(({ example }) => example === undefined).map(({ id }) => id)).toEqual([
    "signature_validity",
    "sbom_presence",
    "provenance_presence",
    "manifest_sanity",
    "manifest_filesystem_scopes",
    "manifest_http_egress_scopes",
    "manifest_secret_scopes",
    "wasm_module_presence",
  ]);
});

it("knows no reference of another form", () => {
  for (const id of [
    "CWE-",
    "cwe-1",
    "LLM11:2025",
    "MCP00:2025",
    "T",
    "CVE-1-1",
    "http://a.example",
    "javascript:x",
    "__proto__",
    "constructor",
  ])
    expect(referenceOf(id), id).toBeUndefined();
});
