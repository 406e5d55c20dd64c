import { compareVersions, parseVersion } from "palyra-skills/manifest";
import { foldId } from "./effective.ts";

/** A record of the index, as far as the chain says something of it. */
export interface InstallRecord {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_sha256: string;
}

/**
 * Kinds of events that say which artifact is installed, or that none is, and which version is current. `skill.enabled`: a person admits
 * what lies there.
 */
export const INSTALL_KINDS = ["skill.installed", "skill.updated", "skill.used", "skill.removed", "skill.enabled"] as const;

/** One version of a skill. `digest`: that was installed as it; null: it was removed; undefined: another program installed it. */
interface Version {
  readonly version: string;
  digest: string | null | undefined;
  isInstalled: boolean;
}

/** What the chain says of one skill in one folder. Mostly of one version. */
interface History {
  readonly versions: Version[];
  /** The version that is current; of a skill that is gone, the last that was. */
  current: string | undefined;
  /** The same of those alone that the chain saw installed: a person was asked about them. */
  asked: string | undefined;
}

/** One skill. As long as its events are of one folder, what is known of it anywhere is what is known of it there. */
interface Skill {
  readonly anywhere: History;
  only: string | undefined;
  folders: Map<string, History> | undefined;
}

/**
 * What the chain says of installs (T1, T31): a status outlives a removal, so an index and a folder that were put back would find it still
 * active, an index that was edited would lend it to another artifact of that version, and one that names another version as current, or no
 * longer names the one that is, would lead back to what an update has mended (T8). Of what another program installs it says nothing.
 *
 * A journal may serve several folders: events say of which one they are by its place (`folder`, as in spec 3.3). In a folder of which there
 * is no event of a skill, all events of that skill count: it was moved, or they are of before events named folders.
 */
export class KnownInstalls {
  readonly #skills = new Map<string, Skill>();

  /** One event of `INSTALL_KINDS`, in the order of the chain. */
  take(kind: string, payloadJson: string): void {
    const payload = membersOf(payloadJson);
    const id = payload["skill_id"];
    if (typeof id !== "string") return;
    const skill = this.#skill(foldId(id));
    const folder = payload["folder"];
    if (kind !== "skill.enabled" && typeof folder === "string") {
      const history = historyIn(skill, folder);
      if (history !== skill.anywhere) note(history, kind, payload);
    } else for (const history of skill.folders?.values() ?? []) note(history, kind, payload);
    note(skill.anywhere, kind, payload);
  }

  #skill(id: string): Skill {
    const known = this.#skills.get(id);
    if (known !== undefined) return known;
    const made: Skill = { anywhere: { versions: [], current: undefined, asked: undefined }, only: undefined, folders: undefined };
    this.#skills.set(id, made);
    return made;
  }

  /** Why a record of the index in that folder is not of what was installed; undefined where nothing says so. */
  fault({ skill_id, version, artifact_sha256 }: InstallRecord, folder: string): string | undefined {
    const known = digestOf(this.#history(skill_id, folder), version);
    if (known === undefined || known === artifact_sha256) return undefined;
    return known === null
      ? "by the journal it was removed, and not installed again"
      : "by the journal another artifact was installed as this version";
  }

  /** Whether that very artifact was installed as this version: what the chain never saw installed was consented to by nobody (T8, T31). */
  isInstalled({ skill_id, version, artifact_sha256 }: InstallRecord, folder: string): boolean {
    return digestOf(this.#history(skill_id, folder), version) === artifact_sha256;
  }

  /** The version that is current in that folder, where the index names another that was installed there too: then it was edited. */
  otherCurrent({ skill_id, version }: Pick<InstallRecord, "skill_id" | "version">, folder: string): string | undefined {
    const history = this.#history(skill_id, folder);
    const isKnown = typeof digestOf(history, version) === "string";
    return isKnown && history?.current !== version ? history?.current : undefined;
  }

  /** The version that is current in that folder, or was last, of those that were installed by the chain (T8, T31); undefined: none ever was. */
  asked(skillId: string, folder: string): { readonly version: string; readonly isInstalled: boolean } | undefined {
    const history = this.#history(skillId, folder);
    const found = history?.versions.find(({ version }) => version === history.asked);
    return found && { version: found.version, isInstalled: found.isInstalled };
  }

  #history(skillId: string, folder: string): History | undefined {
    const skill = this.#skills.get(foldId(skillId));
    return skill?.folders?.get(folder) ?? skill?.anywhere;
  }
}

/** Why what the index names as current does not start. */
export const otherCurrentReason = (version: string): string =>
  `not the current version by the journal, which is ${version}; palyra skills use makes one current`;

const digestOf = (history: History | undefined, version: string): string | null | undefined =>
  history?.versions.find((each) => each.version === version)?.digest;

const copyOf = ({ versions, ...rest }: History): History => ({ versions: versions.map((each) => ({ ...each })), ...rest });

/** That of a folder: a second one begins with what is known anywhere, since the first may have been moved there. */
function historyIn(skill: Skill, folder: string): History {
  if (skill.folders === undefined) {
    skill.only ??= folder;
    if (skill.only === folder) return skill.anywhere;
    skill.folders = new Map([[skill.only, copyOf(skill.anywhere)]]);
  }
  const known = skill.folders.get(folder) ?? copyOf(skill.anywhere);
  skill.folders.set(folder, known);
  return known;
}

function note(history: History, kind: string, payload: Members): void {
  const removed = payload["removed_versions"];
  const version = payload["version"];
  if (kind === "skill.removed") noteRemoval(history, Array.isArray(removed) ? removed.map(String) : []);
  else if (typeof version === "string") noteVersion(history, kind, version, payload["artifact_sha256"]);
}

function noteRemoval(history: History, removed: readonly string[]): void {
  for (const each of removed) Object.assign(versionIn(history, each), { digest: null, isInstalled: false });
  const left = history.versions.filter(({ isInstalled }) => isInstalled);
  // As the index does (spec 5.1): the highest that is left. With none left it stays the last one.
  history.current = remaining(history.current, left);
  history.asked = remaining(
    history.asked,
    left.filter(({ digest }) => typeof digest === "string"),
  );
}

function remaining(current: string | undefined, left: readonly Version[]): string | undefined {
  const versions = left.map(({ version }) => version);
  if (current === undefined || versions.includes(current)) return current;
  return versions.toSorted(compareVersions).at(-1) ?? current;
}

function noteVersion(history: History, kind: string, version: string, digest: unknown): void {
  const known = versionIn(history, version);
  if (kind === "skill.enabled") {
    known.digest ??= undefined;
    return;
  }
  if (kind !== "skill.used" && typeof digest === "string") known.digest = digest;
  // What is no version has no place in an order of them.
  if (parseVersion(version) === undefined) return;
  known.isInstalled = true;
  history.current = version;
  if (typeof known.digest === "string") history.asked = version;
}

function versionIn({ versions }: History, version: string): Version {
  const known = versions.find((each) => each.version === version);
  if (known !== undefined) return known;
  const made = { version, digest: undefined, isInstalled: false };
  versions.push(made);
  return made;
}

interface Members {
  readonly [name: string]: unknown;
}

const NOTHING: Members = Object.create(null);

// The journal wrote the text itself; whether it is still that text the chain tells, not the parser.
function membersOf(payloadJson: string): Members {
  try {
    const value: unknown = JSON.parse(payloadJson);
    return isMembers(value) ? value : NOTHING;
  } catch {
    return NOTHING;
  }
}

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;
