import { type Archive, type Layout, MANIFEST_PATH } from "../archive/index.ts";
import { compareUtf8, MAX_FAULTS, shorten } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";
import type { IntegrityFile } from "../manifest/index.ts";

/**
 * Spec 1.5, step 9: the manifest's `[integrity]` names each entry but itself and the signature document once, ascending
 * by path, with its digest in lower case. The digests are those that the archive has from reading.
 * @throws SkillError `ManifestValidation` with all faults
 */
export function checkIntegrity(stated: readonly IntegrityFile[], archive: Archive, layout: Layout): void {
  const entries = archive.entries.filter(({ path }) => path !== MANIFEST_PATH && path !== layout.signature);
  const digests = new Map(entries.map(({ path, sha256 }) => [path, sha256]));
  const faults: Fault[] = [];
  for (const [index, { path, sha256 }] of stated.entries()) {
    const fault = (field: "path" | "sha256", problem: string, found: string, allowed?: string): void => {
      const where = `integrity.files[${index}].${field}`;
      faults.push({ path: where, problem, found: shorten(found), ...(allowed === undefined ? {} : { allowed }) });
    };
    const before = stated[index - 1];
    const digest = digests.get(path);
    // Two statements about one file are two answers to whoever reads the first or the last of them. Spec 1.5, step 9.
    if (before !== undefined && compareUtf8(before.path, path) >= 0) fault("path", "listed twice or not ascending", path);
    if (digest === undefined) fault("path", "no such entry, or one that is not listed", path);
    else if (sha256 !== digest) fault("sha256", "not the entry's digest", sha256, digest);
  }
  const listed = new Set(stated.map(({ path }) => path));
  for (const { path } of entries) {
    if (!listed.has(path)) faults.push({ path: "integrity.files", problem: "entry is not listed", found: shorten(path) });
  }
  if (faults.length > 0) throw new SkillError("ManifestValidation", { faults: faults.slice(0, MAX_FAULTS) });
}
