/** What a process that died has left: a plan that waits, staged files, a daemon's file. */
import { lstat } from "node:fs/promises";
import { isHeld, withFreeLock } from "../../files/index.ts";
import { skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { readIntent } from "../../lifecycle/intent.ts";
import { readRunFile, removeRunFile, runFileOf, runLockOf } from "../../run-file/index.ts";
import type { Services } from "../services.ts";
import { FIX, type Finding, findingOf, ok, problem, warning } from "./finding.ts";

export async function lookLeftovers(home: Home): Promise<readonly Finding[]> {
  const folder = skillsFolder(home.places.skillsRoot);
  if (await isThere(folder.pending)) {
    try {
      const plan = await readIntent(home, folder);
      const what = plan === undefined ? "an interrupted command" : `an interrupted command (${plan.kind})`;
      return [
        warning("interrupted_plan", `${what} waits to be finished; the next one that writes does it too`, {
          where: folder.pending,
          ...FIX,
        }),
      ];
    } catch (error) {
      return [findingOf("interrupted_plan", error, folder.pending)];
    }
  }
  if (await isThere(folder.staging))
    return [
      warning("stale_staging", "staged files of a command that did not come to its end", { where: folder.staging, ...FIX }),
    ];
  return [ok("leftovers", "nothing is left of interrupted commands")];
}

/** Spec 6, T29: whether the daemon that left word of itself is there, and is this state root's. */
export async function lookDaemon({ home, probeDaemon }: Services, signal: AbortSignal): Promise<Finding> {
  const { stateRoot } = home.places;
  const where = runFileOf(stateRoot);
  if (!(await isThere(where))) return ok("daemon", "none runs for this state root");
  const run = await readRunFile(stateRoot);
  if (run === undefined)
    return problem("daemon", "this is no file that palyrad wrote, or others can get at it", {
      where,
      advice: "look what it is, then remove it",
    });
  const answer = await probeDaemon(run, signal);
  if (answer === "proves") return ok("daemon", `palyrad answers at ${run.url}, process ${run.pid}`, where);
  try {
    // Its process's number may be another's by now; its lock has died with it.
    if (answer === "nobody" || !(await isHeld(runLockOf(stateRoot))))
      return warning("daemon", `left by a palyrad that died (process ${run.pid}); commands work without it`, { where, ...FIX });
  } catch (error) {
    return findingOf("daemon", error, where);
  }
  const says =
    answer === "other" ? "another program answers there, which does not know this state root's secret" : "it does not answer";
  return problem("daemon", `palyrad runs as process ${run.pid}, but at ${run.url} ${says}`, {
    where,
    advice: `stop process ${run.pid} and start palyrad again`,
  });
}

/** Removes a dead daemon's file: only where its lock is free. */
export async function removeDeadDaemon({ home }: Services, signal: AbortSignal): Promise<void> {
  const { stateRoot } = home.places;
  await withFreeLock(runLockOf(stateRoot), { purpose: "doctor --fix", signal }, () => removeRunFile(stateRoot));
}

export function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
