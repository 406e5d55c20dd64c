import { PalyraError } from "../errors.ts";
import { ARTIFACT_FILE, AUDIT_FILE, INDEX_FILE, METADATA_FILE } from "./layout.ts";

/** Spec 5.1. Bytes of a skill id that becomes a folder's name. */
export const MAX_SKILL_FOLDER_BYTES = 200;

/** The files of spec 5.1 and 3.1 whose names a skill id could have; those that begin with a dot are no skill ids anyway. */
const TAKEN = new Set([
  INDEX_FILE,
  AUDIT_FILE,
  ARTIFACT_FILE,
  METADATA_FILE,
  "skill.toml",
  "trust-store.json",
  "trust-constraints.json",
]);
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])$/;

/** What is wrong with a skill id as the name of a folder here (spec 5.1, T41); undefined for nothing. The id itself is valid (spec 2.2). */
export function skillFolderProblem(skillId: string): string | undefined {
  if (Buffer.byteLength(skillId) > MAX_SKILL_FOLDER_BYTES) return `longer than ${MAX_SKILL_FOLDER_BYTES} bytes`;
  if (TAKEN.has(skillId)) return "the name of a file of the skills folder";
  if (skillId.startsWith("-")) return "begins with -";
  if (WINDOWS_DEVICE.test(skillId.split(".")[0] ?? "")) return "begins with the name of a Windows device";
  return undefined;
}

/** Throws `UnsafeInstallName` where the skill, or an entry of it, would take the place of a file of ours (spec 5.1, T41). */
export function checkInstallNames(skillId: string, entries: readonly { readonly path: string }[]): void {
  const problem = skillFolderProblem(skillId);
  if (problem !== undefined) throw new PalyraError("UnsafeInstallName", { name: skillId, problem });
  for (const { path } of entries) {
    const first = foldedName(path.split("/")[0] ?? "");
    if (first === ARTIFACT_FILE || first === METADATA_FILE)
      throw new PalyraError("UnsafeInstallName", { name: path, problem: "the name of a file that the installation adds" });
  }
}

/** As spec 1.6 folds names; of the names asked about here all that can fold to them does. */
function foldedName(name: string): string {
  return name.normalize("NFC").replace(/[İı]/gu, "i").toUpperCase().toLowerCase().replace(/ς/gu, "σ").normalize("NFC");
}
