/** `audit/`: artifact and policy to a list of checks, op `audit`. The checks of spec 4.4 come after Palyra's, and are not listed. */
import { dirname } from "node:path";
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, isList, type Mismatch, member, mismatch, textOf, verdictOf } from "../compare.ts";
import { type Area, of } from "./area.ts";
import { EMPTY_STORE } from "./artifact.ts";
import { artifactRequest } from "./files.ts";

export const auditArea: Area = ({ folder, expected }) =>
  Object.entries(expected).map(([name, value]) => {
    const vector = asObject(value) ?? {};
    return {
      area: "audit",
      name,
      ops: ["audit"],
      check: async (ask) => {
        const artifact = await artifactRequest(dirname(folder), textOf(member(vector, "artifact")) ?? "");
        // The modules' exports are no entry points of tools: what the vectors are about is everything else.
        const policy = { ...asObject(member(vector, "policy")), checks: { tool_entry_points: "off" } };
        const request = { ...artifact, policy, hook: member(vector, "hook") ?? null, trust: EMPTY_STORE, allow_tofu: true };
        return of("audit", compareAudit(vector, await ask("audit", request)));
      },
    };
  });

/** Check ids of spec 4.4 that have something to say on a topic of the vectors. */
const TOPICS: ReadonlyMap<string, readonly string[]> = new Map([
  ["imports", ["wasm_imports_declared"]],
  ["limits_against_quotas", ["wasm_limits_within_quotas"]],
  ["skill_id_namespace", ["skill_id_namespace"]],
  ["secret_scopes", ["secret_scope_unusable", "secret_scope_foreign"]],
]);

/** Compared apart, or each implementation's own. */
const APART: ReadonlySet<string> = new Set([
  "checks",
  "passed",
  "should_quarantine",
  "quarantine_reasons",
  "vulnerability_scan",
  "generated_at_unix_ms",
  "message",
]);

function compareAudit(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const report = asObject(answer["report"]);
  if (answer["ok"] !== true || report === undefined) return [mismatch("", "accepted", verdictOf(answer))];
  const [expected, ours] = [asObject(member(vector, "report")) ?? {}, asObject(member(vector, "ours"))];
  const passed = member(ours, "passed") ?? member(expected, "passed");
  const checks = checksOf(member(report, "checks"));
  const failed = checks.filter(({ check }) => check["status"] === "fail").length;
  const reasons = member(report, "quarantine_reasons");
  const pins = asObject(member(asObject(answer["trust_after"]), "tofu_publishers"));
  return [
    ...compareValue(expected, report, "report", APART),
    ...compareChecks(expectedChecks(expected, ours), checks),
    ...compareValue(feedCheck(ours) ?? member(expected, "vulnerability_scan"), scanOf(report), "report.vulnerability_scan"),
    ...compareValue(passed, member(report, "passed"), "report.passed"),
    ...compareValue(passed !== true, member(report, "should_quarantine"), "report.should_quarantine"),
    ...compareValue(failed, isList(reasons) ? reasons.length : undefined, "report.quarantine_reasons.length"),
    ...topicsOf(ours).flatMap((topic) => compareTopic(topic, checks)),
    ...compareValue(passed === true ? 1 : 0, Object.keys(pins ?? {}).length, "pins in trust_after"),
  ];
}

interface Found {
  readonly id: string;
  readonly check: JsonObject;
}

function checksOf(list: JsonValue | undefined): readonly Found[] {
  return (isList(list) ? list : []).map((item) => {
    const { message: _, ...check } = asObject(item) ?? {};
    return { id: textOf(check["check_id"]) ?? "", check };
  });
}

function expectedChecks(report: JsonObject, ours: JsonObject | undefined): readonly Found[] {
  const feed = feedCheck(ours);
  return checksOf(member(ours, "checks") ?? member(report, "checks")).map((found) =>
    found.id === FEED && feed !== undefined ? { id: FEED, check: feed } : found,
  );
}

const FEED = "vulnerability_feed_hook";

/** What the specification says of a feed that cannot be read (T16). The details are free then. */
function feedCheck(ours: JsonObject | undefined): JsonObject | undefined {
  const feed = asObject(member(ours, FEED));
  return feed === undefined ? undefined : { check_id: FEED, ...feed };
}

function scanOf(report: JsonObject): JsonValue | undefined {
  const [scan] = checksOf([member(report, "vulnerability_scan") ?? null]);
  return scan === undefined ? undefined : withoutFreeDetails(scan.check);
}

/** Palyra's checks first, in their order; after them what the implementation adds. */
function compareChecks(expected: readonly Found[], actual: readonly Found[]): readonly Mismatch[] {
  // An engine that lacks a feature that the module uses may say so instead of judging it (spec 4.5).
  const judged = expected.some(({ id }) => id === VALIDATION) ? actual : actual.filter((each) => !isSkippedValidation(each));
  return expected.flatMap((each, at) => compareCheck(each, judged[at], `report.checks[${at}]`));
}

const VALIDATION = "wasm_module_validation";

function isSkippedValidation({ id, check }: Found): boolean {
  return id === VALIDATION && check["status"] === "skipped";
}

function compareCheck(expected: Found, actual: Found | undefined, at: string): readonly Mismatch[] {
  if (actual === undefined) return [mismatch(at, expected.check, undefined)];
  return compareValue(expected.check, withoutFreeDetails(actual.check, expected.check), at);
}

/** Details that the vector does not list are the implementation's own on a failure or a skip, and for a feed. */
function withoutFreeDetails(check: JsonObject, expected?: JsonObject): JsonObject {
  const free =
    check["check_id"] === FEED
      ? check["status"] === "skipped"
      : check["status"] === "fail" && expected?.["details"] === undefined;
  if (!free) return check;
  const { details: _, ...rest } = check;
  return rest;
}

function topicsOf(ours: JsonObject | undefined): readonly string[] {
  const adds = member(ours, "adds");
  return isList(adds) ? adds.flatMap((topic) => textOf(topic) ?? []) : [];
}

function compareTopic(topic: string, checks: readonly Found[]): readonly Mismatch[] {
  const ids = TOPICS.get(topic) ?? [topic];
  const speaks = checks.some(({ id, check }) => ids.includes(id) && (check["status"] === "fail" || check["status"] === "warn"));
  return speaks ? [] : [mismatch("report.checks", `${ids.join(" or ")} fails or warns`, "it does not")];
}
