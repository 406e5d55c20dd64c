/** The plan of an install: pure but for the names of its events. */
import { resolve } from "node:path";
import { type JsonObject, shorten } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { currentOf, type InstalledEntry, withEntry } from "../installed/index.ts";
import { consentedPayload } from "./consented.ts";
import { auditPayload, makeEvent, trustConflict } from "./events.ts";
import type { Home } from "./home.ts";
import type { Compared, Evaluated, Ground, InstallDocument } from "./install-look.ts";
import { type Plan, recordSteps, type Step } from "./plan.ts";
import { isKnown } from "./previous.ts";
import { predecessor } from "./statuses.ts";

/** The steps of an install, in the order of spec 5.2. */
export function planInstall(
  home: Home,
  look: Evaluated & Compared,
  { index, standing }: Ground,
  entry: InstalledEntry,
  call: Call,
): Plan {
  const { skill_id, version } = entry;
  const { event_kind, widening: _, ...facts } = documentOf(look, entry);
  const installed = {
    ...facts,
    source: { ...entry.source },
    missing_secrets: entry.missing_secrets.map((each) => ({ ...each })),
    previous_version: currentOf(index, skill_id)?.version ?? null,
    ...(look.allowed.length === 0 ? {} : { allowed: look.allowed }),
    ...wideningOf(look),
    ...consentedPayload(look.artifact.manifest, home),
  };
  const trust: readonly Step[] =
    look.edits.length === 0 ? [] : [{ do: "change_trust", trust_store: resolve(home.places.trustStore), edits: look.edits }];
  return {
    ulid: home.newUlid(call.now),
    kind: "install",
    steps: [
      { do: "place_version", skill_id, version },
      ...trust,
      { do: "write_index", index: withEntry(index, entry, call.now) },
      ...recordSteps(home, {
        statuses: [
          {
            do: "register",
            skill_id,
            version,
            from: predecessor(index, skill_id, standing) ?? null,
            operator_principal: call.principal,
            at_ms: call.now,
            event_ulid: home.newUlid(call.now),
          },
        ],
        events: [
          makeEvent(home, call, "skill.audit", auditPayload(look.report, look.request.source)),
          makeEvent(home, call, event_kind, installed),
        ],
        on_conflict: trustConflict(home, call, { skill_id, version }),
      }),
    ],
  };
}

/** Name of the step among those that a person must ask for (spec 6.2). */
export const ACCEPT_WIDENING = "accept_widening";
/** Changes of which the event keeps what they are; it counts all. */
const MAX_KEPT = 100;

/** What a person agreed to, from which artifact to which: a consent to one is none to another (spec 4.4). */
function wideningOf({ difference, previous, artifact, artifactSha256, allowed }: Evaluated & Compared): JsonObject {
  const { widening } = difference;
  if (previous === undefined || widening.length === 0) return {};
  const { version, artifact_sha256, payload_sha256 } = previous;
  return {
    widening: {
      accepted: allowed.includes(ACCEPT_WIDENING),
      from: { version, artifact_sha256, payload_sha256, known: isKnown(previous) },
      to: { version: artifact.manifest.version, artifact_sha256: artifactSha256, payload_sha256: artifact.payloadSha256 },
      count: widening.reduce((sum, { more = 1 }) => sum + more, 0),
      changes: widening.slice(0, MAX_KEPT).map(({ kind, path, after }) => ({
        kind,
        path,
        ...(typeof after === "object" || after === undefined ? {} : { after: shorten(String(after), 200) }),
      })),
    },
  };
}

export function entryOf(look: Evaluated, call: Call): InstalledEntry {
  const { manifest, payloadSha256, keyId } = look.artifact;
  return {
    skill_id: manifest.skill_id,
    version: manifest.version,
    publisher: manifest.publisher,
    current: true,
    installed_at_unix_ms: call.now,
    artifact_sha256: look.artifactSha256,
    payload_sha256: payloadSha256,
    signature_key_id: keyId,
    trust_decision: look.trusted.decision,
    source: look.request.source,
    missing_secrets: look.missingSecrets,
  };
}

export function documentOf(look: Evaluated & Compared, entry: InstalledEntry): InstallDocument {
  return {
    event_kind: look.previousVersion === undefined ? "skill.installed" : "skill.updated",
    skill_id: entry.skill_id,
    version: entry.version,
    publisher: entry.publisher,
    artifact_sha256: entry.artifact_sha256,
    payload_sha256: entry.payload_sha256,
    signature_key_id: entry.signature_key_id,
    trust_decision: entry.trust_decision,
    source: entry.source,
    missing_secrets: entry.missing_secrets,
    ...(look.difference.widening.length === 0 ? {} : { widening: look.difference.widening }),
  };
}
