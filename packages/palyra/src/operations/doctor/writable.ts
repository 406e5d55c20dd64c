/** Whether what each start and each change writes can be written: by modes and mounts, and by the room that is left. Nothing is written to see it. */

import { join } from "node:path";
import { SKILL_DATA, skillsFolder } from "../../installed/index.ts";
import { type DiskOf, type Look, lackedRoom, whyNot } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import type { Settings } from "../../settings.ts";
import { vaultFiles } from "../../vault/index.ts";
import { size } from "../wording/units.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { quoted } from "./permissions.ts";

const ID = "writable";

/** @param look,diskOf a test's own disk */
export function lookWritable(
  { places }: Home,
  { vaultDir }: Pick<Settings, "vaultDir">,
  look?: Look,
  diskOf?: DiskOf,
): readonly Finding[] {
  const { journal, skillsRoot } = places;
  const starts = "so no tool can start, and no skill be stopped";
  const needed = [
    { what: "the journal", file: journal, kept: starts, level: problem },
    { what: "the vault", file: vaultFiles(vaultDir.value).secrets, kept: starts, level: problem },
    {
      what: "the skills folder",
      file: skillsFolder(skillsRoot).index,
      kept: "so nothing can be installed or removed",
      level: warning,
    },
    {
      what: "the folder of what tools keep",
      file: join(places.stateRoot, SKILL_DATA),
      kept: "so no tool that has one of its own can start",
      level: warning,
    },
  ];
  const findings = needed.flatMap(({ what, file, kept, level }) => {
    const code = whyNot(file, look);
    if (code === undefined) return [];
    return [
      level(ID, `${what} cannot be written (${WHY[code] ?? code}), ${kept}`, { where: file, advice: adviceOf(code, file) }),
    ];
  });
  const lacked = findings.length > 0 ? undefined : lackedRoom(journal, diskOf);
  if (lacked !== undefined) {
    const kept = `less than ${size(lacked)} are free beside the journal: they are kept so that skills can be stopped, and no tool can start`;
    return [problem(ID, kept, { where: journal, advice: adviceOf("ENOSPC", journal) })];
  }
  return findings.length > 0 ? findings : [ok(ID, "what commands write can be written, and there is room for it")];
}

const WHY: { readonly [code: string]: string } = {
  ENOSPC: "its disk is full",
  EROFS: "its file system is mounted to be read only",
  EACCES: "its modes do not let you",
  EPERM: "its modes do not let you",
};

const adviceOf = (code: string, file: string): string =>
  code === "ENOSPC"
    ? "make room there, then: palyra doctor"
    : code === "EROFS"
      ? "mount it to be written, or name another place (--state-root), then: palyra doctor"
      : `see whose it is, and give its owner the right to write (ls -ld ${quoted(file)}; chmod u+w), then: palyra doctor`;
