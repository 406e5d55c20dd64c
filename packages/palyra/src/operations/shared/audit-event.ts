import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../../call.ts";
import { newEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { exclusively, projectNow } from "../../lifecycle/index.ts";
import type { AuditLine } from "./audit-line.ts";

/** One `skill.audit` event for each installed skill that was audited (spec 11.5, 11.7); what could not be is not an audit. */
export async function recordAudits(home: Home, lines: readonly AuditLine[], call: Call): Promise<void> {
  const payloads = lines.flatMap(payloadOf);
  if (payloads.length === 0) return;
  await exclusively(home, call, "skills audit", async (writer) => {
    const journal = await writer.journal();
    await journal.transaction((transaction) => {
      for (const payload of payloads) transaction.append(newEvent(home.newUlid(call.now), call, "skill.audit", payload));
    });
    await projectNow(writer, call);
  });
}

function payloadOf({ source, artifact, skill_id, version, report }: AuditLine): JsonObject[] {
  if (report === undefined) return [];
  const { should_quarantine, quarantine_reasons } = report;
  const checks = report.checks.map((check) => ({ ...check }));
  return [{ source, artifact, skill_id, version, should_quarantine, quarantine_reasons, checks }];
}
