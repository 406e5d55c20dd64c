import type { Fault } from "palyra-skills";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Home } from "../home.ts";

/**
 * A cached artifact that is not what the index says: was it changed, or the index? The journal's chain has the digest that was installed.
 * Where the bytes are those, it is the index that lies, and nothing is wrong with the skill (it cannot start all the same: T1, T12).
 */
export async function indexFault(home: Home, entry: InstalledEntry, actual: string): Promise<Fault | undefined> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    if (journal === undefined || (await installedDigest(journal, entry)) !== actual) return undefined;
    return {
      path: `${entry.skill_id}@${entry.version}.artifact_sha256`,
      problem: "not what was installed, by the journal; the artifact is",
      found: entry.artifact_sha256,
      allowed: actual,
    };
  } finally {
    await journal?.close();
  }
}

/** What the last install of this version put there. */
async function installedDigest(journal: Journal, { skill_id, version }: InstalledEntry): Promise<string | undefined> {
  const events = await journal.events({
    kinds: ["skill.installed", "skill.updated"],
    skillId: skill_id,
    last: Number.MAX_SAFE_INTEGER,
  });
  return events.map(({ payload_json }) => installOf(payload_json)).findLast((install) => install?.version === version)
    ?.artifact_sha256;
}

function installOf(payloadJson: string): { readonly version: string; readonly artifact_sha256: string } | undefined {
  try {
    const payload: unknown = JSON.parse(payloadJson);
    if (typeof payload !== "object" || payload === null || !("version" in payload) || !("artifact_sha256" in payload))
      return undefined;
    const { version, artifact_sha256 } = payload;
    return typeof version === "string" && typeof artifact_sha256 === "string" ? { version, artifact_sha256 } : undefined;
  } catch {
    return undefined;
  }
}
