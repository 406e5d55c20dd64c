/** How rows and events become one status (spec 5.3, T2, T26). Pure. */
import type { EffectiveStatus, StatusRow } from "./records.ts";

const UNKNOWN: EffectiveStatus = { status: "unknown", source: "unknown" };

/** Quarantined, disabled, any other word, active: the greater the more restrictive. */
export function restriction(status: string): number {
  if (status === "quarantined") return 3;
  if (status === "disabled") return 2;
  return status === "active" ? 0 : 1;
}

/** Of rows that differ only in the case of the id, the most restrictive. */
export function mostRestrictive(rows: readonly StatusRow[]): StatusRow | undefined {
  return rows.reduce<StatusRow | undefined>(
    (most, row) => (most === undefined || restriction(row.status) > restriction(most.status) ? row : most),
    undefined,
  );
}

/** A status event in the form of a row, and its place in the chain. */
export interface PlacedStatus {
  readonly seq: number;
  readonly row: StatusRow;
}

/**
 * The more restrictive of the rows of one (skill, version) and of its last status event. Without a row a skill was never admitted, or
 * somebody deleted the row: what an event allowed is then void, what it forbade is not. `unreadable`: a later status event was damaged, and
 * may have been one of this skill's; then nothing is allowed, or damaging it would free the skill (T26).
 */
export function effectiveStatus(
  rows: readonly StatusRow[],
  last: PlacedStatus | undefined,
  unreadable: boolean,
): EffectiveStatus {
  const row = mostRestrictive(rows);
  const least = row === undefined ? restriction("active") : restriction(row.status);
  const decides = last !== undefined && restriction(last.row.status) > least ? last.row : row;
  if (unreadable && decides?.status === "active") return UNKNOWN;
  if (decides === undefined) return UNKNOWN;
  const event = last && { seq: last.seq, status: last.row.status };
  return { status: decides.status, source: "journal", row: decides, ...(event === undefined ? {} : { event }) };
}

/** Ids are compared without the case of ASCII letters, as SQLite's NOCASE does. */
export function foldId(skillId: string): string {
  if (!/[A-Z]/.test(skillId)) return skillId;
  return skillId.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** Key of one (skill, version) in a map. */
export function statusKey(skillId: string, version: string): string {
  return `${foldId(skillId)}\n${version}`;
}
