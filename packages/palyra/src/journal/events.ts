/** Which events there are, and which of them set a status (spec 11.7). */
import type { JsonObject } from "palyra-skills/encoding";
import type { NewEvent, SkillStatus, StatusRow } from "./records.ts";

/** Kinds of spec 11.7, and those that Palyra does not have. */
export const EVENT_KINDS = [
  "skill.audit",
  "skill.installed",
  "skill.updated",
  "skill.removed",
  "skill.verified",
  "skill.used",
  "skill.quarantined",
  "skill.disabled",
  "skill.enabled",
  "skill.trust_changed",
  "skill.procedure_saved",
  "skill.started",
  "skill.finished",
  "skill.refused",
  "skill.approved",
  "skill.approval_removed",
  "skill.granted",
  "skill.data_removed",
  "skill.seen",
  "skill.head_accepted",
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * Kinds whose events set a status, if they carry one: the `skill.quarantined` of a refused install has no `status`, and says nothing
 * of a version that is installed already.
 */
export const STATUS_KINDS = ["skill.quarantined", "skill.disabled", "skill.enabled"] as const satisfies readonly EventKind[];

/** Kinds by whose events nothing was decided that a start rests on. Any other may have been. */
export const NEUTRAL_KINDS = [
  "skill.audit",
  "skill.verified",
  "skill.procedure_saved",
  "skill.started",
  "skill.finished",
  "skill.refused",
  "skill.approved",
  "skill.data_removed",
  "skill.seen",
] as const satisfies readonly EventKind[];

export const STATUS_EVENT = {
  active: "skill.enabled",
  quarantined: "skill.quarantined",
  disabled: "skill.disabled",
} as const satisfies { readonly [status in SkillStatus]: EventKind };

/** Who does something, and when: the part of a `Call` that events keep. */
export interface Actor {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly principal: string;
  readonly deviceId: string;
  readonly channel: string | null;
}

/** An event of this moment. `ulid` is made by the caller, so that a plan that is walked twice writes one event. */
export function newEvent(ulid: string, actor: Actor, kind: EventKind, payload: JsonObject): NewEvent {
  return {
    event_ulid: ulid,
    kind,
    timestamp_unix_ms: actor.now,
    principal: actor.principal,
    device_id: actor.deviceId,
    channel: actor.channel,
    payload,
  };
}

/** What a status event sets, in the form of a row; undefined for one that sets nothing. `unreadable`: whose status it set is lost. */
export function statusOfEvent(event: {
  readonly payload_json: string;
  readonly timestamp_unix_ms: number;
}): StatusRow | "unreadable" | undefined {
  const payload = parsed(event.payload_json);
  if (payload === undefined) return "unreadable";
  const text = (key: string): string | undefined => {
    const value = payload.get(key);
    return typeof value === "string" ? value : undefined;
  };
  const [skillId, version, status] = [text("skill_id"), text("version"), text("status")];
  if (skillId === undefined || version === undefined || status === undefined) return undefined;
  const detected = payload.get("detected_at_ms");
  return {
    skill_id: skillId,
    version,
    status,
    reason: text("reason") ?? null,
    detected_at_ms: typeof detected === "number" ? detected : event.timestamp_unix_ms,
    operator_principal: text("operator_principal") ?? "",
    created_at_unix_ms: event.timestamp_unix_ms,
    updated_at_unix_ms: event.timestamp_unix_ms,
  };
}

/** The skill that an event is about, where it says so. `unreadable` (no skill id has this form): which it was is lost. */
export function skillOfEvent(payloadJson: string): string | undefined {
  const payload = parsed(payloadJson);
  if (payload === undefined) return "unreadable";
  const skillId = payload.get("skill_id");
  return typeof skillId === "string" ? skillId : undefined;
}

// The journal wrote the text itself, without repeated keys; whether it is still that text the chain tells, not the parser.
function parsed(payloadJson: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(payloadJson);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? new Map<string, unknown>(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
