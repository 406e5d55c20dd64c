import { fileMark } from "../files/index.ts";
import { skillsFolder } from "../installed/index.ts";
import type { Places } from "../lifecycle/home.ts";

/** Another text once any of the files was written on which it rests what may run: `WatchPorts.mark`. */
export function homeMark({ skillsRoot, journal, trustStore }: Places): string {
  const { index, pending, passed } = skillsFolder(skillsRoot);
  return [index, pending, passed, journal, `${journal}-wal`, trustStore].map((file) => lookOf(file)).join("\n");
}

/** What cannot be looked at is no news each time. */
const lookOf = (file: string): string => fileMark(file, "unknown") ?? "";
