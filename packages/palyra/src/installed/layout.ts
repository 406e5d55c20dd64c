/** The managed directory of spec 5.1: where each thing lies. Names come from a checked index or manifest only. */
import { join, sep } from "node:path";

export const INDEX_FILE = "installed-index.json";
export const AUDIT_FILE = "audit.ndjson";
const LOCK_FILE = ".lock";
const PENDING_FILE = ".pending.json";
const STAGING_FOLDER = ".staging";
const LIST_CACHE_FILE = ".cache.json";
const VERDICTS_FILE = ".verdicts";
const EXAMINING_FILE = ".examining";
const PASSED_FILE = ".passed";
const APPROVALS_FILE = ".approvals";
const GRANTS_FILE = ".grants";
export const ARTIFACT_FILE = "artifact.palyra-skill";
export const METADATA_FILE = "install-metadata.json";
/** Beside the managed directory, below the state root: what tools have written, a folder a skill (spec 10.4). */
export const SKILL_DATA = "skill-data";

export interface SkillsFolder {
  readonly root: string;
  readonly index: string;
  readonly audit: string;
  readonly lock: string;
  readonly pending: string;
  readonly staging: string;
  readonly listCache: string;
  readonly verdicts: string;
  readonly examining: string;
  /** Verdicts by which a launch may be (spec 10), and what operators have decided about launches (spec 10.5). */
  readonly passed: string;
  readonly approvals: string;
  readonly grants: string;
  skill(skillId: string): string;
  version(skillId: string, version: string): string;
  artifact(skillId: string, version: string): string;
  metadata(skillId: string, version: string): string;
}

/** Of the few that a process has: each start of a tool asks for it some ten times. */
const known = new Map<string, SkillsFolder>();
const MOST_KNOWN = 16;

export function skillsFolder(root: string): SkillsFolder {
  const found = known.get(root) ?? makeFolder(root);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(root, found);
  return found;
}

function makeFolder(root: string): SkillsFolder {
  // Joined once: a list asks for the paths of a thousand skills, whose names are checked and need no normalising.
  const within = join(root, "x").slice(0, -1);
  return {
    root,
    index: join(root, INDEX_FILE),
    audit: join(root, AUDIT_FILE),
    lock: join(root, LOCK_FILE),
    pending: join(root, PENDING_FILE),
    staging: join(root, STAGING_FOLDER),
    listCache: join(root, LIST_CACHE_FILE),
    verdicts: join(root, VERDICTS_FILE),
    examining: join(root, EXAMINING_FILE),
    passed: join(root, PASSED_FILE),
    approvals: join(root, APPROVALS_FILE),
    grants: join(root, GRANTS_FILE),
    skill: (skillId) => within + skillId,
    version: (skillId, version) => within + skillId + sep + version,
    artifact: (skillId, version) => within + skillId + sep + version + sep + ARTIFACT_FILE,
    metadata: (skillId, version) => within + skillId + sep + version + sep + METADATA_FILE,
  };
}
