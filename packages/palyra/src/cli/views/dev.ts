import type { Outputs } from "../../operations/catalog.ts";
import type { DevDocument, DevRun } from "../../operations/shared/dev-round.ts";
import { auditedOfFolder } from "../../operations/shared/lint-folder.ts";
import { jsonText } from "../../operations/wording/json-text.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, grouped, size } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import { outcomeLines } from "./outcome.ts";
import { shownLines } from "./report.ts";
import type { View } from "./view.ts";

/** A round: what it is not comes first. */
export const devView: View<Outputs["skills dev"]> = (document, paint) => [
  heading(document, paint),
  ...buildLines(document, paint),
  ...auditLines(document, paint),
  ...problemLines(document, paint),
  ...(document.run === null ? [] : runLines(document.run, paint)),
  ...document.remarks.map((remark) => `${paint.warning("warning:")} ${remark}`),
];

function problemLines({ problem }: DevDocument, paint: Paint): string[] {
  if (problem === null) return [];
  const hint = problem.hint === null ? [] : [`${paint.strong("hint:")} ${problem.hint}`];
  return [`${paint.bad("not run:")} ${problem.message}`, ...hint];
}

function heading({ round, folder, changed, audit }: DevDocument, paint: Paint): string {
  const skill = audit?.skill_id === undefined ? safe(folder) : `${safe(audit.skill_id)} ${safe(audit.version ?? "")}`;
  const why = changed.length === 0 ? "" : `; changed: ${listed(changed, 3)}`;
  return `${paint.warning("trial, unsigned, not installed")}  ${paint.strong(skill)}  ${paint.faint(`round ${round}${why}`)}`;
}

function buildLines({ build }: DevDocument, paint: Paint): string[] {
  if (build === null) return [];
  const took = `${grouped(build.ms)} ms`;
  return build.problem === null
    ? [`${paint.good("built")} in ${took}`]
    : [`${paint.bad("the build failed")} after ${took}: ${safe(build.problem)}; nothing was audited or run`];
}

/** In full the first time and where it fails; else in a line. */
function auditLines({ audit, round }: DevDocument, paint: Paint): readonly string[] {
  if (audit === null) return [];
  const warnings = audit.checks.filter(({ status }) => status !== "pass").length;
  if (audit.passed && (round > 1 || warnings === 0))
    return [`${paint.good("audit passed")}${warnings === 0 ? "" : `, ${count(warnings, "warning")}`}`];
  const shown = shownLines(audit, "lint", () => [auditedOfFolder(audit)], paint);
  const lines = shown instanceof Uint8Array ? [] : shown;
  return audit.passed ? lines : [...lines, `${paint.bad("not run:")} only what passes the audit is`];
}

function runLines(run: DevRun, paint: Paint): string[] {
  const { tool_id, outcome, output, used } = run;
  const costs = [
    ...(used.fuel === null ? [] : [`${grouped(used.fuel)} units of fuel`]),
    ...(used.memory_bytes === null ? [] : [size(used.memory_bytes)]),
    `${grouped(used.wall_ms)} ms`,
  ].join(", ");
  const answer = output === null && outcome !== "Ok" ? [] : jsonText(output, 2).trimEnd().split("\n");
  const tool = `${safe(tool_id)}: `;
  if (outcome === "Ok") return [`${tool}${paint.good(outcome)}, ${costs}`, ...answer];
  return [...outcomeLines(run, paint, tool), ...answer, paint.faint(costs)];
}
