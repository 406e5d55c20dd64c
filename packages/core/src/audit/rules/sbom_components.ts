import {
  compareWithLocks,
  componentsOf,
  type Difference,
  type LockFile,
  otherVersionOfPurl,
  type SbomComponent,
} from "../../supplychain/index.ts";
import type { Finding } from "../finding.ts";
import { linesIn } from "../locks.ts";
import { placed } from "../papers.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import type { AuditSubject } from "../subject.ts";
import { counted, named as inWords, messagesOf, quoted, shortened } from "../wording.ts";

export const sbomComponents = artifactRule({
  id: "sbom_components",
  severity: "error",
  asks: "Does the SBOM list what the lock files and the modules say it was built from?",
  why: "What an SBOM leaves out, or gives another version of, is looked up in no list of vulnerabilities and under no licence.",
  references: ["T15", "CWE-1395", "https://github.com/rust-secure-code/cargo-auditable"],
  advice: "Make the SBOM from the lock file that was built with: `palyra skills package build` without `--sbom` does.",
  example: {
    flagged: 'assets/package-lock.json has lodash 4.17.11, the SBOM { "purl": "pkg:npm/lodash@4.17.21" }',
    passes: 'assets/package-lock.json has lodash 4.17.21, the SBOM { "purl": "pkg:npm/lodash@4.17.21" }',
  },
  check: (subject) => {
    const { locks, sbom } = subject;
    const components = componentsOf(sbom);
    const { differences, packages } = compareWithLocks(components, locks);
    const found = [
      ...unreadable(subject),
      ...ofTwoVersions(components, subject),
      ...inSbom(differences, subject),
      ...absent(differences, subject),
    ];
    const details = { lock_files: locks.map(({ path }) => path), packages };
    if (found.length > 0) return [findings(messagesOf(found), found, details)];
    if (locks.length === 0)
      return [pass("Nothing says what it was built from: there is no lock file and no list in a module.", details)];
    return [
      pass(`The SBOM lists ${counted(packages, "package")} of ${inWords(locks, ({ path }) => quoted(path), ", ")}.`, details),
    ];
  },
});

/** What cannot be read may say anything: told, so that nobody takes it for compared. */
function unreadable(subject: AuditSubject): readonly Finding[] {
  return subject.locks.flatMap(({ path, reading }) => {
    if (reading.ok) return [];
    const message = `${quoted(path)} cannot be read (${reading.problem}), so the SBOM was not held against it.`;
    return [
      { code: "lock_file_unreadable", status: "warn", message, place: placeIn(subject, path, [reading.offset])(reading.offset) },
    ];
  });
}

/** A component that is of two versions: people read one, and lists of vulnerabilities are asked for the other (T15, T16). */
function ofTwoVersions(components: readonly SbomComponent[], { layout, files }: AuditSubject): readonly Finding[] {
  const found = components.flatMap(({ name, version, purl, purlPlace, place }) => {
    const other = purl === undefined || version === undefined ? undefined : otherVersionOfPurl(purl, version);
    if (other === undefined || version === undefined) return [];
    const message = `The SBOM gives ${quoted(name)} the version ${shortened(version)}, and its package URL says ${shortened(other)}. Write the one that was built from.`;
    return [{ code: "version_twofold", status: "fail" as const, message, at: purlPlace ?? place, quote: purl ?? "" }];
  });
  return placed(found, layout.sbom, files);
}

/** Versions and digests that contradict: the SBOM is of other packages than were built from (T15). */
function inSbom(differences: readonly Difference[], { layout, files }: AuditSubject): readonly Finding[] {
  const found = differences.flatMap((difference) => {
    if (difference.kind === "missing") return [];
    const { source, locked, component } = difference;
    const status = source.own ? ("fail" as const) : ("warn" as const);
    const name = quoted(locked.name);
    if (difference.kind === "hash") {
      const { place: at, algorithm, content: quote } = difference.hash;
      const message = `The SBOM gives another ${algorithm} of ${name} ${shortened(locked.version)} than ${quoted(source.path)}. Make it again from the lock file.`;
      return [{ code: "hash_other", status, message, at, quote }];
    }
    const message = `The SBOM lists ${name} ${shortened(versionOf(component))}; ${hasIt(source)} ${shortened(locked.version)}. Make it again from what was built.`;
    const quote = component.purl ?? `${component.name}@${component.version ?? ""}`;
    return [{ code: "version_other", status, message, at: component.purlPlace ?? component.place, quote }];
  });
  return placed(found, layout.sbom, files);
}

const versionOf = ({ purl, version }: Extract<Difference, { kind: "version" }>["component"]): string => version ?? purl ?? "";

const hasIt = ({ kind, path }: LockFile): string => (kind === "built" ? `${quoted(path)} was built with` : `${quoted(path)} has`);

/** What the SBOM leaves out, at the line of the lock file that has it. */
function absent(differences: readonly Difference[], subject: AuditSubject): readonly Finding[] {
  const bySource = new Map<string, Extract<Difference, { kind: "missing" }>[]>();
  for (const difference of differences) {
    if (difference.kind !== "missing") continue;
    const { path } = difference.source;
    bySource.set(path, bySource.get(path) ?? []);
    bySource.get(path)?.push(difference);
  }
  return subject.locks.flatMap((source) => {
    const missing = bySource.get(source.path) ?? [];
    const place = placeIn(
      subject,
      source.path,
      missing.map(({ locked }) => locked.offset),
    );
    return missing.map(({ locked: { name, version, use, offset } }): Finding => {
      const built = source.kind === "built";
      const unsure = use === "unknown" ? " (it does not tell what is for building only)" : "";
      const message = `${hasIt(source)} ${quoted(name)} ${shortened(version)}, which the SBOM does not list${unsure}. Add it, or make the SBOM from the lock file.`;
      const code = built ? "dependency_missing" : "component_missing";
      return { code, status: "warn", message, place: built ? { file: source.path } : place(offset), quote: `${name}@${version}` };
    });
  });
}

function placeIn(
  { files, beside }: AuditSubject,
  file: string,
  offsets: readonly number[],
): (offset: number) => Finding["place"] {
  const bytes = [...files, ...beside].find(({ path }) => path === file)?.bytes;
  const lines = bytes === undefined ? undefined : linesIn(bytes, offsets);
  return (offset) => {
    const line = lines?.get(offset);
    return line === undefined ? { file } : { file, line };
  };
}
