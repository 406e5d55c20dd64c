/** Index against directory against journal: every difference by its name. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PalyraError } from "../../errors.ts";
import { ifThere, io } from "../../files/index.ts";
import { type InstalledEntry, type InstalledIndex, readIndex, skillsFolder } from "../../installed/index.ts";
import { type Head, IN_THE_VAULT, type Journal, recordedHead, requireRecorded } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { lookUnvouched, type Unvouched } from "../../lifecycle/unvouched.ts";
import { count, moment } from "../wording/units.ts";
import { lookArtifacts } from "./artifacts.ts";
import { bounded, FIX, type Finding, findingOf, ok, problem, VAULT_FIRST, warning } from "./finding.ts";
import { isThere } from "./leftovers.ts";
import { quoted } from "./permissions.ts";
import { withUntouchedJournal } from "./untouched.ts";

export interface SkillsFound {
  readonly findings: readonly Finding[];
  /** `audit.ndjson` is not what the journal says it should be. */
  readonly auditFile: "as it should be" | "runs wait" | "lines wait" | "missing";
}

/** @param lookActive at those that are current and may run by their status */
export async function lookSkills(
  home: Home,
  lookActive: (active: readonly InstalledEntry[]) => Promise<readonly Finding[]>,
): Promise<SkillsFound> {
  const { skillsRoot, journal } = home.places;
  const findings: Finding[] = [];
  let index: InstalledIndex | undefined;
  try {
    index = await readIndex(skillsRoot);
    findings.push(ok("index", `${count(index.entries.length, "version")} in the index`, skillsFolder(skillsRoot).index));
    findings.push(...(await lookDirectory(home, index)));
  } catch (error) {
    findings.push(findingOf("index", error, skillsFolder(skillsRoot).index));
  }
  const kept = await keptHead(home, journal);
  let auditFile: SkillsFound["auditFile"] = "as it should be";
  try {
    const looked = await withUntouchedJournal(home, async (open) => {
      findings.push(await lookChain(home, open, kept));
      if (index !== undefined) {
        findings.push(...(await lookStatuses(open, index)));
        const statusOf = await open.statuses();
        const isActive = ({ skill_id, version, current }: InstalledEntry): boolean =>
          current && statusOf(skill_id, version).status === "active";
        findings.push(...(await lookActive(index.entries.filter(isActive))));
      }
      auditFile = await lookAuditFile(home, open);
      return true;
    });
    if (looked === undefined) findings.push(withoutJournal(index, kept, journal));
    else findings.push(auditFinding(home, auditFile));
  } catch (error) {
    findings.push(findingOf("journal", error, journal));
  }
  return { findings, auditFile };
}

function withoutJournal(index: InstalledIndex | undefined, { head }: KeptHead, where: string): Finding {
  if ((index === undefined || index.entries.length === 0) && (head === undefined || head.seq === 0))
    return ok("journal", "none has been made yet");
  return problem("journal", "it is missing, so no status of any skill is known", {
    where,
    advice: "restore it from a copy; without one, look at each skill and then: palyra skills enable ID --override",
  });
}

async function lookDirectory(home: Home, { entries }: InstalledIndex): Promise<readonly Finding[]> {
  const folder = skillsFolder(home.places.skillsRoot);
  const missing: Finding[] = [];
  const there: InstalledEntry[] = [];
  for (const entry of entries) {
    const { skill_id, version } = entry;
    const where = folder.version(skill_id, version);
    const advice = `palyra skills remove ${skill_id} --version ${version}, then install it again from its source`;
    const parts = { artifact: folder.artifact(skill_id, version), record: folder.metadata(skill_id, version) };
    if (!(await isThere(where)))
      missing.push(
        problem("missing_folder", `the index has ${skill_id} ${version}, and its folder is missing`, { where, advice }),
      );
    else if (!(await isThere(parts.artifact)))
      missing.push(
        problem("missing_artifact", `the artifact of ${skill_id} ${version} is missing`, { where: parts.artifact, advice }),
      );
    else {
      there.push(entry);
      if (!(await isThere(parts.record)))
        missing.push(
          warning("missing_metadata", `${skill_id} ${version} lacks its record of the install`, { where: parts.record, advice }),
        );
    }
  }
  const damaged = await lookArtifacts(home, there);
  const unrecorded = await lookUnrecorded(home, new Set(entries.map(({ skill_id, version }) => `${skill_id}/${version}`)));
  if (missing.length + unrecorded.length + damaged.length > 0) return [...bounded(missing), ...bounded(unrecorded), ...damaged];
  return [ok("directory", "each version in the index has its folder, and each folder its version")];
}

async function lookUnrecorded(home: Home, recorded: ReadonlySet<string>): Promise<readonly Finding[]> {
  const root = home.places.skillsRoot;
  const found: Finding[] = [];
  for (const skill of await foldersIn(root))
    for (const version of await foldersIn(join(root, skill))) {
      if (recorded.has(`${skill}/${version}`)) continue;
      const where = join(root, skill, version);
      found.push(
        warning("unrecorded_folder", "no version in the index lies here; nothing of it can be run", {
          where,
          advice: `look at it, then: rm -r ${quoted(where)}`,
        }),
      );
    }
  return found;
}

/** Of the managed directory: names that begin with a dot are of something else. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = (await ifThere(() => io("read", folder, () => readdir(folder, { withFileTypes: true })))) ?? [];
  return entries
    .filter((each) => each.isDirectory() && !each.name.startsWith("."))
    .map(({ name }) => name)
    .toSorted();
}

/** Whole in itself, and leading through the head that the vault keeps (spec 5.3, T26). */
async function lookChain(home: Home, journal: Journal, kept: KeptHead): Promise<Finding> {
  const where = home.places.journal;
  try {
    const { head: recorded } = kept;
    const { events, head } = await journal.verifyChain(recorded === undefined ? [] : [{ ...recorded, kept: IN_THE_VAULT }]);
    const whole = `its chain of ${count(events, "event")} is whole`;
    if (!kept.known)
      return warning("journal", `${whole}, and cannot be held against its head while the vault is shut`, {
        where,
        ...VAULT_FIRST,
      });
    requireRecorded(recorded, { seq: events, hash: head }, () => true);
    const unvouched = await lookUnvouched(home, journal, { events, head }, recorded);
    return unvouched === null ? ok("journal", whole, where) : behindHead(unvouched, where);
  } catch (error) {
    if (error instanceof PalyraError && error.code === "JournalChainBroken") return findingOf("journal", error, where);
    throw error;
  }
}

const behindHead = ({ events, first, since_unix_ms }: Unvouched, where: string): Finding =>
  warning(
    "journal",
    `nobody vouches for its last ${count(events, "event")}, from ${first} on (${moment(since_unix_ms)} by its own word): a command was killed before it kept the head in the vault, or somebody wrote them into the file`,
    {
      where,
      advice: `look at them before the next command that writes vouches for them: palyra skills journal tail --last ${events}`,
    },
  );

interface KeptHead {
  /** False: the vault cannot be asked, which is a finding of its own. */
  readonly known: boolean;
  readonly head: Head | undefined;
}

async function keptHead({ records }: Home, journal: string): Promise<KeptHead> {
  try {
    return { known: true, head: await recordedHead(records, journal) };
  } catch (error) {
    if (!(error instanceof PalyraError)) throw error;
    return { known: false, head: undefined };
  }
}

/** A status without a version outlives it (spec 5); a version without a status was never admitted here. */
async function lookStatuses(journal: Journal, { entries }: InstalledIndex): Promise<readonly Finding[]> {
  const statusOf = await journal.statuses();
  const without = entries.filter(({ skill_id, version }) => statusOf(skill_id, version).source === "unknown");
  if (without.length === 0) return [ok("status_rows", "each version has its status in the journal")];
  return bounded(
    without.map(({ skill_id, version }) =>
      warning("status_rows", `${skill_id} ${version} has no status, so it does not run`, {
        where: `${skill_id} ${version}`,
        advice: `look at it (palyra skills check ${skill_id}), then: palyra skills enable ${skill_id} --version ${version} --override`,
      }),
    ),
  );
}

async function lookAuditFile(home: Home, journal: Journal): Promise<SkillsFound["auditFile"]> {
  const { audit, root } = skillsFolder(home.places.skillsRoot);
  const events = await journal.events({ last: 1 });
  // Events of procedures stand in the file of their own folder: of a skills folder that nobody needed yet none is missing.
  if (events.length > 0 && (await isThere(root)) && !(await isThere(audit))) return "missing";
  const waiting = await journal.waiting(audit, MOST_WAITING);
  if (waiting.length === 0) return "as it should be";
  return waiting.every(({ kind }) => OF_RUNS.includes(kind)) ? "runs wait" : "lines wait";
}

/** A run takes no lock of the skills folder: its lines are written by the next command that changes something. */
const OF_RUNS: readonly string[] = ["skill.started", "skill.finished", "skill.refused"];
/** Lines that are looked at. */
const MOST_WAITING = 500;

function auditFinding(home: Home, state: SkillsFound["auditFile"]): Finding {
  const where = skillsFolder(home.places.skillsRoot).audit;
  if (state === "missing") return warning("audit_file", "it is missing; the journal has all that stood in it", { where, ...FIX });
  if (state === "lines wait") return warning("audit_file", "lines wait for it in the journal", { where, ...FIX });
  if (state === "runs wait")
    return ok("audit_file", "it has what the journal has for it, but for runs, which the next change writes");
  return ok("audit_file", "it has what the journal has for it");
}
