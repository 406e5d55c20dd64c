import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Check, dayOf, holdAgainst, isDay, parseBaseline, resultsOf, whatOf, writeBaseline } from "../../src/audit/index.ts";
import { isSkillError } from "../../src/errors.ts";
import type { Audited } from "../../src/report/index.ts";
import { open, totalsOf } from "../../src/report/index.ts";
import { nodePlatform } from "../platforms.ts";
import { acceptances, check, NOW, plainCheck, reportOf, skill } from "./samples.ts";

const results = (...checks: readonly Check[]) => resultsOf(skill(...checks), nodePlatform);
const fingerprint = (...checks: readonly Check[]) => results(...checks)[0]?.fingerprint;

describe("fingerprints", () => {
  const base = { code: "odd", place: { file: "a.md", line: 3, column: 4, tool: "t", field: "f" }, quote: "x" };

  it("are not of lines, offsets, levels and messages", () => {
    const same = fingerprint(check("rule", [base]));
    expect(same).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint(check("rule", [{ ...base, message: "Other words.", status: "warn" }]))).toBe(same);
    expect(fingerprint(check("rule", [{ ...base, place: { file: "a.md", line: 9, offset: 7, tool: "t", field: "f" } }]))).toBe(
      same,
    );
  });

  it("are of rule, code, file, tool, field, what stands there and what else it is about", () => {
    const others = [
      check("rule2", [base]),
      check("rule", [{ ...base, code: "odder" }]),
      check("rule", [{ ...base, place: { ...base.place, file: "b.md" } }]),
      check("rule", [{ ...base, place: { ...base.place, tool: "u" } }]),
      check("rule", [{ ...base, place: { ...base.place, field: "g" } }]),
      check("rule", [{ ...base, quote: "y" }]),
      check("rule", [{ ...base, about: "GHSA-1" }]),
      check("rule", [{ ...base, about: "GHSA-2" }]),
    ].map((each) => fingerprint(each));
    expect(new Set([fingerprint(check("rule", [base])), ...others]).size).toBe(others.length + 1);
  });

  it("tell one more of the same from the first", () => {
    const [first, second] = results(check("rule", [base, base]));
    expect(first?.fingerprint).toBe(fingerprint(check("rule", [base])));
    expect(second?.fingerprint).not.toBe(first?.fingerprint);
  });

  it("of a check without findings are of its message without its amounts", () => {
    const of = (message: string) => fingerprint(plainCheck("limit", "fail", message));
    expect(of("Has 130 functions, of at most 128.")).toBe(of("Has 400 functions, of at most 128."));
    expect(of("Imports `f1`.")).not.toBe(of("Imports `f2`."));
    expect(of("Has CVE-2025-1111.")).not.toBe(of("Has CVE-2025-2222."));
  });

  it("are missing where nothing can be named: more than is listed, and what could not be judged", () => {
    expect(results(check("rule", [base], 60)).map((each) => each.fingerprint === undefined)).toEqual([false, true]);
    expect(results(plainCheck("rule", "skipped"))[0]).not.toHaveProperty("fingerprint");
    expect(results(plainCheck("rule", "pass"))).toEqual([]);
  });

  it("believe nothing of details that came from elsewhere", () => {
    const odd = (details: object) => results({ ...plainCheck("rule", "fail"), details: JSON.parse(JSON.stringify(details)) });
    expect(odd({ findings: "x" })).toHaveLength(1);
    expect(odd({ findings: [null, 3, { code: 1 }, { code: "a", status: "pass", message: "m" }] })[0]).not.toHaveProperty(
      "fingerprint",
    );
    const [found] = odd({
      findings: [{ code: "a", status: "warn", message: "m", place: { file: "f", line: -1, column: 1.5, tool: 3 } }],
    });
    expect(found?.place).toEqual({ file: "f" });
  });
});

describe("a baseline", () => {
  const audited: Audited = {
    path: "a.palyra-skill",
    report: skill(check("rule", [{ quote: "a" }, { quote: "b", status: "warn" }]), plainCheck("other", "fail")),
  };

  it("accepts what it names, which is shown as accepted and counts no more", () => {
    const report = reportOf(
      [audited],
      acceptances(audited, (at) => at === 0),
    );
    expect(totalsOf(report.subjects)).toEqual({ fail: 1, warn: 1, skipped: 0, accepted: 1, silenced: 0, problems: 0 });
    expect(report.subjects[0]?.results[0]?.accepted).toMatchObject({ owner: "ada", reason: "It is known." });
    expect(open(report.subjects[0]?.results ?? [], "fail").map(({ check_id }) => check_id)).toEqual(["other"]);
  });

  it("holds to the end of its day, and not beyond", () => {
    const until = (expires: string) =>
      reportOf(
        [audited],
        acceptances(audited, (at) => at === 0, { expires }),
      );
    expect(totalsOf(until("2023-11-14").subjects).accepted).toBe(1);
    const past = until("2023-11-13");
    expect(totalsOf(past.subjects).accepted).toBe(0);
    expect(past.baseline?.problems).toMatchObject([{ problem: "expired" }]);
  });

  it("tells what it accepts in vain, and is not believed of another check", () => {
    const named = acceptances(audited, (at) => at === 0, { check_id: "other" });
    const report = reportOf([audited], named);
    expect(totalsOf(report.subjects).accepted).toBe(0);
    expect(report.baseline?.problems).toMatchObject([{ problem: "unmatched", entry: { check_id: "other" } }]);
  });

  it("cannot accept what a check does not list, nor what could not be judged", () => {
    const more: Audited = { path: "a", report: skill(check("rule", [{ quote: "a" }], 60), plainCheck("late", "skipped")) };
    const report = reportOf(
      [more],
      acceptances(more, () => true),
    );
    expect(totalsOf(report.subjects)).toMatchObject({ fail: 1, skipped: 1, accepted: 1 });
  });

  it("leaves the report itself as it was: whether a skill is quarantined is not its business", () => {
    const before = JSON.stringify(audited.report);
    reportOf(
      [audited],
      acceptances(audited, () => true),
    );
    expect(JSON.stringify(audited.report)).toBe(before);
  });

  it("is read as it was written", () => {
    const text = fc.string({ minLength: 1, maxLength: 50 }).filter((each) => each.trim() !== "");
    const entry = fc.record({
      fingerprint: fc.stringMatching(/^[0-9a-f]{64}$/),
      check_id: text,
      reason: text,
      owner: text,
      expires: fc.constant("2027-02-28"),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ fingerprint: of }) => of, maxLength: 5 }), (accepted) => {
        expect(parseBaseline(writeBaseline({ accepted }), "b")).toEqual({ accepted });
      }),
    );
  });

  it("has every fault told at its place", () => {
    const text = `{ "schema_version": 2, "accepted": [
{ "fingerprint": "x", "check_id": "", "reason": " ", "owner": "ada", "expires": "2027-02-29" },
{ "fingerprint": "${"a".repeat(64)}", "check_id": "c", "reason": "r", "owner": "o", "expires": "2027-02-28" },
{ "fingerprint": "${"a".repeat(64)}", "check_id": "c", "owner": "o", "expires": "soon", "note": 1 } ] }`;
    try {
      parseBaseline(text, "b.json");
      expect.unreachable();
    } catch (error) {
      if (!isSkillError(error, "BaselineInvalid")) throw error;
      expect(error.details.faults.map(({ path, line }) => [path, line])).toEqual([
        ["schema_version", 1],
        ["accepted[0].fingerprint", 2],
        ["accepted[0].check_id", 2],
        ["accepted[0].reason", 2],
        ["accepted[0].expires", 2],
        ["accepted[2].reason", 4],
        ["accepted[2].fingerprint", 4],
        ["accepted[2].expires", 4],
        ["accepted[2].note", 4],
      ]);
    }
  });

  it("throws nothing but BaselineInvalid, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseBaseline(text, "b");
        } catch (error) {
          expect(error).toHaveCode("BaselineInvalid");
        }
      }),
    );
  });

  it("says what it is about in words that everybody can see", () => {
    const [found] = results(check("rule", [{ message: "It has \u202e." }]));
    if (found === undefined) throw new Error("nothing found");
    expect(whatOf(found)).toBe("skill.toml: It has \\u{202e}.");
  });

  it("accepts nothing of an audit that found nothing", () => {
    const [entry] = acceptances(audited, () => true);
    if (entry === undefined) throw new Error("nothing found");
    expect(holdAgainst({ accepted: [entry] }, [], NOW).problems).toHaveLength(1);
  });
});

it("days are those of the calendar", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 }), (ms) => {
      expect(dayOf(ms)).toBe(new Date(ms).toISOString().slice(0, 10));
      expect(isDay(dayOf(ms))).toBe(true);
    }),
    { numRuns: 2000 },
  );
  for (const none of ["2027-02-29", "2027-00-01", "2027-13-01", "2027-01-32", "2027-1-1", "", "2027-01-01T00:00:00Z"])
    expect(isDay(none)).toBe(false);
});
