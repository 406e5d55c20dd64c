import type { JsonValue } from "palyra-skills/encoding";
import type { Head } from "../../journal/index.ts";
import type { Outputs } from "../../operations/catalog.ts";
import type { JournalEvent } from "../../operations/journal/tail.ts";
import { jsonText } from "../../operations/wording/json-text.ts";
import { shownKey } from "../../operations/wording/keys.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import { type Cell, table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const tailView: View<Outputs["skills journal tail"]> = ({ journal, events, filter }, paint) =>
  events.length === 0
    ? [`no events${wanted(filter)} in ${safe(journal)}`]
    : [...table(["#", "when", "what", "skill", "by", ""], events.map(row), paint)];

function wanted({ skill, kinds }: Outputs["skills journal tail"]["filter"]): string {
  return `${kinds.length === 0 ? "" : ` of kind ${listed(kinds)}`}${skill === null ? "" : ` about ${safe(skill)}`}`;
}

function row(event: JournalEvent): Cell[] {
  const { event_kind: kind, payload } = event;
  const versions = texts(payload, "version", "removed_versions");
  const subject = [...texts(payload, "skill_id"), listed(versions)].join(" ").trim();
  return [
    { text: String(event.seq), paint: "faint" },
    { text: moment(event.timestamp_unix_ms) },
    { text: safe(kind, 60), paint: kind === "skill.quarantined" ? "bad" : "strong" },
    { text: safe(subject === "" ? texts(payload, "publisher").join() : subject, 80) },
    { text: safe(event.principal, 40) },
    { text: remark(event), paint: "faint" },
  ];
}

const CHANGES: { readonly [change: string]: string } = {
  add: "trusted with",
  remove: "trusted no longer with",
  pin: "remembered by",
  unpin: "remembered no longer by",
  revoke: "revoked:",
  revoke_payload: "revoked: a payload",
  rotate: "moved from one key to the next:",
  freeze: "in conflict, frozen with",
  accept_changes: "trust files that something else changed, accepted",
  limit: "limited:",
  unlimit: "limited no longer:",
  follow_list: "list followed:",
  unfollow_list: "list followed no longer:",
  revocation_list: "list renewed:",
  import: "took over what another host trusts",
};

/** Steps that a person had to ask for (spec 6.2). */
const ALLOWED: { readonly [step: string]: string } = {
  allow_untrusted: "trusted on first use",
  allow_downgrade: "an older version",
  allow_owner_change: "another owner",
  accept_widening: "asks for more than the version before",
};

/** What kind and subject do not say. */
function remark({ event_kind: kind, payload }: JournalEvent): string {
  const reason = safe(texts(payload, "reason").join(), 80);
  if (kind === "skill.trust_changed") {
    const change = texts(payload, "change").join();
    const about = [...texts(payload, "issuer"), ...texts(payload, "public_keys", "public_key").map(shownKey)];
    return `${CHANGES[change] ?? safe(change)} ${listed(about)}`.trimEnd() + (reason === "" ? "" : ` (${reason})`);
  }
  if (OF_TOOLS.includes(kind)) return ofTool(payload);
  // A refused install quarantines nothing: its event has no status (spec 11.7).
  const refused = kind === "skill.quarantined" && texts(payload, "status").length === 0;
  if (refused) return `install refused, nothing was installed (${reason})`;
  const allowed = texts(payload, "allowed").map((step) => ALLOWED[step] ?? safe(step, 40));
  return [...allowed, ...(reason === "" ? [] : [reason])].join(", ");
}

const OF_TOOLS: readonly string[] = ["skill.started", "skill.finished", "skill.refused", "skill.approved"];

/** Which tool, by which way, and how it ended or why it did not start. */
function ofTool(payload: JsonValue): string {
  const of = (...names: string[]): string => listed(texts(payload, ...names));
  const ended = of("outcome", "reason");
  const reasons = of("reasons");
  const [lasts, surface] = [of("lasts"), of("surface")];
  const said = [ended, reasons === "" ? "" : `(${reasons})`, lasts === "" ? "" : `for ${lasts}`];
  return [of("tool_id"), surface === "" ? "" : `by ${surface}:`, ...said]
    .filter((part) => part !== "")
    .join(" ")
    .replace(/:$/, "");
}

/** The texts of some fields, each a text or a list of them. */
function texts(payload: JsonValue, ...names: string[]): string[] {
  if (payload === null || typeof payload !== "object") return [];
  return Object.entries(payload)
    .filter(([name]) => names.includes(name))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value) => typeof value === "string");
}

export const journalVerifyView: View<Outputs["skills journal verify"]> = (document, paint) => {
  const { journal, events, head, recorded, compared, unvouched } = document;
  const through = (name: string, head: Head | null): string[] =>
    head === null ? [] : [`  ${paint.faint(name)}  ${head.hash}, event ${head.seq}`];
  const verdict =
    unvouched === null ? paint.good("intact") : paint.warning(`vouched for up to event ${unvouched.first - 1} alone`);
  const behind =
    unvouched === null
      ? []
      : [
          `  ${count(unvouched.events, "event")} behind the vault's head, the first of ${moment(unvouched.since_unix_ms)} by its own word: nobody vouches for them.`,
          "  A command that was killed leaves such, and so does whoever writes the file. The next command that writes",
          `  vouches for them, so look at them first: palyra skills journal tail --last ${unvouched.events}`,
        ];
  return [
    `${verdict}: ${count(events, "event")} in ${safe(journal)}, each following from the one before`,
    ...behind,
    `  ${paint.faint("head        ")}  ${head}`,
    ...through("the vault's ", recorded),
    ...through("--head's    ", compared),
  ];
};

/** The lines alone, for a file or another program; each as JSON in which nothing is left that a terminal would obey (T20). */
export const journalExportView: View<Outputs["skills journal export"]> = (document, paint) => {
  if ("format" in document) return [jsonText(document, 0).trimEnd()];
  const { output, events, head, lines = [] } = document;
  if (output === null) return lines.map((line) => jsonText(line, 0).trimEnd());
  return [`${paint.good("exported")}: ${count(events, "event")} to ${safe(output)}`, `  ${paint.faint("head")}  ${head}`];
};

export const acceptHeadView: View<Outputs["skills journal accept-head"]> = (document, paint) => {
  const { changed, journal, head } = document;
  if (!changed) return [`nothing to accept: ${safe(journal)} leads through what is kept of it`];
  return [
    `${paint.good("accepted")}: ${safe(journal)}`,
    `  What is kept now is event ${head?.seq ?? 0}; a journal that does not lead through it is refused again.`,
  ];
};
