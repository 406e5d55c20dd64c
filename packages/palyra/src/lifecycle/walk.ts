/** Walking the steps of a plan: each is repeatable, so the same walk commits and recovers (spec 5.2). */
import { lstat, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { PalyraError } from "../errors.ts";
import { faultPoint, ifThere, io, makeFolder, moveTo, syncFolder, writeFileAtomically } from "../files/index.ts";
import { type SkillsFolder, writeIndex } from "../installed/index.ts";
import { type Journal, projectOutbox } from "../journal/index.ts";
import { applyEdits, type TrustPlace, type TrustWriter, withTrustWriter } from "../trust/index.ts";
import type { Plan, Step } from "./plan.ts";
import { applyStatus } from "./statuses.ts";
import { keepFile, type Undo } from "./undo.ts";

/** What a walk works with, all of it under the root lock. */
export interface Walk {
  readonly folder: SkillsFolder;
  readonly plan: Plan;
  /** The folder of this plan in `.staging`; gone with it. */
  readonly scratch: string;
  readonly journal: (file: string) => Promise<Journal>;
  /** Where the trust lock is held already. */
  readonly trust: TrustWriter | undefined;
  /** Of this home: a plan names no other. */
  readonly place: TrustPlace;
  /** Takes back what was done so far, the last first. Undefined: a dead process's plan is only ever finished. */
  readonly undo: Undo[] | undefined;
  /** A pin that the trust store contradicts by now. */
  conflict: boolean;
}

/** Nothing is left of what the plan was to put in place: it never got further, and never will. */
export class NothingStaged extends Error {}

/** Where a plan's new version is staged. */
export function stagedVersion(walk: Pick<Walk, "scratch">): string {
  return join(walk.scratch, "version");
}

/** Does one step, or finds it done. */
export async function walkStep(walk: Walk, step: Step): Promise<void> {
  faultPoint(`${walk.plan.kind}.${step.do}`);
  switch (step.do) {
    case "place_version":
      return placeVersion(walk, step);
    case "change_trust":
      return walk.trust?.state.files.store === step.trust_store
        ? changeTrust(walk, step, walk.trust)
        : withTrustWriter(walk.place, { purpose: walk.plan.kind }, (writer) => changeTrust(walk, step, writer));
    case "write_index":
      return replaceIndex(walk, step);
    case "discard_version":
      return discardVersion(walk, step);
    case "record":
      return record(walk, step);
    case "project":
      await projectOutbox(await walk.journal(step.journal), walk.folder.audit);
  }
}

async function placeVersion(walk: Walk, step: Extract<Step, { do: "place_version" }>): Promise<void> {
  const staged = stagedVersion(walk);
  const skill = walk.folder.skill(step.skill_id);
  const target = walk.folder.version(step.skill_id, step.version);
  await io("write", target, async () => {
    if (!(await isThere(staged))) {
      if (await isThere(target)) return;
      throw new NothingStaged();
    }
    const made = await makeFolder(skill, 0o700);
    if (made !== undefined) walk.undo?.push(() => rmdir(skill).catch(() => {}));
    // A folder that no record knows of is what a crash of another program left: it must not wedge the skill. T11.
    if (await isThere(target)) await moveAway(walk, target, join(walk.scratch, "aside"));
    await moveAway(walk, staged, target);
    faultPoint("place_version.moved");
    await syncFolder(skill);
    if (made !== undefined) await syncFolder(walk.folder.root);
  });
}

async function discardVersion(walk: Walk, step: Extract<Step, { do: "discard_version" }>): Promise<void> {
  const target = walk.folder.version(step.skill_id, step.version);
  const aside = join(walk.scratch, "discarded");
  await io("remove", target, async () => {
    if (!(await isThere(target)) || (await isThere(aside))) return;
    await moveAway(walk, target, aside);
    await syncFolder(walk.folder.skill(step.skill_id));
  });
}

async function moveAway(walk: Walk, from: string, to: string): Promise<void> {
  await moveTo(from, to);
  walk.undo?.push(() => moveTo(to, from));
}

async function replaceIndex(walk: Walk, step: Extract<Step, { do: "write_index" }>): Promise<void> {
  await keep(walk, walk.folder.index);
  const temporary = join(walk.scratch, "index");
  await writeFileAtomically(walk.folder.index, writeIndex(step.index), { mode: 0o600, temporary });
}

async function changeTrust(walk: Walk, step: Extract<Step, { do: "change_trust" }>, writer: TrustWriter): Promise<void> {
  const after = applyEdits(writer.state, step.edits);
  walk.conflict ||= after.conflict;
  await keepTrust(walk, writer);
  await writer.save(after);
}

async function record(walk: Walk, step: Extract<Step, { do: "record" }>): Promise<void> {
  const journal = await walk.journal(step.journal);
  const conflict = walk.conflict ? step.on_conflict : undefined;
  await journal.transaction((writer) => {
    // Done before: what an operator decided since then must stay.
    if (!step.events.some((event) => writer.has(event.event_ulid))) {
      const notices = step.statuses.flatMap((edit) => applyStatus(writer, edit) ?? []);
      for (const event of step.events) writer.append(event);
      // By who made the plan, and when, as its events say.
      const [maker] = step.events;
      if (maker !== undefined)
        for (const { payload, ...notice } of notices) writer.append({ ...maker, ...notice, payload: { ...payload } });
    }
    if (conflict !== undefined && !writer.has(conflict.event.event_ulid)) {
      applyStatus(writer, conflict.status);
      writer.append(conflict.event);
    }
  });
}

/** The files and what is recorded of them go back as one (spec 3.3). */
async function keepTrust({ undo, scratch }: Walk, writer: TrustWriter): Promise<void> {
  if (undo === undefined) return;
  const before = writer.state;
  const { store, constraints } = before.files;
  const restore: Undo[] = [];
  for (const file of [store, constraints]) restore.push(await io("write", file, () => keepFile(file, scratch)));
  undo.push(() =>
    writer.takeBack(before, async () => {
      for (const each of restore) await each();
    }),
  );
}

async function keep(walk: Walk, file: string): Promise<void> {
  if (walk.undo !== undefined) walk.undo.push(await io("write", file, () => keepFile(file, walk.scratch)));
}

/** Anything at that name, links included; `Io` where it cannot be told. */
async function isThere(path: string): Promise<boolean> {
  const found = await ifThere(() => lstat(path), ["ENOENT", "ENOTDIR"]);
  if (found !== undefined && !found.isDirectory())
    throw new PalyraError("Io", { action: "use", file: path, code: "ENOTDIR", in_the_way: path });
  return found !== undefined;
}
