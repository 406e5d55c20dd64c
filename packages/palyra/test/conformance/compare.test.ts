import { encodeUtf8, type JsonObject, type JsonValue, writeJson } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { plain } from "../../src/cli/text/paint.ts";
import { conformanceView } from "../../src/cli/views/conformance.ts";
import type { Case } from "../../src/conformance/areas/area.ts";
import { asObject, compareValue, compareVerdict, isList, member } from "../../src/conformance/compare.ts";
import { DEVIATIONS } from "../../src/conformance/deviations.ts";
import { tryCases } from "../../src/conformance/run.ts";
import { answerTo } from "../../src/conformance/serve.ts";
import { loadCases } from "../../src/conformance/vectors.ts";
import { nodePlatform } from "../../src/platform/index.ts";

describe("comparing values", () => {
  const same = (expected: JsonValue, actual: JsonValue) => compareValue(expected, actual, "").length === 0;

  it("counts no order of keys, and every value", () => {
    expect(same({ a: 1, b: [null, "x"] }, { b: [null, "x"], a: 1 })).toBe(true);
    for (const other of [
      { a: 1 },
      { a: 1, b: [null] },
      { a: 1, b: ["x", null] },
      { a: 2, b: [null, "x"] },
      { a: 1, b: [null, "x"], c: 0 },
      [],
      null,
    ])
      expect(same({ a: 1, b: [null, "x"] }, other)).toBe(false);
  });

  it("knows the marks of the vectors", () => {
    expect(same({ $int: "18446744073709551615" }, 18446744073709551615n)).toBe(true);
    expect(same({ $int: "18446744073709551615" }, 18446744073709551616n)).toBe(false);
    expect(same({ $int: "18446744073709551615" }, 2 ** 64)).toBe(false);
    expect(same({ $float: "1.0" }, 1)).toBe(true);
    expect(same({ $float: "6.02e+23" }, 602000000000000000000000n)).toBe(true);
    expect(same({ $float: "1.0" }, "1.0")).toBe(false);
    expect(same(1, "1")).toBe(false);
    expect(same(0, false)).toBe(false);
  });

  it("takes keys of every object as its own", () => {
    const proto = Object.fromEntries([["__proto__", "a"]]);
    expect(same(proto, proto)).toBe(true);
    expect(same(proto, {})).toBe(false);
    expect(same({}, proto)).toBe(false);
    expect(same({ constructor: "x" }, {})).toBe(false);
  });

  it("takes any of the codes that a vector allows, and no other", () => {
    const vector = { ok: false, code: "Zip", also: ["InvalidArtifactPath"] };
    const verdict = (code: string) => compareVerdict(vector, { ok: false, code }).length;
    expect([verdict("Zip"), verdict("InvalidArtifactPath"), verdict("Serialization")]).toEqual([0, 0, 1]);
    expect(compareVerdict(vector, { ok: true })).toHaveLength(1);
    expect(compareVerdict({ ok: true }, { ok: false, code: "Zip" })).toHaveLength(1);
    expect(compareVerdict({ ok: false, code: "Zip" }, {})).toHaveLength(1);
  });
});

const tools = { platform: nodePlatform, now: () => 1_800_000_000_000 };
type Spoil = (answer: JsonObject, op: string) => JsonObject;

/** Changes the value at a path of keys; leaves an answer without it as it is. */
function at(path: readonly (string | number)[], change: (value: JsonValue) => JsonValue): Spoil {
  const spoil = (value: JsonValue, depth: number): JsonValue => {
    const key = path[depth];
    if (key === undefined) return change(value);
    if (typeof key === "number")
      return isList(value) && value.length > 0 ? value.with(key, spoil(value.at(key) ?? null, depth + 1)) : value;
    const object = asObject(value);
    const inner = member(object, key);
    return inner === undefined ? value : { ...object, [key]: spoil(inner, depth + 1) };
  };
  return (answer) => asObject(spoil(answer, 0)) ?? answer;
}
const other = (): JsonValue => "something else";
const oneLess = (value: JsonValue): JsonValue => (isList(value) ? value.slice(1) : value);
const oneMore = (value: JsonValue): JsonValue => (isList(value) ? [...value, value[0] ?? "x"] : value);
const without =
  (key: string) =>
  (value: JsonValue): JsonValue => {
    const { [key]: _, ...rest } = asObject(value) ?? {};
    return rest;
  };
const flipped: Spoil = (answer) => (answer["ok"] === true ? { ok: false, code: "Zip", message: "" } : { ok: true });
const anotherCode: Spoil = (answer) => (answer["ok"] === true ? answer : { ...answer, code: "Serialisation" });
const empty: Spoil = () => ({});

/** What an implementation could get wrong, by area. Each must be noticed. */
const WRONG: { readonly [area: string]: readonly (readonly [string, Spoil])[] } = {
  manifest: [
    ["a default", at(["manifest", "capabilities", "quotas", "fuel_budget"], () => 5)],
    ["an absent part that is there", at(["manifest"], (value) => ({ ...asObject(value), builder: null }))],
    ["a part that is missing", at(["manifest"], without("operator"))],
    ["the grants", at(["grants", "http_hosts"], oneMore)],
    ["the bindings", at(["bindings"], oneLess)],
    ["the need for review", at(["review"], (value) => value !== true)],
    ["the warnings", at(["warnings"], oneMore)],
  ],
  artifact: [
    ["the layout", at(["layout"], other)],
    ["the payload's hash", at(["payload_sha256"], other)],
    ["a signature's field", at(["signature", "key_id"], other)],
    ["an entry too few", at(["entries"], oneLess)],
    ["the warnings", at(["manifest_warnings"], oneMore)],
    ["the decision", at(["report", "trust_decision"], other)],
    ["the event", at(["report", "audit_event", "policy_bindings"], oneMore)],
    ["a report without a field", at(["report"], without("capability_grants"))],
    ["a pin that is not kept", at(["trust_after", "tofu_publishers"], () => ({}))],
    ["a digest", at(["entries", 0, "sha256"], other)],
    ["a size", at(["entries", 0, "size"], () => -1)],
  ],
  audit: [
    ["a check's status", at(["report", "checks", 0, "status"], () => "fail")],
    ["a check's severity", at(["report", "checks", 0, "severity"], other)],
    ["a check too few", at(["report", "checks"], oneLess)],
    ["the order", at(["report", "checks"], (list) => (isList(list) ? list.toReversed() : list))],
    ["details", at(["report", "checks", 4, "details"], other)],
    ["the verdict", at(["report", "passed"], (value) => value !== true)],
    ["the quarantine", at(["report", "should_quarantine"], (value) => value !== true)],
    ["the reasons", at(["report", "quarantine_reasons"], (value) => (isList(value) ? [...value, "x"] : value))],
    ["the policy", at(["report", "policy", "max_module_bytes"], () => 1)],
    ["the scan", at(["report", "vulnerability_scan", "status"], other)],
    ["a pin of what did not pass", at(["trust_after"], () => ({ tofu_publishers: { x: "1" } }))],
  ],
  trust: [
    ["the store", at(["trust"], () => ({}))],
    ["the store afterwards", at(["trust_after", "tofu_publishers"], () => ({ evil: "00" }))],
    ["the decision", at(["report", "trust_decision"], other)],
  ],
  keys: [
    ["the key", at(["key"], other)],
    ["the length in the details", at(["details", "actual"], () => -1)],
  ],
  build: [["what is in the file", (answer, op) => (op === "archive" ? at(["entries", 0, "sha256"], other)(answer, op) : answer)]],
};

it("a difference that this project lists is marked, in JSON and in text, and any other is not", async () => {
  const [area = "", name = ""] = DEVIATIONS[0]?.vector.split("/") ?? [];
  const wrong = (each: string): Case => ({
    area,
    name: each,
    ops: ["audit"],
    check: async () => [{ at: "", expected: "a", actual: "b" }],
  });
  const report = await tryCases([wrong(name), wrong("another")], async () => ({ ops: ["audit"] }));
  expect(report).toMatchObject({ differed: 2, areas: [{ differences: [{ case: name, known: true }, { known: false }] }] });
  const lines = [`differs  ${area} ${name}  known: see docs/interoperability.md`, `differs  ${area} another`];
  expect(conformanceView(report, plain, {})).toEqual(expect.arrayContaining(lines));
});

describeShared("conformance", "a wrong implementation is caught", () => {
  const known = new Set(DEVIATIONS.map(({ vector }) => vector));
  const small = (each: Case) =>
    !known.has(`${each.area}/${each.name}`) && !/16-mib|64-mib|80-mib|4-gib|total-over|256|257/.test(each.name);
  const casesOf = async (area: string): Promise<readonly Case[]> => {
    const all = (await loadCases(shared("conformance"))).filter((each) => each.area === area && small(each));
    // Accepted and refused ones, spread over the area.
    return all.filter((_, index) => index % Math.ceil(all.length / 12) === 0);
  };
  const trying = (cases: readonly Case[], spoil: Spoil) =>
    tryCases(cases, async (op, request) => {
      const answer = await answerTo(encodeUtf8(writeJson({ op, ...request })), tools);
      return op === "capabilities" ? answer : spoil(answer, op);
    });

  describe.each(Object.entries(WRONG))("%s", (area, wrongs) => {
    it("that says yes for no, and no for yes, in every case", async () => {
      const cases = await casesOf(area);
      for (const spoil of [flipped, empty]) expect((await trying(cases, spoil)).agreed).toBe(0);
    });

    it("that refuses with another code", async () => {
      const report = await trying(await casesOf(area), anotherCode);
      expect(report.differed > 0 || area === "audit").toBe(true);
    });

    it.each(wrongs)("%s", async (_, spoil) => {
      const cases = await casesOf(area);
      const right = await trying(cases, (answer) => answer);
      expect(right.differed).toBe(0);
      expect((await trying(cases, spoil)).differed).toBeGreaterThan(0);
    });
  });
});
