/** `trust/`: a store, then artifacts verified one after another against it; ops `trust`, `verify`, `audit`. */

import { dirname } from "node:path";
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, compareVerdict, isList, type Mismatch, member, textOf } from "../compare.ts";
import { type Area, type Ask, of } from "./area.ts";
import { artifactRequest, textRequest } from "./files.ts";

export const trustArea: Area = ({ folder, expected }) =>
  Object.entries(expected).map(([name, value]) => ({
    area: "trust",
    name,
    ops: ["trust", "verify"],
    check: (ask, has) => tryStore(folder, asObject(value) ?? {}, ask, has),
  }));

async function tryStore(
  folder: string,
  vector: JsonObject,
  ask: Ask,
  has: (op: string) => boolean,
): Promise<readonly Mismatch[]> {
  const load = asObject(member(vector, "load")) ?? {};
  const found: Mismatch[] = [];
  if (has("trust")) {
    const file = textOf(member(vector, "store"));
    const request = file === undefined ? { text: "" } : await textRequest(folder, file, "text");
    found.push(...of("trust", compareStore(load, await ask("trust", request))));
  }
  // Each step starts from the store that it should find, so that one wrong answer is one difference.
  let store = member(load, "store");
  for (const step of listOf(member(vector, "steps"))) {
    const op = member(step, "audit") === true ? "audit" : "verify";
    const artifact = await artifactRequest(dirname(folder), textOf(member(step, "artifact")) ?? "");
    const policy = op === "audit" ? { policy: { checks: { tool_entry_points: "off" } } } : {};
    if (has(op)) {
      const answer = await ask(op, {
        ...artifact,
        ...policy,
        trust: store ?? null,
        allow_tofu: member(step, "allow_tofu") === true,
      });
      found.push(...of(op, compareStep(step, answer)));
    }
    store = member(step, "store_after");
  }
  return found;
}

function compareStore(load: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(load, answer);
  if (verdict.length > 0 || answer["ok"] !== true) return verdict;
  return compareValue(member(load, "store"), answer["trust"], "trust");
}

function compareStep(step: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(step, answer);
  if (verdict.length > 0) return verdict;
  const report = asObject(answer["report"]);
  const passed = member(step, "audit_passed");
  return [
    ...compareValue(member(step, "store_after"), answer["trust_after"], "trust_after"),
    ...(answer["ok"] === true
      ? compareValue(member(step, "trust_decision"), member(report, "trust_decision"), "report.trust_decision")
      : []),
    ...(passed === undefined ? [] : compareValue(passed, member(report, "passed"), "report.passed")),
  ];
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isList(value) ? value.map((item) => asObject(item) ?? {}) : [];
}
