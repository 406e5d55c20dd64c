/**
 * What the journal keeps of the last consent to a skill (spec 4.4): it is there after a removal, and whatever an index says.
 * In `skill.installed` and `skill.updated`, beside the digests: `consented`, as `palyra-skills/diff` writes it.
 */
import { type Consented, consentedJson, consentedOf, readConsented } from "palyra-skills/diff";
import { type JsonObject, readJson, writeJson } from "palyra-skills/encoding";
import type { Manifest } from "palyra-skills/manifest";
import { folderPlace, type InstalledEntry } from "../installed/index.ts";
import { INSTALL_KINDS, type StoredEvent } from "../journal/index.ts";
import type { Home } from "./home.ts";
import { installsOf } from "./standing.ts";

/** Characters; of more it is not kept, and another release asks for everything anew. */
const MAX_KEPT = 64 * 1024;

/** For the event of an install. */
export function consentedPayload(manifest: Manifest, home: Pick<Home, "platform">): JsonObject {
  const consented = consentedJson(consentedOf(manifest, home.platform));
  return writeJson(consented).length > MAX_KEPT ? {} : { consented };
}

export interface ConsentedInstall {
  readonly version: string;
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  /** Whether it is installed still, by the journal. */
  readonly isInstalled: boolean;
  /** Undefined: an older release of ours installed it, or it was too much to keep. */
  readonly consented: Consented | undefined;
}

/** Of the versions of a skill that were installed here through us the one that was current last. Undefined: there was none. */
export async function lastConsented({ places, openJournal }: Home, skillId: string): Promise<ConsentedInstall | undefined> {
  const journal = await openJournal(places.journal, { create: false });
  if (journal === undefined) return undefined;
  try {
    const events = await journal.events({ kinds: INSTALL_KINDS, skillId, last: Number.MAX_SAFE_INTEGER });
    const folder = await folderPlace(places.skillsRoot);
    const now = installsOf(events).asked(skillId, folder);
    const installs = events.flatMap((event) => installIn(event) ?? []);
    // As `KnownInstalls`: in a folder of which there is no event of the skill, those of all count.
    const here = installs.filter((each) => each.folder === folder);
    const known = here.length === 0 ? installs : here;
    const last = known.findLast(({ install }) => install.version === now?.version) ?? known.at(-1);
    return last && { ...last.install, isInstalled: now?.isInstalled === true };
  } finally {
    await journal.close();
  }
}

/**
 * The tools of the very artifact that was installed, whatever lies in its place by now (T27). Undefined: nothing says, as of what another program
 * installed.
 */
export async function installedToolIds(
  { places, openJournal }: Home,
  { skill_id, artifact_sha256 }: Pick<InstalledEntry, "skill_id" | "artifact_sha256">,
): Promise<readonly string[] | undefined> {
  const journal = await openJournal(places.journal, { create: false });
  if (journal === undefined) return undefined;
  try {
    const events = await journal.events({ kinds: INSTALL_KINDS, skillId: skill_id, last: Number.MAX_SAFE_INTEGER });
    const installs = events.flatMap((event) => installIn(event)?.install ?? []);
    const install = installs.findLast((each) => each.artifact_sha256 === artifact_sha256 && each.consented !== undefined);
    return install?.consented?.tools.map(({ id }) => id);
  } finally {
    await journal.close();
  }
}

interface PlacedInstall {
  readonly folder: string;
  readonly install: Omit<ConsentedInstall, "isInstalled">;
}

/** Undefined: it is of no install. One that cannot be read is refused where statuses are looked at (`JournalChainBroken`). */
function installIn({ kind, payload_json }: StoredEvent): PlacedInstall | undefined {
  if (kind !== "skill.installed" && kind !== "skill.updated") return undefined;
  const install = readJson(payload_json, (root) => {
    const fields = root.object();
    return {
      folder: fields.optional("folder", (value) => value.string()) ?? "",
      version: fields.required("version").string(),
      artifact_sha256: fields.required("artifact_sha256").string(),
      payload_sha256: fields.required("payload_sha256").string(),
    };
  });
  if (!install.ok) return undefined;
  // By itself: what another release writes there in another form is not known, and that there was an install is.
  const consented = readJson(payload_json, (root) => root.object().optional("consented", readConsented));
  const { folder, ...facts } = install.value;
  return { folder, install: { ...facts, consented: consented.ok ? consented.value : undefined } };
}
