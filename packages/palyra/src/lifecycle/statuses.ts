import {
  type EffectiveStatus,
  type EventKind,
  type JournalWriter,
  restriction,
  STATUS_EVENT,
  type StatusRow,
} from "../journal/index.ts";
import type { StatusEdit } from "./plan.ts";

/** Reason of a status that one version has from another. */
export const inheritedReason = (version: string): string => `inherited_from: ${version}`;

/** The status with which a version comes: its own where it has one, else `active` or what is more restrictive (D1, T31). */
export interface StartingStatus {
  readonly status: string;
  /** Whether the journal says so already. */
  readonly known: boolean;
  /** The version whose status it is, where it is not its own. */
  readonly inheritedFrom?: string;
}

/** Pure: for a look as well as inside the transaction. `from`: the version that it replaces. */
export function startingStatus(
  own: EffectiveStatus,
  from: { readonly version: string; readonly status: EffectiveStatus } | undefined,
): StartingStatus {
  // A row outlives a removal: what was quarantined is still so when it comes back.
  if (own.source === "journal") return { status: own.status, known: true };
  if (from === undefined || from.status.source !== "journal" || restriction(from.status.status) <= restriction("active"))
    return { status: "active", known: false };
  return { status: from.status.status, known: false, inheritedFrom: from.version };
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
  const own = writer.status(edit.skill_id, edit.version);
  switch (edit.do) {
    case "register": {
      // A row that is there stays (D1). One that somebody deleted comes back as the chain has it (T26).
      if (writer.row(edit.skill_id, edit.version) !== undefined) return undefined;
      const from = edit.from === null ? undefined : { version: edit.from, status: writer.status(edit.skill_id, edit.from) };
      const start = startingStatus(own, from);
      if (start.inheritedFrom !== undefined)
        return notice(edit.event_ulid, put(start.status, inheritedReason(start.inheritedFrom)));
      put(start.status, own.row?.reason ?? null);
      return undefined;
    }
    case "inherit": {
      const from = writer.status(edit.skill_id, edit.from);
      if (from.source === "journal" && restriction(from.status) > restriction(own.source === "journal" ? own.status : "active"))
        return notice(edit.event_ulid, put(from.status, inheritedReason(edit.from)));
      return undefined;
    }
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
