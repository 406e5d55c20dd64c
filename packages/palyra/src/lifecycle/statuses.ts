import type { EffectiveStatus, JournalWriter, StatusRow } from "../journal/index.ts";
import { restriction } from "../journal/index.ts";
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

/** Makes one edit. Doing it twice is doing it once. */
export function applyStatus(writer: JournalWriter, edit: StatusEdit): void {
  const put = (status: string, reason: string | null): StatusRow =>
    writer.putStatus(
      {
        skill_id: edit.skill_id,
        version: edit.version,
        status,
        reason,
        detected_at_ms: edit.at_ms,
        operator_principal: edit.operator_principal,
      },
      edit.at_ms,
    );
  const own = writer.status(edit.skill_id, edit.version);
  switch (edit.do) {
    case "register": {
      // A row that is there stays (D1). One that somebody deleted comes back as the chain has it (T26).
      if (writer.row(edit.skill_id, edit.version) !== undefined) return;
      const from = edit.from === null ? undefined : { version: edit.from, status: writer.status(edit.skill_id, edit.from) };
      const start = startingStatus(own, from);
      put(start.status, start.inheritedFrom === undefined ? (own.row?.reason ?? null) : inheritedReason(start.inheritedFrom));
      return;
    }
    case "inherit": {
      const from = writer.status(edit.skill_id, edit.from);
      if (from.source === "journal" && restriction(from.status) > restriction(own.source === "journal" ? own.status : "active"))
        put(from.status, inheritedReason(edit.from));
      return;
    }
    case "quarantine":
      if (own.status !== "quarantined") put("quarantined", edit.reason);
  }
}
