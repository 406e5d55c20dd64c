import fc from "fast-check";
import type { AuditReport, Check } from "../../src/audit/index.ts";
import { type Acceptance, parseBaseline, RULES, resultsOf, writeBaseline } from "../../src/audit/index.ts";
import { type Audited, makeReport, type Report } from "../../src/report/index.ts";
import { nodePlatform } from "../platforms.ts";

export const NOW = 1_700_000_000_000; // 2023-11-14
const PROGRAM = { name: "palyra", version: "0.1.0" };

export type Listed = {
  readonly code?: string;
  readonly status?: "fail" | "warn";
  readonly message?: string;
  readonly place?: object;
  readonly quote?: string;
  readonly about?: string;
};

/** A check that lists findings. */
export function check(check_id: string, found: readonly Listed[], count = found.length): Check {
  const findings = found.map(
    ({ code = "odd", status = "fail", message = "It is odd.", place = { file: "skill.toml" }, ...more }) => ({
      code,
      status,
      message,
      place,
      ...more,
    }),
  );
  const status = findings.some((each) => each.status === "fail") ? "fail" : "warn";
  return { check_id, status, severity: "error", message: "Odd.", details: JSON.parse(JSON.stringify({ count, findings })) };
}

export const plainCheck = (check_id: string, status: Check["status"], message = `${check_id} says so.`): Check => ({
  check_id,
  status,
  severity: status === "fail" ? "error" : status === "pass" ? "info" : "warning",
  message,
});

export const skill = (...checks: readonly Check[]): Pick<AuditReport, "skill_id" | "version" | "publisher" | "checks"> => ({
  skill_id: "acme.echo",
  version: "1.0.0",
  publisher: "acme",
  checks,
});

/** Accepts the results of a report that `which` takes. */
export function acceptances(of: Audited, which: (at: number) => boolean, more: Partial<Acceptance> = {}): readonly Acceptance[] {
  if (of.report === undefined) return [];
  return resultsOf(of.report, nodePlatform).flatMap(({ fingerprint, check_id }, at) =>
    fingerprint === undefined || !which(at)
      ? []
      : [{ fingerprint, check_id, reason: "It is known.", owner: "ada", expires: "2023-12-31", ...more }],
  );
}

export function reportOf(audited: readonly Audited[], accepted?: readonly Acceptance[]): Report {
  const baseline = accepted === undefined ? {} : { baseline: { file: "baseline.json", baseline: reread(accepted) } };
  return makeReport(
    {
      program: PROGRAM,
      of: "audit",
      audited,
      rules: RULES.filter(({ id }) =>
        /^(?:skill_id_namespace|wasm_imports_declared|wasm_portability|vulnerability_feed_hook)$/.test(id),
      ),
      ...baseline,
      now: NOW,
    },
    nodePlatform,
  );
}

const reread = (accepted: readonly Acceptance[]) => parseBaseline(writeBaseline({ accepted }), "baseline.json");

/** What somebody writes who wants out of whatever his text is put into. */
const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></failure><failure>",
    "--><!--",
    "| a | b |\n| --- | --- |",
    "`</code>` ``` ~~~",
    "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
    "@everyone #1 GH-1 www.evil.example https://evil.example a@evil.example",
    "\u001b]0;title\u0007\u001b[2J",
    "a\u202eb\u2066c\u200b\u{e0041}\ufeff\u0000\ufffe\uffff\ud800",
    "\r\n::error::x\n::set-output name=a::b",
    "{0} {{1}} [text](1) \\[x\\]",
    "&amp;&#x3c;&lt;",
    "</details></td></table>",
    "é̷e".repeat(50),
  ),
);

const place = fc.record(
  {
    file: hostile,
    offset: fc.nat(),
    line: fc.integer({ min: 1, max: 50 }),
    column: fc.integer({ min: 1, max: 50 }),
    tool: hostile,
    field: hostile,
  },
  { requiredKeys: ["file"] },
);

const finding = fc.record(
  { code: hostile, status: fc.constantFrom("fail" as const, "warn" as const), message: hostile, place, quote: hostile },
  { requiredKeys: ["code", "status", "message", "place"] },
);

const anyCheck = fc.oneof(
  fc.tuple(hostile, fc.array(finding, { minLength: 1, maxLength: 4 })).map(([id, found]) => check(id, found)),
  fc
    .tuple(hostile, fc.constantFrom("pass" as const, "warn" as const, "fail" as const, "skipped" as const), hostile)
    .map(([id, status, message]) => plainCheck(id, status, message)),
);

/** Reports in which every text is a stranger's, with some of what was found accepted. */
export const hostileReports: fc.Arbitrary<Report> = fc
  .record({
    path: hostile,
    checks: fc.array(anyCheck, { maxLength: 5 }),
    names: fc.tuple(hostile, hostile, hostile),
    text: fc.string({ unit: "binary" }),
    why: fc.tuple(hostile, hostile),
    problem: fc.option(
      fc.record({ code: hostile, message: hostile, faults: fc.array(fc.record({ path: hostile, problem: hostile })) }),
    ),
    folder: fc.boolean(),
  })
  .map(({ path, checks, names: [skill_id, version, publisher], text: source, why: [reason, owner], problem, folder }) => {
    const audited: Audited = {
      path,
      report: { skill_id, version, publisher, checks },
      bytesOf: () => new TextEncoder().encode(source),
      ...(problem === null ? {} : { problem }),
      ...(folder ? { sources: new Map([["skill.toml", `${path}/skill.toml`]]) } : {}),
    };
    const text = (written: string) =>
      written
        .replace(/\p{Cs}/gu, "")
        .slice(0, 900)
        .trim() || "x";
    const said = { reason: text(reason), owner: text(owner) };
    const some = acceptances(audited, (at) => at % 2 === 0, said).filter(({ check_id }) => text(check_id) === check_id);
    const stale = { fingerprint: "0".repeat(64), check_id: "x", what: said.reason, ...said, expires: "2023-01-01" };
    const known = new Map(some.map((each) => [each.fingerprint, each]));
    return reportOf([audited], [...known.values(), stale]);
  });
