import { currentOf, type InstalledIndex } from "../installed/index.ts";
import {
  type EffectiveStatus,
  type EventKind,
  type JournalWriter,
  restriction,
  STATUS_EVENT,
  type StatusRow,
} from "../journal/index.ts";
import type { StatusEdit } from "./plan.ts";
import { highestEver, type Standing } from "./standing.ts";
import type { ToolConflict } from "./tools.ts";

/** Reason of a status that one version has from another. */
const inheritedReason = (version: string): string => `inherited_from: ${version}`;

/** Reason of a version that a removal makes current, and that offers what is another publisher's by now (T27). */
export const toolConflictReason = (conflicts: readonly ToolConflict[]): string => {
  const named = conflicts.slice(0, MAX_NAMED).map(({ tool_id, skill_id }) => `${tool_id} (${skill_id})`);
  return `tool_id_conflict: ${named.join(", ")}${conflicts.length > MAX_NAMED ? ", …" : ""}`;
};

/** Conflicts that a reason names. */
const MAX_NAMED = 5;

/** The status with which a version becomes current: `active`, its own, or what is more restrictive (D1, T31). */
export interface StartingStatus {
  readonly status: string;
  /** Whether the journal says so already. */
  readonly known: boolean;
  /** The version whose status it is, where it is not its own. */
  readonly inheritedFrom?: string;
}

/** A version that is replaced, and its status. */
export interface Replaced {
  readonly version: string;
  readonly status: EffectiveStatus;
}

/**
 * The more restrictive of a version's own status and that of the one it replaces, whichever way it becomes current: install, `use`, or
 * the removal of the one above it. Pure: for a look as well as inside the transaction.
 */
function startingStatus(own: EffectiveStatus, from: Replaced | undefined): StartingStatus {
  const least = own.source === "journal" ? own.status : "active";
  if (
    from?.status.source === "journal" &&
    restriction(from.status.status) > restriction(least) &&
    !isFreedSince(own, from.status)
  )
    return { status: from.status.status, known: false, inheritedFrom: from.version };
  // A row outlives a removal: what was quarantined is still so when it comes back.
  return { status: least, known: own.source === "journal" };
}

/**
 * The same for an install. A current version that nobody admitted, or whose rows and events are gone, vouches for none after it: the new
 * one waits for a person. Spec 5, T26, T31.
 */
export function statusAtInstall(own: EffectiveStatus, from: Replaced | undefined): StartingStatus {
  if (own.source === "unknown" && from?.status.source === "unknown")
    return { status: "disabled", known: false, inheritedFrom: from.version };
  return startingStatus(own, from);
}

/**
 * Whether a person enabled the one after the other was restricted. A version that was merely active before is not meant by that: its
 * row must not lift a restriction that came later. Spec 5, T31.
 */
function isFreedSince(own: EffectiveStatus, restricted: EffectiveStatus): boolean {
  // The only event that says `active` is `skill.enabled`.
  if (own.status !== "active" || own.event?.status !== "active") return false;
  const { event, row } = restricted;
  if (event !== undefined && restriction(event.status) >= restriction(restricted.status)) return own.event.seq > event.seq;
  // Another program wrote that row, and no event: what is left to compare are times.
  return (own.row?.updated_at_unix_ms ?? 0) > (row?.updated_at_unix_ms ?? Number.POSITIVE_INFINITY);
}

/**
 * The version whose status another starts with: the current one, else the one that was current last. Not the highest that ever was:
 * another may have been quarantined after that one had gone. Where the index names another than the journal, the one that was restricted
 * counts, or whoever edits the index frees what comes next. T31.
 */
export function predecessor(index: InstalledIndex, skillId: string, standing: Standing): string | undefined {
  const current = currentOf(index, skillId)?.version;
  const last = standing.lastCurrent;
  if (current === undefined) return last ?? highestEver(index, skillId, standing);
  if (last === undefined || last === current) return current;
  const isRestricted = startingStatus(standing.status(skillId, current), {
    version: last,
    status: standing.status(skillId, last),
  });
  return isRestricted.inheritedFrom ?? current;
}

/** What the `inherit` of a plan will make of a status. */
export interface InheritedStatus {
  readonly status: string;
  readonly inherited: boolean;
}

/** An installed version's status once it replaces the version `from`. Without a row it was never admitted, and still is not then. */
export function statusWhenCurrent(
  standing: Standing,
  { skill_id, version }: { readonly skill_id: string; readonly version: string },
  from: string,
): InheritedStatus {
  const own = standing.status(skill_id, version);
  const start = startingStatus(own, { version: from, status: standing.status(skill_id, from) });
  return start.inheritedFrom === undefined ? { status: own.status, inherited: false } : { status: start.status, inherited: true };
}

/** A status event that an edit asks for, in the form of spec 11.7. */
export interface StatusNotice {
  readonly event_ulid: string;
  readonly kind: EventKind;
  readonly payload: StatusChange;
}

type StatusChange = Pick<StatusRow, "skill_id" | "version" | "status" | "reason" | "detected_at_ms" | "operator_principal">;

/**
 * Makes one edit. Doing it twice is doing it once. A status that is inherited is an event of the chain as well, which the caller writes
 * in the same transaction: with the row alone, whoever edits that row frees the skill. Spec 5.3, T26, T31.
 */
export function applyStatus(writer: JournalWriter, edit: StatusEdit): StatusNotice | undefined {
  const put = (status: string, reason: string | null): StatusChange => {
    const { skill_id, version, at_ms: detected_at_ms, operator_principal } = edit;
    const change = { skill_id, version, status, reason, detected_at_ms, operator_principal };
    writer.putStatus(change, detected_at_ms);
    return change;
  };
  const statusOf = writer.scannedStatuses();
  const own = statusOf(edit.skill_id, edit.version);
  switch (edit.do) {
    case "register":
    case "inherit": {
      const from = edit.from === null ? undefined : { version: edit.from, status: statusOf(edit.skill_id, edit.from) };
      const start = edit.do === "register" ? statusAtInstall(own, from) : startingStatus(own, from);
      if (start.inheritedFrom !== undefined)
        return notice(edit.event_ulid, put(start.status, inheritedReason(start.inheritedFrom)));
      // A row that is there stays (D1). One that somebody deleted comes back as the chain has it (T26).
      if (edit.do === "register" && writer.row(edit.skill_id, edit.version) === undefined)
        put(start.status, own.row?.reason ?? null);
      return undefined;
    }
    case "disable":
      return restriction(own.status) < restriction("disabled")
        ? notice(edit.event_ulid, put("disabled", edit.reason))
        : undefined;
    case "quarantine":
      // Its event is part of the plan.
      if (own.status !== "quarantined") put("quarantined", edit.reason);
      return undefined;
  }
}

/** A word that is none of ours has no kind of its own; the status that counts is the payload's. */
function notice(event_ulid: string, payload: StatusChange): StatusNotice {
  return { event_ulid, kind: payload.status === "quarantined" ? STATUS_EVENT.quarantined : STATUS_EVENT.disabled, payload };
}
