/** Quarantine, disable, enable: one transaction of the journal, no lock of the folder (spec 5, 5.2, T18). */

import { stat } from "node:fs/promises";
import type { JsonObject } from "palyra-skills/encoding";
import { isSkillId, parseVersion } from "palyra-skills/manifest";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { faultPoint, ifThere, io, withFreeLock } from "../files/index.ts";
import { currentOf, readIndex, type SkillsFolder, skillsFolder, versionsOf } from "../installed/index.ts";
import {
  type Actor,
  foldId,
  type Journal,
  type JournalWriter,
  newEvent,
  projectOutbox,
  type SkillStatus,
  STATUS_EVENT,
  type StatusRow,
} from "../journal/index.ts";
import { keepHead } from "./head.ts";
import type { Home } from "./home.ts";
import { recoverForReading } from "./recover-reading.ts";
import { otherCurrentOf } from "./standing.ts";
import { checkStateRoot } from "./state-root.ts";

export interface StatusRequest {
  readonly skillId: string;
  /** Absent: the current installed one. With it nothing need be installed (spec 11.6). */
  readonly version?: string | undefined;
  readonly status: SkillStatus;
  readonly reason?: string | undefined;
}

/** Spec 11.6, fields in the order in which they are printed. */
export interface StatusDocument {
  readonly skill_id: string;
  readonly version: string;
  readonly status: string;
  readonly reason?: string;
  readonly detected_at_ms: number;
  readonly operator_principal: string;
}

/**
 * Sets the status of one version. `Usage`, `NotInstalled`, `UnsafeStateRoot`, `JournalUnavailable`, `LockTimeout`; `active` only:
 * `JournalChainBroken`, `VaultUnavailable`, and what recovery throws. A skill can be stopped whatever was damaged before.
 */
export async function changeStatus(home: Home, request: StatusRequest, call: Call): Promise<StatusDocument> {
  await recoverIfItCan(home, request, call);
  const subject = await resolveSubject(home, request);
  const folder = skillsFolder(home.places.skillsRoot);
  const journal = await home.openJournal(home.places.journal, { create: true, auditFile: folder.audit });
  try {
    const ulid = home.newUlid(call.now);
    faultPoint("status.begin");
    const { row, broken } = await journal.transaction(
      (writer) => {
        const written = writeStatus(writer, { ...request, ...subject }, ulid, call);
        faultPoint("status.written");
        return written;
      },
      request.status === "active" ? {} : { stops: true },
    );
    faultPoint("status.committed");
    if (broken !== undefined) call.warn(UNCHAINED);
    await projectIfFree(journal, folder, call);
    faultPoint("status.projected");
    await keepHead(journal, call);
    return documentOf(row);
  } finally {
    await journal.close();
  }
}

export const UNCHAINED =
  "The journal was damaged: the status is set, but no event could be added. palyra skills journal verify says where.";

/**
 * An earlier command's plan that cannot be finished, for whatever reason, must not keep anybody from stopping a skill: a vault that is shut,
 * a record that is not ours, a changed trust store. Freeing one waits until it can.
 */
async function recoverIfItCan(home: Home, { status }: StatusRequest, call: Call): Promise<void> {
  await checkStateRoot(home);
  try {
    await recoverForReading(home, call);
  } catch (error) {
    if (status === "active" || !(error instanceof PalyraError)) throw error;
    call.warn("An earlier command was interrupted, and what it left cannot be finished.");
  }
}

/**
 * Status and event together, or neither (T18). One exception: where the chain was damaged so that nothing can follow, what stops a skill
 * is written as the row alone. The row is the more restrictive of the two then, and nothing but another writer of rows undoes it: an
 * `enable` needs the chain. Spec 5, 5.3, T26.
 */
export function writeStatus(
  writer: JournalWriter,
  { skill_id, version, status, reason }: Subject & Pick<StatusRequest, "status" | "reason">,
  ulid: string,
  call: Actor,
  /** What the event says besides. */
  more: JsonObject = {},
): { readonly row: StatusRow; readonly broken?: true } {
  const change = {
    skill_id,
    version,
    status,
    reason: reason === undefined || reason.trim() === "" ? null : reason,
    detected_at_ms: call.now,
    operator_principal: call.principal,
  };
  const row = writer.putStatus(change, call.now);
  try {
    writer.append(newEvent(ulid, call, STATUS_EVENT[status], { ...change, ...more }));
    return { row };
  } catch (error) {
    if (status === "active" || !(error instanceof PalyraError) || error.code !== "JournalChainBroken") throw error;
    return { row, broken: true };
  }
}

/** One version of one skill. */
export interface Subject {
  readonly skill_id: string;
  readonly version: string;
}

/** Whose status is meant: without a version the current installed one. `NotInstalled`, `Usage`, `IndexInvalid`, `Io`. */
export async function resolveSubject(
  home: Home,
  { skillId, version, status }: Pick<StatusRequest, "skillId" | "version" | "status">,
): Promise<Subject> {
  if (version === undefined) {
    const index = await readIndex(home.places.skillsRoot);
    const current = currentOf(index, skillId);
    // An edited index would have another version stopped than the one that runs (T8, T31). A journal that cannot say so keeps nobody from it.
    const other = current && status !== "active" ? await otherCurrentOf(home, current).catch(ifRefused) : undefined;
    if (current !== undefined) return { skill_id: current.skill_id, version: other ?? current.version };
    throw new PalyraError("NotInstalled", {
      skill_id: skillId,
      installed: versionsOf(index, skillId).map((each) => each.version),
    });
  }
  // A row of another spelling would be no row of any skill (T4).
  const skill_id = foldId(skillId);
  if (!isSkillId(skill_id)) throw new PalyraError("Usage", { problem: "the skill id is not one" });
  if (parseVersion(version) === undefined) throw new PalyraError("Usage", { problem: "--version is not major.minor.patch" });
  return { skill_id, version };
}

function ifRefused(error: unknown): undefined {
  if (!(error instanceof PalyraError)) throw error;
}

/** The change counts already: where the folder is busy, or not there, its line waits for the next command. */
export async function projectIfFree(journal: Journal, folder: SkillsFolder, call: Call): Promise<void> {
  try {
    if (!(await folderIsThere(folder))) return;
    await withFreeLock(folder.lock, { purpose: "audit.ndjson", signal: call.signal }, () => projectOutbox(journal, folder.audit));
  } catch {
    call.warn(`${folder.audit} could not be written; its lines wait in the journal.`);
  }
}

export async function folderIsThere({ root }: SkillsFolder): Promise<boolean> {
  return (await ifThere(() => io("read", root, () => stat(root)))) !== undefined;
}

function documentOf(row: StatusRow): StatusDocument {
  return {
    skill_id: row.skill_id,
    version: row.version,
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    detected_at_ms: row.detected_at_ms,
    operator_principal: row.operator_principal,
  };
}
