/** What lies in the folder of an installed version against what should (spec 5.1, 5.4). Pure. */
import type { ArchiveEntry } from "palyra-skills/archive";
import { toHex } from "palyra-skills/encoding";
import type { FoundFile, FoundFolder } from "../../files/index.ts";
import { ARTIFACT_FILE, type InstalledEntry, METADATA_FILE } from "../../installed/index.ts";
import { type Finding, MISSING_ARTIFACT } from "./reasons.ts";

/** The cached artifact against the index's record (T12); undefined: it is what was installed. */
export function artifactFinding(entry: InstalledEntry, found: FoundFolder | undefined): Finding | undefined {
  const artifact = found?.files.find(({ path }) => path === ARTIFACT_FILE);
  if (artifact === undefined || artifact.kind === "vanished")
    return found?.whole === false ? TOO_MUCH : { code: MISSING_ARTIFACT };
  const actual = digestOf(artifact);
  if (actual === entry.artifact_sha256) return undefined;
  return { code: "artifact_digest_mismatch", detail: actual ?? `${artifact.kind}, not hashed` };
}

/** Every extracted file against the artifact's entries: missing, changed, in the place of a link, or one too many. */
export function fileFindings(entries: readonly ArchiveEntry[], found: FoundFolder): readonly Finding[] {
  const files = new Map(found.files.map((file) => [file.path, file]));
  const findings: Finding[] = [];
  for (const { path, sha256 } of entries) {
    const file = files.get(path);
    files.delete(path);
    const code = fileCode(file, sha256);
    if (code !== undefined) findings.push({ code, detail: path });
  }
  files.delete(ARTIFACT_FILE);
  const metadata = files.get(METADATA_FILE);
  files.delete(METADATA_FILE);
  if (metadata?.kind !== "file") findings.push({ code: "install_metadata_missing" });
  for (const path of files.keys()) findings.push({ code: "extracted_file_extra", detail: path });
  return found.whole ? findings : [...findings, TOO_MUCH];
}

/** More files or bytes than an artifact may have: nothing of it is ours. */
const TOO_MUCH: Finding = { code: "extracted_file_extra", detail: "more than an artifact may have" };

function fileCode(file: FoundFile | undefined, expected: string): string | undefined {
  if (file === undefined || file.kind === "vanished") return "extracted_file_missing";
  if (file.kind !== "file") return "extracted_file_replaced";
  return digestOf(file) === expected ? undefined : "extracted_file_changed";
}

function digestOf({ sha256 }: FoundFile): string | undefined {
  return sha256 === undefined ? undefined : toHex(sha256);
}
