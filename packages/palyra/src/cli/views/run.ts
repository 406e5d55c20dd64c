import type { Outputs } from "../../operations/catalog.ts";
import type { RunDocument, RunPlanDocument } from "../../operations/skills/run.ts";
import { deniedBy } from "../../operations/wording/denied-by.ts";
import { tellGrant } from "../../operations/wording/grants.ts";
import { jsonText } from "../../operations/wording/json-text.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { grouped, size, spentOf } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import { outcomeLines } from "./outcome.ts";
import type { View } from "./view.ts";

/** What the tool answered, and nothing else, as JSON in which nothing is left that a terminal would obey (T20, T44): a pipe takes it. */
export const runView: View<Outputs["skills run"]> = (document, paint) => {
  if ("dry_run" in document) return planLines(document, paint);
  return document.outcome === "Ok" && document.output_file === undefined ? answerLines(document) : [];
};

/** Any other outcome is a failure (spec 6), told where errors are, with what it answered all the same; and so is what a trace says. */
export const runAside: View<Outputs["skills run"]> = (document, paint) =>
  "dry_run" in document ? [] : asideLines(document, paint);

const answerLines = ({ output }: RunDocument): string[] => jsonText(output, 2).trimEnd().split("\n");

function asideLines(document: RunDocument, paint: Paint): string[] {
  const { outcome, output, receipt, trace = [] } = document;
  const answer = outcome === "Ok" || output === null ? [] : answerLines(document);
  const steps = trace.map(({ step, at_ms }) => [step, `${at_ms} ms`] as const);
  const used = steps.length === 0 ? [] : usedLines(receipt);
  const receiptLine =
    outcome === "Ok" && steps.length === 0 ? [] : fields([...steps, ...used, ["receipt", safe(receipt.receipt_id)]], paint, "  ");
  return [...answer, ...outcomeLines(document, paint), ...receiptLine];
}

/** Of a process that was ended from outside nobody knows fuel and memory. */
function usedLines(receipt: RunDocument["receipt"]): (readonly [string, string])[] {
  const { fuel_used: fuel, memory_used_bytes: memory } = receipt;
  return [
    ["fuel", `${spentOf(fuel, receipt.fuel_allowed, grouped)} units`],
    ["memory", spentOf(memory, receipt.memory_allowed_bytes, size)],
    ["time", `${spentOf(receipt.wall_used_ms, receipt.wall_allowed_ms, grouped)} ms`],
  ];
}

const DECISION = { allowed: "starts at once", approval: "asks a person first", denied: "may not start" } as const;

function planLines(document: RunPlanDocument, paint: Paint): string[] {
  const { tool_id, skill_id, version, decision, approval_id, grants, withheld } = document;
  const denied = document.requests.filter(({ allowed }) => decision === "denied" && !allowed);
  const said = decision === "approval" && approval_id !== null ? "starts at once: it was approved" : DECISION[decision];
  return [
    `${safe(tool_id)} of ${safe(skill_id)} ${safe(version)}: ${said}; nothing was run`,
    ...fields(
      [
        ...denied.map((each) => ["denied", deniedBy(each)] as const),
        ["module", safe(document.module)],
        ["at most", `${grouped(document.fuel)} units of fuel, ${size(document.memory_bytes)}, ${grouped(document.wall_ms)} ms`],
        ...(grants.length === 0
          ? [["may use", "nothing outside itself"] as const]
          : grants.map((grant) => ["may use", tellGrant(grant)] as const)),
        ...(withheld.length === 0 ? [] : [["is not given", `${listed(withheld)}, which it asks for`] as const]),
      ],
      paint,
      "  ",
    ),
  ];
}
