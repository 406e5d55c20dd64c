import type { Fault } from "palyra-skills";
import { SkillError } from "palyra-skills";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { auditSkill, engineBlocks } from "palyra-skills/audit";
import type { Sha256 } from "palyra-skills/platform";
import { decideTrust } from "palyra-skills/trust";
import { PalyraError } from "../../errors.ts";
import { type Hashing, readRegular } from "../../files/index.ts";
import { type InstalledEntry, METADATA_FILE, readInstalled, skillsFolder } from "../../installed/index.ts";
import type { Home } from "../home.ts";
import { indexFault } from "./evidence.ts";
import { artifactFinding, fileFindings } from "./files.ts";
import type { Measure } from "./measure.ts";
import type { Finding } from "./reasons.ts";
import { metadataFindings, recordFaults } from "./record.ts";
import { digestOfFile, hashExpected, type VersionFolder } from "./version-folder.ts";

export interface Examination {
  /** Why the skill must be stopped; empty: it may stay as it is. */
  readonly findings: readonly Finding[];
  /** What the index says wrongly of a skill in which nothing else is wrong: no reason to stop the skill. */
  readonly indexFaults: readonly Fault[];
  /** Of the very bytes that were examined, where all is as it should be: what may be kept. */
  readonly verdict?: Uint8Array;
}

/** Everything that a re-audit asks of one skill (spec 5.4), of the bytes that lie there. What is wrong is in the answer. `Io`: of the whole process. */
export async function examineVersion(
  home: Home,
  entry: InstalledEntry,
  version: VersionFolder | undefined,
  measure: Measure,
  { now, hashing, beginVerdict }: { readonly now: number; readonly hashing: Hashing; readonly beginVerdict: () => Sha256 },
): Promise<Examination> {
  const changed = artifactFinding(entry, version);
  if (changed !== undefined || version === undefined) {
    const fault = changed?.actual === undefined ? undefined : await indexFault(home, entry, changed.actual);
    return fault === undefined ? { findings: [changed ?? UNSTEADY], indexFaults: [] } : { findings: [], indexFaults: [fault] };
  }
  const cached = await readInstalled(home.places.skillsRoot, entry, home.platform);
  if (cached.state !== "intact") return { findings: [UNSTEADY], indexFaults: [] };
  const opened = await attempt(() => openArtifact(cached.bytes, home.platform, home.host));
  if (!opened.ok) return { findings: [opened.finding], indexFaults: [] };
  const { entries } = opened.value.archive;
  const metadata = await metadataOf(home, entry, opened.value);
  const audit = await audited(home, opened.value, measure, now);
  const findings = [
    ...fileFindings(entries, version.listed, (path) => digestOfFile(version, path, hashing)),
    ...metadata.findings,
    ...audit.findings,
  ];
  const indexFaults = recordFaults(entry, opened.value);
  if (findings.length > 0 || indexFaults.length > 0 || metadata.bytes === undefined || !audit.isWhole)
    return { findings, indexFaults };
  const verdict = hashExpected([...entries, { path: METADATA_FILE, bytes: metadata.bytes }], hashing, beginVerdict());
  return { findings, indexFaults, verdict };
}

/** It was another a moment ago: whoever commits the quarantine looks whether the version is still the same. */
const UNSTEADY: Finding = { code: "artifact_digest_mismatch", detail: "it changes while it is read" };

/** Bytes; one has less than a thousand, and the names of its secrets. */
const MAX_METADATA_BYTES = 1024 * 1024;

async function metadataOf(
  home: Home,
  entry: InstalledEntry,
  artifact: VerifiedArtifact,
): Promise<{ readonly findings: readonly Finding[]; readonly bytes?: Uint8Array }> {
  const file = skillsFolder(home.places.skillsRoot).metadata(entry.skill_id, entry.version);
  const read = await attempt(() => readRegular(file, MAX_METADATA_BYTES));
  if (!read.ok) return { findings: [read.finding] };
  // `fileFindings` tells of one that is missing.
  if (read.value === undefined) return { findings: [] };
  if (!read.value.ok) return { findings: [{ code: "install_metadata_changed", detail: "too large" }] };
  return { findings: metadataFindings(entry, artifact, read.value.bytes), bytes: read.value.bytes };
}

interface Audited {
  readonly findings: readonly Finding[];
  /** False: part of it was not looked at, by no fault of the skill. */
  readonly isWhole: boolean;
}

/** Without trust on first use: what nobody trusts by now is stopped. Spec 3.2, 5.4. */
async function audited(
  { platform }: Home,
  artifact: VerifiedArtifact,
  { policy, feed, vex, trust }: Measure,
  now: number,
): Promise<Audited> {
  const { store, constraints } = trust;
  const report = await attempt(async () =>
    auditSkill(decideTrust(artifact, store, { allowFirstUse: false, constraints, now }), { policy, platform, now, feed, vex }),
  );
  if (!report.ok) return { findings: [report.finding], isWhole: false };
  // T16, T32: what a feed that was open could not be asked is not kept as if it had said nothing.
  const isScanned = feed.state !== "open" || report.value.vulnerability_scan.status !== "skipped";
  // Spec 4.5: nor that a module passed whose types this engine cannot check.
  const isWhole = isScanned && engineBlocks(report.value).length === 0;
  const findings = report.value.checks
    .filter(({ status }) => status === "fail")
    .map(({ check_id, message }) => ({ code: check_id, detail: message }));
  return { findings, isWhole };
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
export function findingOf(error: unknown): Finding {
  if (error instanceof SkillError) return { code: error.code };
  if (!(error instanceof PalyraError)) return { code: "unexpected_error", detail: error instanceof Error ? error.name : "" };
  const cause = "code" in error.details ? error.details.code : undefined;
  if (cause !== undefined && OF_THE_PROCESS.includes(cause)) throw error;
  return { code: error.code, ...(cause === undefined ? {} : { detail: cause }) };
}

const OF_THE_PROCESS: readonly string[] = ["EMFILE", "ENFILE", "ENOMEM"];
