import type { JsonValue } from "palyra-skills/encoding";
import type { Outputs } from "../../operations/catalog.ts";
import type { JournalEvent } from "../../operations/journal/tail.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import { type Cell, table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const tailView: View<Outputs["skills journal tail"]> = ({ journal, events }, paint) =>
  events.length === 0
    ? [`no events in ${safe(journal)}`]
    : [...table(["#", "when", "what", "skill", "by", ""], events.map(row), paint)];

function row(event: JournalEvent): Cell[] {
  const skill = [field(event.payload, "skill_id"), field(event.payload, "version")].join(" ").trim();
  return [
    { text: String(event.seq), paint: "faint" },
    { text: moment(event.timestamp_unix_ms) },
    { text: safe(event.event_kind, 60), paint: event.event_kind === "skill.quarantined" ? "bad" : "strong" },
    { text: safe(skill === "" ? field(event.payload, "publisher") : skill, 80) },
    { text: safe(event.principal, 40) },
    { text: safe(field(event.payload, "reason"), 80), paint: "faint" },
  ];
}

function field(payload: JsonValue, name: string): string {
  if (payload === null || typeof payload !== "object" || !(name in payload)) return "";
  const found = Object.entries(payload).find(([key]) => key === name)?.[1];
  return typeof found === "string" ? found : "";
}

export const journalVerifyView: View<Outputs["skills journal verify"]> = ({ journal, events, head }, paint) => [
  `${paint.good("intact")}: ${count(events, "event")} in ${safe(journal)}, each following from the one before`,
  `  ${paint.faint("head")}  ${head}`,
];
