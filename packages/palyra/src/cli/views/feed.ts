import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count, grouped, moment } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const feedStatusView: View<Outputs["skills feed status"]> = (document, paint) => feedLines(document, paint);

export const feedRefreshView: View<Outputs["skills feed refresh"]> = ({ changed, ...document }, paint) => [
  changed ? paint.good("renewed") : "as before",
  ...feedLines(document, paint),
];

const DAY_MS = 86_400_000;

function feedLines(document: Outputs["skills feed status"], paint: Paint): string[] {
  const { feed, state, problem, refusals } = document;
  if (feed === null) return ["no vulnerability feed is named: PALYRA_SKILL_AUDIT_VULN_FEED_HOOK"];
  if (state === "unreadable")
    return [`${paint.bad("cannot be read")}: ${safe(feed)}: ${safe(problem ?? "")}`, "  Nothing is scanned with it."];
  const rows: [string, string][] = [
    ["records", recordsOf(document)],
    ["newest", ageOf(document.newest_modified_unix_ms, document.asked_at_unix_ms)],
    ...(document.fetched_at_unix_ms === null
      ? []
      : [["fetched", ageOf(document.fetched_at_unix_ms, document.asked_at_unix_ms)] satisfies [string, string]]),
    ["sha256", document.sha256 ?? ""],
  ];
  return [
    `${paint.good("ready")}: ${safe(feed)}`,
    ...fields(rows, paint),
    ...refusals.map((refusal) => `  ${paint.warning("not read")}  ${safe(refusal)}`),
  ];
}

function recordsOf({ records, withdrawn_records, refused_records, passed_over_files }: Outputs["skills feed status"]): string {
  const more = [
    ...(withdrawn_records === 0 ? [] : [`${grouped(withdrawn_records)} withdrawn`]),
    ...(refused_records === 0 ? [] : [`${count(refused_records, "record")} not read`]),
    ...(passed_over_files === 0 ? [] : [`${count(passed_over_files, "file")} named like no record`]),
  ];
  return more.length === 0 ? grouped(records) : `${grouped(records)} (${more.join(", ")})`;
}

function ageOf(at: number | null, now: number): string {
  if (at === null) return "none";
  const days = Math.max(0, Math.floor((now - at) / DAY_MS));
  return `${moment(at)} (${days === 0 ? "today" : count(days, "day")})`;
}
