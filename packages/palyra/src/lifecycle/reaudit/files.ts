/** What lies in the folder of an installed version against what should (spec 5.1, 5.4). Pure. */
import type { ArchiveEntry } from "palyra-skills/archive";
import type { ListedFile, ListedFolder } from "../../files/index.ts";
import { ARTIFACT_FILE, type InstalledEntry, METADATA_FILE } from "../../installed/index.ts";
import { type Finding, MISSING_ARTIFACT } from "./reasons.ts";
import type { VersionFolder } from "./version-folder.ts";

/** The cached artifact against the index's record (T12); undefined: it is what was installed. `actual`: the digest of what lies there. */
export function artifactFinding(
  entry: InstalledEntry,
  version: VersionFolder | undefined,
): (Finding & { readonly actual?: string }) | undefined {
  const code = "artifact_digest_mismatch";
  const sha256 = version?.artifact?.sha256;
  if (sha256 !== undefined) {
    const actual = Buffer.from(sha256.buffer, sha256.byteOffset, sha256.byteLength).toString("hex");
    return actual === entry.artifact_sha256 ? undefined : { code, detail: actual, actual };
  }
  if (version?.artifact !== undefined) return { code, detail: "more bytes than an artifact may have" };
  if (version?.listed.whole === false) return TOO_MUCH;
  const other = version?.listed.files.find(({ path }) => path === ARTIFACT_FILE);
  return other === undefined || other.kind === "file"
    ? { code: MISSING_ARTIFACT }
    : { code, detail: `a ${other.kind}, and no file` };
}

/** Every extracted file against the artifact's entries: missing, changed, something else in its place, or one too many. */
export function fileFindings(
  entries: readonly ArchiveEntry[],
  listed: ListedFolder,
  digestOf: (path: string) => string,
): readonly Finding[] {
  const files = new Map(listed.files.map((file) => [file.path, file]));
  const findings: Finding[] = [];
  for (const { path, sha256 } of entries) {
    const code = fileCode(files.get(path), sha256, digestOf);
    files.delete(path);
    if (code !== undefined) findings.push({ code, detail: path });
  }
  files.delete(ARTIFACT_FILE);
  if (files.get(METADATA_FILE)?.kind !== "file") findings.push({ code: "install_metadata_missing" });
  files.delete(METADATA_FILE);
  for (const path of files.keys()) findings.push({ code: "extracted_file_extra", detail: path });
  return listed.whole ? findings : [...findings, TOO_MUCH];
}

/** More files than an artifact may have: nothing of it is ours. */
const TOO_MUCH: Finding = { code: "extracted_file_extra", detail: "more than an artifact may have" };

function fileCode(file: ListedFile | undefined, expected: string, digestOf: (path: string) => string): string | undefined {
  if (file === undefined) return "extracted_file_missing";
  if (file.kind !== "file") return "extracted_file_replaced";
  return digestOf(file.path) === expected ? undefined : "extracted_file_changed";
}
