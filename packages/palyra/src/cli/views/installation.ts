import type { Change } from "palyra-skills/diff";
import type { Outputs } from "../../operations/catalog.ts";
import { changeInWords } from "../../operations/shared/changes.ts";
import type { InstalledDocument, InstallPlanDocument } from "../../operations/skills/install.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import { secretLines } from "./inspection.ts";
import { TRUST } from "./verification.ts";
import type { View } from "./view.ts";

export const installView: View<Outputs["skills install"]> = (document, paint) =>
  "dry_run" in document ? planLines(document, paint) : installedLines(document, paint);

function installedLines(document: InstalledDocument, paint: Paint): string[] {
  const { skill_id, version, status } = document;
  const done = document.event_kind === "skill.updated" ? "updated to" : "installed";
  return [
    `${paint.good(done)} ${safe(skill_id)} ${safe(version)} in ${safe(document.skills_root)}`,
    ...fields(facts(document), paint, "  "),
    ...(document.widening === undefined
      ? []
      : ["  accepted beyond what it asked for before", ...grants(document.widening, paint)]),
    ...secretLines(document.missing_secrets, paint),
    ...(status === "active"
      ? []
      : [
          "",
          `${paint.warning(`It is ${safe(status)}`)}: a status outlives removals and updates.`,
          paint.command(`palyra skills enable ${safe(skill_id)} --override lets it run.`),
        ]),
  ];
}

function planLines(plan: InstallPlanDocument, paint: Paint): string[] {
  const { skill_id, version, previous_version: previous } = plan;
  const would = plan.admitted
    ? `${paint.strong("would install")} ${safe(skill_id)} ${safe(version)}${previous === null ? "" : ` over ${safe(previous)}`} in ${safe(plan.skills_root)}`
    : `${paint.bad("would refuse")} ${safe(skill_id)} ${safe(version)}: the audit fails`;
  return [
    would,
    ...fields(facts(plan), paint, "  "),
    ...plan.quarantine_reasons.map((reason) => `  ${paint.bad("fail")}  ${prose(reason)}`),
    ...(plan.admitted ? [`  it would be ${safe(plan.status)}`] : []),
    ...(plan.admitted && plan.widening.length > 0
      ? [
          `  ${paint.warning("it asks for more than before")}${plan.widening_accepted ? ", which you accept" : ": install asks on a terminal, and is refused elsewhere without --accept-widening"}`,
          ...grants(plan.widening, paint),
        ]
      : []),
    ...plan.allowed.map((step) => `  needs --${safe(step.replaceAll("_", "-"))}, which you gave`),
    ...secretLines(plan.missing_secrets, paint),
    ...(plan.steps.length === 0
      ? []
      : ["", "Steps", ...plan.steps.map((step, at) => `  ${at + 1}. ${STEPS[step] ?? safe(step)}`)]),
    "",
    "Nothing was changed.",
  ];
}

const grants = (widening: readonly Change[], paint: Paint): string[] =>
  widening.map((change) => `    ${paint.warning("!")} ${changeInWords(change)}`);

/** The steps of a plan (spec 5.2) in words. */
const STEPS: { readonly [step: string]: string } = {
  stage: "stage the files",
  write_intent: "write down the plan: from here on it is finished, whatever happens",
  place_version: "move the files into their place",
  change_trust: "remember whom this trusts",
  write_index: "write the index",
  record: "record status and events in the journal",
  project: "append the events to audit.ndjson",
  clear_intent: "clear the plan away",
};

function facts(document: InstalledDocument | InstallPlanDocument): (readonly [string, string])[] {
  return [
    ["publisher", safe(document.publisher)],
    ["signed with", safe(document.signature_key_id)],
    ["trust", TRUST[document.trust_decision]],
    ["from", safe(document.source.reference)],
    ["sha-256", document.artifact_sha256],
  ];
}
