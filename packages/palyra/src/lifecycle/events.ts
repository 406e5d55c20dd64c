/** Events of the lifecycle, as spec 11.7 lists their payloads; those of `use` and of trust changes are ours. */

import type { AuditReport } from "palyra-skills/audit";
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import type { Source } from "../installed/index.ts";
import { type EventKind, type NewEvent, newEvent } from "../journal/index.ts";
import type { Home } from "./home.ts";
import type { Plan, StatusEdit } from "./plan.ts";

export function makeEvent(home: Home, call: Call, kind: EventKind, payload: JsonObject): NewEvent {
  return newEvent(home.newUlid(call.now), call, kind, payload);
}

/** Says of which folder a plan's events are: a journal may serve several, in which a version is installed here and removed there (T1, T31). */
export function inFolder(plan: Plan, folder: string): Plan {
  const placed = (event: NewEvent): NewEvent =>
    isOneOf(PLACED_KINDS, event.kind) ? { ...event, payload: { ...event.payload, folder } } : event;
  return {
    ...plan,
    steps: plan.steps.map((step) => (step.do === "record" ? { ...step, events: step.events.map(placed) } : step)),
  };
}

const PLACED_KINDS = ["skill.installed", "skill.updated", "skill.used", "skill.removed"] as const satisfies readonly EventKind[];
const isOneOf = (kinds: readonly string[], kind: string): boolean => kinds.includes(kind);

export function auditPayload(report: AuditReport, source: Source): JsonObject {
  return {
    skill_id: report.skill_id,
    version: report.version,
    publisher: report.publisher,
    source: source.reference,
    passed: report.passed,
    should_quarantine: report.should_quarantine,
    quarantine_reasons: report.quarantine_reasons,
    checks: report.checks.map((check) => ({ ...check })),
  };
}

export function refusedPayload(report: AuditReport): JsonObject {
  return {
    skill_id: report.skill_id,
    version: report.version,
    publisher: report.publisher,
    reason: "static_security_audit_failed",
    quarantine_reasons: report.quarantine_reasons,
  };
}

/** What happens to the skill where its pin contradicts the trust store when its plan is finished by another process (spec 5.2). */
export function trustConflict(
  home: Home,
  call: Call,
  subject: { readonly skill_id: string; readonly version: string },
): { readonly status: StatusEdit; readonly event: NewEvent } {
  const reason = "trust_store_conflict";
  const status: StatusEdit = { do: "quarantine", ...subject, reason, operator_principal: call.principal, at_ms: call.now };
  const payload = { ...subject, status: "quarantined", reason, detected_at_ms: call.now, operator_principal: call.principal };
  return { status, event: makeEvent(home, call, "skill.quarantined", payload) };
}
