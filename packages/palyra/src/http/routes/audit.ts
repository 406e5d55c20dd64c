import * as v from "valibot";
import { CATALOG } from "../../operations/catalog.ts";
import type { AuditDocument } from "../../operations/skills/audit.ts";
import type { Caller } from "../auth.ts";
import { AUDIT_IDLE_MS, IDLE_TIMEOUT_MS, MAX_AUDITS } from "../bounds.ts";
import { jsonText } from "../json.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";
import { wireOf } from "../wire.ts";

/** What audits; the daemon has it on a thread of its own, so that a module that takes long stalls no other answer. */
export interface AuditPort {
  audit(request: { readonly skillId: string; readonly version?: string }, caller: Caller): Promise<AuditDocument>;
}

/** Spec 11.5; a report as spec 4.3 has it. */
const AUDIT_DOCUMENT = v.strictObject({
  trust_store: v.string(),
  audits: v.array(
    v.strictObject({
      source: v.string(),
      artifact: v.string(),
      skill_id: v.nullable(v.string()),
      version: v.nullable(v.string()),
      report: v.optional(v.looseObject({ passed: v.boolean(), should_quarantine: v.boolean() })),
      error: v.optional(v.strictObject({ code: v.string(), message: v.string() })),
    }),
  ),
  summary: v.strictObject({
    audited: v.number(),
    quarantine_required: v.number(),
    failed_checks: v.number(),
    warnings: v.number(),
  }),
  results: v.optional(
    v.strictObject({
      failures: v.number(),
      warnings: v.number(),
      not_judged: v.number(),
      accepted: v.number(),
      silenced: v.number(),
      not_audited: v.number(),
    }),
  ),
});

export async function auditRoute(auditor: AuditPort): Promise<Route> {
  const { load } = CATALOG["skills audit"];
  const { http, entries } = await load();
  if (http === undefined) throw new TypeError("skills audit has no route");
  let running = 0;
  return {
    id: "audit",
    method: http.method,
    path: http.path,
    summary: "Audit an installed skill now",
    access: "admin",
    wire: wireOf(http, entries),
    answer: AUDIT_DOCUMENT,
    refusals: [404, 422],
    handle: async ({ input, caller, incoming: { socket } }) => {
      if (running >= MAX_AUDITS)
        throw new Refusal("Busy", `${MAX_AUDITS} audits are asked for already`, { headers: { "retry-after": "5" } });
      running += 1;
      // Nothing goes over the connection meanwhile: it is no idle one.
      socket.setTimeout(AUDIT_IDLE_MS);
      try {
        const version = input["version"];
        const request = { skillId: String(input["skillId"]), ...(typeof version === "string" ? { version } : {}) };
        return { body: jsonText(await auditor.audit(request, caller)) };
      } finally {
        running -= 1;
        socket.setTimeout(IDLE_TIMEOUT_MS);
      }
    },
  };
}
