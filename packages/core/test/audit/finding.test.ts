import { expect, it } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { artifactRule, findings, toCheck } from "../../src/audit/rule.ts";
import { MAX_LISTED_FINDINGS } from "../../src/audit/wording.ts";

const rule = artifactRule({
  id: "example",
  severity: "error",
  asks: "?",
  why: "because",
  advice: "Do.",
  references: [],
  check: () => [],
});
const found = (status: Finding["status"], line: number): Finding => ({
  code: "odd",
  status,
  message: "It is odd.",
  place: { file: "assets/notes.md", line },
  quote: "x".repeat(1000),
});

it("makes one check of what was found, as grave as the gravest and with the gravest first", () => {
  const check = toCheck(rule, findings("Odd.", [found("warn", 1), found("fail", 2)], { looked_at: 3 }));
  expect(check).toMatchObject({
    status: "fail",
    severity: "error",
    details: {
      looked_at: 3,
      count: 2,
      findings: [
        { code: "odd", status: "fail", place: { file: "assets/notes.md", line: 2 } },
        { status: "warn", place: { line: 1 } },
      ],
    },
  });
  expect(JSON.stringify(check).length).toBeLessThan(1000);
});

it("gives each finding the level that the policy sets", () => {
  const check = toCheck(rule, findings("Odd.", [found("fail", 1)]), "warn");
  expect(check).toMatchObject({ status: "warn", details: { findings: [{ status: "warn" }] } });
});

it("lists no more than a report may hold, and says how many there are", () => {
  const many = Array.from({ length: MAX_LISTED_FINDINGS + 7 }, (_, line) => found("warn", line + 1));
  const { details } = toCheck(rule, findings("Odd.", many));
  expect(details?.["count"]).toBe(MAX_LISTED_FINDINGS + 7);
  expect(details?.["findings"]).toHaveLength(MAX_LISTED_FINDINGS);
});
