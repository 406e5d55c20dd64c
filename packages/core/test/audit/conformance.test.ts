import { expect, it } from "vitest";
import { describeShared, shared, sharedBytes, sharedJson } from "../../../../testing/shared.ts";
import { openArtifact } from "../../src/artifact/index.ts";
import { ADDITIONAL_RULES, auditSkill, type Check, engineBlocks, feedState, parsePolicy } from "../../src/audit/index.ts";
import { webPlatform } from "../../src/platform/index.ts";
import { decideTrust, EMPTY_TRUST_STORE } from "../../src/trust/index.ts";

/** The forms of `conformance/audit/expected.json`, as its README has them. */
interface ExpectedCheck {
  readonly check_id: string;
  readonly status: string;
  readonly severity: string;
}
interface Case {
  readonly artifact: string;
  readonly policy: object;
  readonly hook: string | null;
  readonly report: {
    readonly passed: boolean;
    readonly policy: object;
    readonly quarantine_reasons: number;
    readonly checks: readonly ExpectedCheck[];
    readonly manifest_warnings: readonly object[];
  };
  readonly ours?: {
    readonly passed?: boolean;
    readonly checks?: readonly ExpectedCheck[];
    readonly quarantine_reasons?: number;
    readonly adds?: readonly string[];
    readonly vulnerability_feed_hook?: Omit<ExpectedCheck, "check_id">;
  };
}

/** The checks that have to speak where a case has something for that topic of spec 4.4. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  imports: ["wasm_imports_declared"],
  limits_against_quotas: ["wasm_limits_within_quotas"],
  skill_id_namespace: ["skill_id_namespace"],
  secret_scopes: ["secret_scope_foreign", "secret_scope_unusable"],
};

/**
 * `engine-mutable-global-import` is about the feature alone. Its import, `e.g`, has no host: by spec 4.6 the audit as a whole
 * fails, although the case does not say so.
 */
const FAILS_IMPORTS_TOO = "engine-mutable-global-import";

const withoutMessage = ({ message, ...check }: Check): object => check;
const isSkippedForEngine = ({ check_id, details }: Check) =>
  check_id === "wasm_module_validation" && details?.["missing_features"] !== undefined;

async function run({ artifact, policy, hook }: Case) {
  // The modules export `f0`, `f1` … or nothing: no case is about entry points.
  const text = JSON.stringify({ ...policy, checks: { tool_entry_points: "off" } });
  const opened = await openArtifact(sharedBytes("conformance", artifact), webPlatform);
  const trusted = decideTrust(opened, EMPTY_TRUST_STORE, { allowFirstUse: true });
  return auditSkill(trusted, {
    policy: parsePolicy(text, "policy"),
    platform: webPlatform,
    now: 1,
    feed: feedState(hook),
  });
}

/** Palyra's part of the report: what the case lists, with `ours` applied. */
function expectedChecks({ report, ours }: Case): readonly object[] {
  const checks = ours?.checks ?? report.checks;
  const hook = ours?.vulnerability_feed_hook;
  return hook === undefined
    ? checks
    : checks.map((check) => (check.check_id === "vulnerability_feed_hook" ? { ...check, ...hook } : check));
}

const isCases = (value: unknown): value is Readonly<Record<string, Case>> => typeof value === "object" && value !== null;

describeShared("conformance/audit", "spec 4.3: the vectors", () => {
  const cases = sharedJson("conformance", "audit", "expected.json");
  if (!isCases(cases)) throw new Error(`${shared("conformance")} is not as expected`);
  for (const [name, each] of Object.entries(cases))
    it(name, async () => {
      const report = await run(each);
      const end = report.checks.findIndex(({ check_id }) => check_id === "vulnerability_feed_hook") + 1;
      // An engine that lacks an accepted feature says so in one more check (spec 4.5).
      const own = report.checks.slice(0, end).filter((check) => !isSkippedForEngine(check));
      expect(own.map(withoutMessage)).toEqual(expectedChecks(each));

      const additional = report.checks.slice(end);
      const order = ADDITIONAL_RULES.map(({ id }) => id);
      expect(additional.map(({ check_id }) => order.indexOf(check_id))).toEqual(
        additional.map(({ check_id }) => order.indexOf(check_id)).toSorted((a, b) => a - b),
      );
      const failed = new Set(additional.filter(({ status }) => status === "fail").map(({ check_id }) => check_id));
      const topics = (each.ours?.adds ?? []).map((topic) => TOPICS[topic]);
      for (const ids of topics) expect(ids?.some((id) => failed.has(id))).toBe(true);

      const deviates = name === FAILS_IMPORTS_TOO;
      if (deviates) expect([...failed]).toEqual(["wasm_imports_declared"]);
      expect(report.passed).toBe(deviates ? false : (each.ours?.passed ?? each.report.passed));
      expect(report.should_quarantine).toBe(!report.passed);
      expect(own.filter(({ status }) => status === "fail")).toHaveLength(
        each.ours?.quarantine_reasons ?? each.report.quarantine_reasons,
      );
      const { checks, ...policy } = report.policy;
      expect(policy).toEqual(each.report.policy);
      expect(report.manifest_warnings.map(({ message, ...warning }) => warning)).toEqual(each.report.manifest_warnings);
      expect(report.vulnerability_scan).toEqual(report.checks[end - 1]);
      const skipped = report.checks.filter(isSkippedForEngine);
      expect(engineBlocks(report).map(({ module_path }) => module_path)).toEqual(
        skipped.map(({ details }) => details?.["module_path"]),
      );
    });
});
