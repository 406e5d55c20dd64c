/** An audit that a daemon makes, with its policy and its trust (spec 6.2, 8): the same document, put together of one answer for each skill. */
import type { AuditReport } from "palyra-skills/audit";
import type { JsonValue } from "palyra-skills/encoding";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readIndex, skillsFolder } from "../../installed/index.ts";
import { recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import type { DaemonPort, Services } from "../services.ts";
import type { AuditLine } from "./audit-line.ts";
import { currentEntries } from "./current.ts";
import { readStatuses } from "./inventory.ts";

/** Milliseconds for one skill: the largest takes some seconds, and may wait for others. */
const AUDIT_TIMEOUT_MS = 60_000;

export interface AuditAsked {
  readonly skillId?: string | undefined;
  readonly version?: string | undefined;
  readonly trustedPublisher: readonly string[];
  readonly allowUntrusted: boolean;
}

interface Subject {
  readonly skillId: string;
  readonly version: string | undefined;
}

/** Undefined: it is to be done here, since no daemon runs, or since it is asked for with another trust or policy than a daemon's. */
export async function auditByDaemon(services: Services, asked: AuditAsked, call: Call): Promise<AuditLine[] | undefined> {
  const { daemon } = services;
  if (daemon === undefined || !isForDaemon(services, daemon, asked)) return undefined;
  const lines: AuditLine[] = [];
  for (const subject of await subjectsOf(services, daemon, asked, call)) {
    call.progress(`auditing ${subject.skillId}`);
    const wasStopped = await isStopped(services, subject, call);
    const { skillId, version } = subject;
    const path = `skills/${encodeURIComponent(skillId)}/audit`;
    const answer = await daemon.post(path, version === undefined ? {} : { version }, AUDIT_TIMEOUT_MS);
    if (answer === undefined) return undefined;
    const line = lineOf(services, daemon, subject, answer);
    lines.push(line);
    if (!wasStopped && line.error?.code === "ArtifactDigestMismatch" && (await isStopped(services, subject, call)))
      call.warn(`${line.skill_id} ${line.version} is quarantined now`);
  }
  return lines;
}

/** Whoever says whom to trust, or by which policy, means this command's answer. `Usage` where a daemon was named all the same. */
function isForDaemon({ settings }: Services, { isOwn }: DaemonPort, { trustedPublisher, allowUntrusted }: AuditAsked): boolean {
  const { auditPolicy, vulnerabilityFeed, vulnerabilityStatements: vex } = settings;
  const options = [
    ...(trustedPublisher.length > 0 ? ["--trusted-publisher"] : []),
    ...(allowUntrusted ? ["--allow-untrusted"] : []),
    ...(auditPolicy.from === "--audit-policy" ? ["--audit-policy"] : []),
    ...(vex.from === "--vex" ? ["--vex"] : []),
  ];
  const isSameMeasure = [auditPolicy, vulnerabilityFeed, vex].every(({ value }) => value === undefined);
  if (isOwn) return options.length === 0 && isSameMeasure;
  if (options.length === 0) return true;
  throw new PalyraError("Usage", {
    problem: `a daemon audits with its own trust and policy, so ${options.join(" and ")} cannot be told it`,
    hint: "leave the option out; or audit here, without --url and PALYRA_DAEMON_URL",
  });
}

async function subjectsOf(
  { home }: Services,
  { isOwn }: DaemonPort,
  { skillId, version }: AuditAsked,
  call: Call,
): Promise<readonly Subject[]> {
  if (!isOwn) {
    if (skillId !== undefined) return [{ skillId, version }];
    // The index here says nothing of what is installed there.
    throw new PalyraError("Usage", {
      problem: "which skills a daemon that is named has is not known here, so it audits one that is named too",
      hint: "palyra skills audit ID; or leave out --url and PALYRA_DAEMON_URL, to audit what is installed here",
    });
  }
  await recoverForReading(home, call);
  const index = await readIndex(home.places.skillsRoot);
  const entries = skillId === undefined ? currentEntries(index) : [requireInstalled(index, skillId, version)];
  return entries.map((entry) => ({ skillId: entry.skill_id, version: entry.version }));
}

async function isStopped({ home }: Services, { skillId, version }: Subject, call: Call): Promise<boolean> {
  return version !== undefined && (await readStatuses(home, call))(skillId, version).status === "quarantined";
}

const REPORT = v.custom<AuditReport>(isReport);
const ANSWER = v.object({
  audits: v.tuple([
    v.object({
      artifact: v.string(),
      skill_id: v.string(),
      version: v.string(),
      report: v.optional(REPORT),
      error: v.optional(v.object({ code: v.string(), message: v.string() })),
    }),
  ]),
});

/** As far as anything here reads it. */
function isReport(value: unknown): boolean {
  const check = v.looseObject({
    check_id: v.string(),
    status: v.picklist(["pass", "warn", "fail", "skipped"]),
    severity: v.string(),
    message: v.string(),
    details: v.optional(v.record(v.string(), v.unknown())),
  });
  const report = v.looseObject({
    skill_id: v.string(),
    version: v.string(),
    publisher: v.string(),
    passed: v.boolean(),
    should_quarantine: v.boolean(),
    quarantine_reasons: v.array(v.string()),
    checks: v.array(check),
  });
  return v.is(report, value);
}

/** T29: what answers may be anybody; an answer to another question is none. */
function lineOf({ home }: Services, { name, isOwn }: DaemonPort, { skillId, version }: Subject, answer: JsonValue): AuditLine {
  const said = v.safeParse(ANSWER, answer);
  const line = said.success ? said.output.audits[0] : undefined;
  if (line === undefined || line.skill_id !== skillId || (version !== undefined && line.version !== version))
    throw new PalyraError("DaemonUnreachable", { url: name, problem: "its answer is not to what was asked" });
  const { artifact, report, error } = line;
  return {
    source: "installed",
    // The same file, by the name that it has for this command.
    artifact: isOwn ? skillsFolder(home.places.skillsRoot).artifact(line.skill_id, line.version) : artifact,
    skill_id: line.skill_id,
    version: line.version,
    ...(report === undefined ? {} : { report }),
    ...(error === undefined ? {} : { error }),
  };
}
