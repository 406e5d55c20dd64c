import type { Fault } from "palyra-skills";
import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES, MAX_ENTRIES, MAX_TOTAL_BYTES } from "palyra-skills/archive";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { type AuditPolicy, auditSkill, type FeedState } from "palyra-skills/audit";
import { decideTrust } from "palyra-skills/trust";
import { PalyraError } from "../../errors.ts";
import { type FoundFolder, type Hashing, hashFolder, readRegular } from "../../files/index.ts";
import { type InstalledEntry, readInstalled, skillsFolder } from "../../installed/index.ts";
import type { TrustDocuments } from "../../trust/index.ts";
import type { Home } from "../home.ts";
import { artifactFinding, fileFindings } from "./files.ts";
import type { Finding } from "./reasons.ts";
import { metadataFindings, recordFaults } from "./record.ts";

/** What a skill is held against: read once for a pass, anew where it changes meanwhile. */
export interface Measure {
  readonly policy: AuditPolicy;
  readonly feed: FeedState;
  readonly trust: TrustDocuments;
}

export interface Examination {
  /** Why the skill must be stopped; empty: it may stay as it is. */
  readonly findings: readonly Finding[];
  /** What the index says wrongly of a skill in which nothing else is wrong: no reason to stop the skill. */
  readonly indexFaults: readonly Fault[];
}

/** Entries that lie there, folders and our own two files included, and bytes of all and of one. */
const LIMITS = {
  entries: 4 * MAX_ENTRIES,
  fileBytes: MAX_ARCHIVE_BYTES,
  bytes: MAX_ARCHIVE_BYTES + MAX_TOTAL_BYTES + 1024 * 1024,
};
const MAX_METADATA_BYTES = 1024 * 1024;

/** Hashes what lies in the version's folder now; undefined: there is no folder. `Io`. */
export function hashVersion(home: Home, entry: InstalledEntry, hashing: Hashing): FoundFolder | undefined {
  return hashFolder(skillsFolder(home.places.skillsRoot).version(entry.skill_id, entry.version), LIMITS, hashing);
}

/** Everything that a re-audit asks of one skill (spec 5.4), of the bytes that lie there. What is wrong is in the answer. `Io`, resources. */
export async function examineVersion(
  home: Home,
  entry: InstalledEntry,
  found: FoundFolder | undefined,
  measure: Measure,
  now: number,
): Promise<Examination> {
  const artifactProblem = artifactFinding(entry, found);
  if (artifactProblem !== undefined || found === undefined) return { findings: [artifactProblem ?? GONE], indexFaults: [] };
  const cached = await readInstalled(home.places.skillsRoot, entry, home.platform);
  if (cached.state !== "intact") return { findings: [GONE], indexFaults: [] };
  const artifact = await attempt(() => openArtifact(cached.bytes, home.platform, home.host));
  if (!artifact.ok) return { findings: [artifact.finding], indexFaults: [] };
  const findings = [
    ...fileFindings(artifact.value.archive.entries, found),
    ...(await metadataOf(home, entry)),
    ...(await audited(home, artifact.value, measure, now)),
  ];
  return { findings, indexFaults: recordFaults(entry, artifact.value) };
}

/** It was there a moment ago: whoever commits the quarantine looks whether the version still is. */
const GONE: Finding = { code: "artifact_digest_mismatch", detail: "it changes while it is read" };

async function metadataOf(home: Home, entry: InstalledEntry): Promise<readonly Finding[]> {
  const file = skillsFolder(home.places.skillsRoot).metadata(entry.skill_id, entry.version);
  const read = await attempt(() => readRegular(file, MAX_METADATA_BYTES));
  if (!read.ok) return [read.finding];
  // `fileFindings` tells of one that is missing.
  if (read.value === undefined) return [];
  return read.value.ok ? metadataFindings(entry, read.value.bytes) : [{ code: "install_metadata_changed", detail: "too large" }];
}

/** Without trust on first use: what nobody trusts by now is stopped. Spec 3.2, 5.4. */
async function audited(
  { platform }: Home,
  artifact: VerifiedArtifact,
  { policy, feed, trust }: Measure,
  now: number,
): Promise<readonly Finding[]> {
  const { store, constraints } = trust;
  const report = await attempt(async () =>
    auditSkill(decideTrust(artifact, store, { allowFirstUse: false, constraints, now }), { policy, platform, now, feed }),
  );
  if (!report.ok) return [report.finding];
  return report.value.checks
    .filter(({ status }) => status === "fail")
    .map(({ check_id, message }) => ({ code: check_id, detail: message }));
}

/** An error is a finding about this skill, and stops no other (T19); what the whole process lacks is thrown on. */
export async function attempt<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly ok: true; readonly value: Value } | { readonly ok: false; readonly finding: Finding }> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, finding: findingOf(error) };
  }
}

/** Throws what says nothing of the skill: no more descriptors or memory, and everything would be stopped for it. */
function findingOf(error: unknown): Finding {
  if (error instanceof SkillError) return { code: error.code };
  if (!(error instanceof PalyraError)) return { code: "unexpected_error", detail: error instanceof Error ? error.name : "" };
  const cause = "code" in error.details ? error.details.code : undefined;
  if (cause !== undefined && OF_THE_PROCESS.includes(cause)) throw error;
  return { code: error.code, ...(cause === undefined ? {} : { detail: cause }) };
}

const OF_THE_PROCESS: readonly string[] = ["EMFILE", "ENFILE", "ENOMEM"];
