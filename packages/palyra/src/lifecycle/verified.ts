import type { JsonObject } from "palyra-skills/encoding";
import type { TrustDecision } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { findEntry, withEntry } from "../installed/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { recordSteps } from "./plan.ts";
import { exclusively } from "./root.ts";

export interface VerifiedRecord {
  readonly skillId: string;
  readonly version: string;
  /** Of the bytes that were verified: where the index says otherwise by now, nothing is recorded. */
  readonly artifactSha256: string;
  readonly decision: TrustDecision;
  /** Of the event `skill.verified` (spec 11.7). */
  readonly payload: JsonObject;
}

/** `skills verify` of what is installed: the event, and the decision as it is now in the index (spec 11.7). Digests stay (T12). */
export async function recordVerified(home: Home, record: VerifiedRecord, call: Call): Promise<void> {
  await exclusively(home, call, "skills verify", async (writer) => {
    const index = await writer.index();
    const entry = findEntry(index, record.skillId, record.version);
    if (entry?.artifact_sha256 !== record.artifactSha256) return;
    const after = withEntry(index, { ...entry, trust_decision: record.decision }, call.now);
    const changed = entry.trust_decision !== record.decision;
    await writer.commit({
      ulid: home.newUlid(call.now),
      kind: "verify",
      steps: [
        ...(changed ? [{ do: "write_index", index: after } as const] : []),
        ...recordSteps(home, { statuses: [], events: [makeEvent(home, call, "skill.verified", record.payload)] }),
      ],
    });
  });
}
