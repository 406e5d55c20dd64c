import type { Outputs } from "../../operations/catalog.ts";
import type { InventoryEntry } from "../../operations/shared/inventory.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import { type Cell, table } from "../text/layout.ts";
import { eligibilityCell } from "./eligibility.ts";
import type { Asked, View } from "./view.ts";

export const listView: View<Outputs["skills list"]> = ({ entries: all, skills_root }, paint, asked) => {
  const entries = all.flatMap((entry) => (entry.entry_kind === "procedure" ? [] : [entry]));
  const procedures = all.flatMap((entry) => (entry.entry_kind === "procedure" ? [entry] : []));
  const notes = procedures.map(
    ({ slug, name, status }) => `procedure ${paint.strong(safe(slug))}  ${safe(status)}  ${safe(name, 60)}`,
  );
  if (entries.length === 0 && notes.length > 0) return notes;
  if (entries.length === 0 && isNarrowed(asked))
    return [`nothing in ${safe(skills_root)} is what was asked for`, paint.command("all that is installed: palyra skills list")];
  if (entries.length === 0)
    return [`nothing to list in ${safe(skills_root)}`, paint.command("palyra skills install --artifact FILE installs a skill")];
  const blocked = entries.filter(({ eligibility }) => !eligibility.eligible).length;
  return [
    ...table(["skill", "version", "", "publisher", "status", "tools", "name"], entries.map(row), paint),
    "",
    `${count(entries.length, "version")} in ${safe(skills_root)}${blocked === 0 ? "" : `, ${blocked} that may not run`}`,
    ...lacking(entries).map(paint.command),
    paint.command("Whether each is still trusted and passes the audit, and why not: palyra skills check"),
    ...notes,
  ];
};

/** Whether options leave something out. */
const isNarrowed = (asked: Asked): boolean =>
  ["publisher", "currentOnly", "quarantinedOnly", "eligibleOnly"].some((name) => (asked[name] ?? false) !== false);

/** As recorded: the vault is not opened for a list. */
function lacking(entries: readonly InventoryEntry[]): string[] {
  const without = entries.filter(({ current, missing_secrets }) => current && missing_secrets.length > 0);
  if (without.length === 0) return [];
  return [`${count(without.length, "skill")} lacked a secret when installed; which are missing now: palyra skills info ID`];
}

function row(entry: InventoryEntry): Cell[] {
  return [
    { text: safe(entry.skill_id), paint: "strong" },
    { text: safe(entry.version) },
    { text: entry.current ? "current" : "", paint: "faint" },
    { text: safe(entry.publisher) },
    eligibilityCell(entry),
    { text: entry.tool_count === undefined ? "?" : String(entry.tool_count) },
    { text: entry.skill_name === undefined ? "?" : safe(entry.skill_name, 60) },
  ];
}
