import { resolve } from "node:path";
import type { AdmittedSkill } from "palyra-skills/audit";
import { encodeUtf8 } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import type { StagedFile } from "../files/index.ts";
import {
  ARTIFACT_FILE,
  currentOf,
  type InstalledEntry,
  METADATA_FILE,
  summariesOf,
  summaryOf,
  withEntry,
  writeMetadata,
} from "../installed/index.ts";
import { readTrust, type TrustWriter, withTrustWriter } from "../trust/index.ts";
import { basisOf, type Ground } from "./compare.ts";
import { auditPayload, makeEvent, trustConflict } from "./events.ts";
import type { Home } from "./home.ts";
import type { InstallDocument, InstallLook, InstallOutcome } from "./install.ts";
import type { Plan, Step } from "./plan.ts";
import { exclusively, type RootWriter, recordSteps } from "./root.ts";
import { predecessor, readStanding } from "./standing.ts";

/**
 * Spec 5.2, commit: under the lock, on the ground that was looked at. Undefined: something of it changed meanwhile, and it is to be
 * looked at again. Only what passed the audit gets here.
 */
export async function commitInstall(
  home: Home,
  look: InstallLook,
  _admitted: AdmittedSkill,
  call: Call,
): Promise<InstallOutcome | undefined> {
  const trustStore = resolve(home.places.trustStore);
  return exclusively(home, call, "skills install", (writer) =>
    // Nothing to write there: its lock, and with it its folder, is left alone.
    look.edits.length === 0
      ? commitOn(home, look, call, writer, undefined)
      : withTrustWriter(trustStore, { purpose: "skills install", signal: call.signal }, (trust) =>
          commitOn(home, look, call, writer, trust),
        ),
  );
}

async function commitOn(
  home: Home,
  look: InstallLook,
  call: Call,
  writer: RootWriter,
  trust: TrustWriter | undefined,
): Promise<InstallOutcome | undefined> {
  const { skill_id, version } = look.artifact.manifest;
  const journal = await writer.journal();
  const ground: Ground = {
    index: await writer.index(),
    trust: trust?.state ?? (await readTrust(home.places.trustStore)),
    standing: await readStanding(journal, skill_id),
  };
  if (basisOf(ground, look) !== look.basis) return undefined;
  const entry = entryOf(look, call);
  const plan = planInstall(home, look, ground, entry, call);
  await writer.commit(plan, { version: filesOf(look, entry), ...(trust === undefined ? {} : { trust }) });
  // Only for `list`: every version that it knows, this one added.
  const { entries } = withEntry(ground.index, entry, call.now);
  const summarise = async (each: InstalledEntry) =>
    each.artifact_sha256 === entry.artifact_sha256 ? summaryOf(look.artifact.manifest) : undefined;
  await summariesOf(writer.folder.root, entries, summarise, { create: true });
  const { status } = await journal.status(skill_id, version);
  return { document: documentOf(look, entry), look, status };
}

/** The steps of an install, in the order of spec 5.2. */
function planInstall(home: Home, look: InstallLook, { index, standing }: Ground, entry: InstalledEntry, call: Call): Plan {
  const { skill_id, version } = entry;
  const { event_kind, ...facts } = documentOf(look, entry);
  const installed = {
    ...facts,
    source: { ...entry.source },
    missing_secrets: entry.missing_secrets.map((each) => ({ ...each })),
    previous_version: currentOf(index, skill_id)?.version ?? null,
    ...(look.allowed.length === 0 ? {} : { allowed: look.allowed }),
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

function entryOf(look: InstallLook, call: Call): InstalledEntry {
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

/** A version's folder holds exactly the artifact's entries, the artifact as it came, and the metadata (spec 5.1, 11.7). */
function filesOf(look: InstallLook, entry: InstalledEntry): readonly StagedFile[] {
  return [
    ...look.artifact.archive.entries,
    { path: ARTIFACT_FILE, bytes: look.bytes },
    { path: METADATA_FILE, bytes: encodeUtf8(writeMetadata(entry)) },
  ];
}

function documentOf(look: InstallLook, entry: InstalledEntry): InstallDocument {
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
  };
}
