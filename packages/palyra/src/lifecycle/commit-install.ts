import type { AdmittedSkill } from "palyra-skills/audit";
import { encodeUtf8 } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import type { StagedFile } from "../files/index.ts";
import {
  ARTIFACT_FILE,
  type InstalledEntry,
  METADATA_FILE,
  summariesOf,
  summaryOf,
  withEntry,
  writeMetadata,
} from "../installed/index.ts";
import { decidingOf, readTrust, type TrustWriter, withTrustWriter } from "../trust/index.ts";
import { basisOf } from "./compare.ts";
import type { Home } from "./home.ts";
import type { Ground, InstallLook, InstallOutcome } from "./install-look.ts";
import { documentOf, entryOf, planInstall } from "./plan-install.ts";
import { exclusively, type RootWriter } from "./root.ts";
import { readStanding } from "./standing.ts";
import { trustPlace } from "./trust-place.ts";

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
  return exclusively(home, call, "skills install", (writer) =>
    // Nothing to write there: its lock, and with it its folder, is left alone.
    look.edits.length === 0
      ? commitOn(home, look, call, writer, undefined)
      : withTrustWriter(trustPlace(home), { purpose: "skills install", signal: call.signal }, (trust) =>
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
    // The lists as well: what one of them revoked meanwhile is looked at again.
    trust: await decidingOf(trustPlace(home), trust?.state ?? (await readTrust(trustPlace(home))), call.now),
    standing: await readStanding(home, journal, skill_id),
  };
  if (basisOf(ground, look) !== look.basis) return undefined;
  const entry = entryOf(look, call);
  const plan = planInstall(home, look, ground, entry, call);
  await writer.commit(plan, { version: filesOf(look, entry), ...(trust === undefined ? {} : { trust }) });
  // Only for `list`: every version that it knows, this one added.
  const { entries } = withEntry(ground.index, entry, call.now);
  const summarise = async (each: InstalledEntry) =>
    each.artifact_sha256 === entry.artifact_sha256 ? summaryOf(look.artifact.manifest) : undefined;
  await summariesOf(writer.folder.root, entries, summarise, "create");
  const { status } = await journal.status(skill_id, version);
  return { document: documentOf(look, entry), look, status };
}

/** A version's folder holds exactly the artifact's entries, the artifact as it came, and the metadata (spec 5.1, 11.7). */
function filesOf(look: InstallLook, entry: InstalledEntry): readonly StagedFile[] {
  return [
    ...look.artifact.archive.entries,
    { path: ARTIFACT_FILE, bytes: look.bytes },
    { path: METADATA_FILE, bytes: encodeUtf8(writeMetadata(entry)) },
  ];
}
