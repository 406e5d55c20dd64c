import { isModulePath } from "../../artifact/index.ts";
import { isSha256Hex } from "../../encoding/index.ts";
import { componentsOf, type SbomComponent, subjectComponent } from "../../supplychain/index.ts";
import { digestsOf, filesByEnding, type PaperFinding, placed } from "../papers.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import type { AuditSubject } from "../subject.ts";
import { counted, messagesOf, quoted } from "../wording.ts";

export const sbomIdentity = artifactRule({
  id: "sbom_identity",
  severity: "error",
  asks: "Is the SBOM about this skill, this version and these modules?",
  why: "An SBOM of something else, or of what the modules were before they were exchanged, lists the wrong components: every scan of it is of another program.",
  references: ["T15", "CWE-345"],
  advice: "Make the SBOM from the files that are packed: `palyra skills package build` without `--sbom` does.",
  example: {
    flagged: '{ "metadata": { "component": { "type": "application", "name": "acme.other", "version": "0.9.0" } } }',
    passes: '{ "metadata": { "component": { "type": "application", "name": "acme.echo", "version": "1.0.0" } } }',
  },
  check: (subject) => {
    const { manifest, layout, files, sbom } = subject;
    const components = componentsOf(sbom);
    const goods = digestsOf(files.filter(({ path }) => path.startsWith("modules/") || path.startsWith("assets/")));
    const listed = listedFiles(components, goods);
    const found = [
      ...aboutSubject(subject),
      ...listed.flatMap((each) => aboutFile(each, goods)),
      ...aboutModules(listed, goods, sbom.offset),
    ];
    const details = { components: components.length };
    if (found.length === 0) {
      const modules = counted([...goods.keys()].filter(isModulePath).length, "module");
      return [pass(`The SBOM names ${quoted(manifest.skill_id)} ${manifest.version} and ${modules} by digest.`, details)];
    }
    const what = messagesOf(found);
    return [findings(what, placed(found, layout.sbom, files), details)];
  },
});

/** `metadata.component` names the skill and its version. What generators of a language write there is the name of its package: a warning. */
function aboutSubject({ sbom, manifest: { skill_id, version } }: AuditSubject): readonly PaperFinding[] {
  const named = subjectComponent(sbom);
  if (named === undefined) {
    const at = { path: "", offset: sbom.offset };
    const message = `The SBOM does not say what it is of. Name \`${skill_id}\` ${version} as \`metadata.component\`.`;
    return [{ code: "subject_missing", status: "warn", message, at }];
  }
  const name = named.group === undefined ? named.name : `${named.group}.${named.name}`;
  const at = named.place;
  if (name !== skill_id && named.name !== skill_id) {
    const message = `The SBOM is of ${quoted(name)}, not of \`${skill_id}\`. Name the skill as \`metadata.component\`.`;
    return [{ code: "subject_other", status: "warn", message, at, quote: name }];
  }
  if (named.version === version) return [];
  if (named.version === undefined)
    return [
      { code: "version_missing", status: "warn", message: `The SBOM names no version of the skill. Write ${version}.`, at },
    ];
  // T15: of this very skill, but not of what is packed.
  const message = `The SBOM is of version ${quoted(named.version)}; this is ${version}. Make it again from what is packed.`;
  return [{ code: "version_other", status: "fail", message, at, quote: named.version }];
}

interface Listed {
  readonly component: SbomComponent;
  /** The file of the artifact that it is of: the one of its name, or the only one whose path ends so. */
  readonly path: string | undefined;
}

function listedFiles(components: readonly SbomComponent[], goods: ReadonlyMap<string, string>): readonly Listed[] {
  const endings = filesByEnding(goods.keys());
  return components.map((component) => {
    const { name, type } = component;
    return { component, path: goods.has(name) ? name : type === "file" ? endings.get(name) : undefined };
  });
}

/** A component that is of a file of the artifact has that file's digest (T15). */
function aboutFile({ component, path }: Listed, goods: ReadonlyMap<string, string>): readonly PaperFinding[] {
  if (path === undefined) {
    if (component.type !== "file" || !/^(?:modules|assets)\//.test(component.name)) return [];
    const message = `The SBOM lists ${quoted(component.name)}, which is not in the artifact. Make it again from what is packed.`;
    return [{ code: "file_missing", status: "warn", message, at: component.place, quote: component.name }];
  }
  const stated = sha256Of(component);
  if (stated === undefined) {
    const message = `The SBOM gives no SHA-256 of ${quoted(path)}, so it could be of any file of that name. Write it under \`hashes\`.`;
    return [{ code: "digest_missing", status: "warn", message, at: component.place, quote: path }];
  }
  if (stated.content.toLowerCase() === goods.get(path)) return [];
  if (!isSha256Hex(stated.content.toLowerCase())) {
    const message = `What the SBOM gives as SHA-256 of ${quoted(path)} is none. Write the digest of the packed file.`;
    return [{ code: "digest_malformed", status: "warn", message, at: stated.place, quote: stated.content }];
  }
  const message = `The SBOM is of another ${quoted(path)} than the one that is packed: its SHA-256 is ${goods.get(path)}. Make it again from what is packed.`;
  return [{ code: "digest_mismatch", status: "fail", message, at: stated.place, quote: stated.content }];
}

/** Each module is listed, by its path or by its digest. */
function aboutModules(listed: readonly Listed[], goods: ReadonlyMap<string, string>, offset: number): readonly PaperFinding[] {
  const paths = new Set(listed.map(({ path }) => path));
  const digests = new Set(listed.map(({ component }) => sha256Of(component)?.content.toLowerCase()));
  return [...goods]
    .filter(([path, sha256]) => isModulePath(path) && !paths.has(path) && !digests.has(sha256))
    .map(([path]) => ({
      code: "module_missing",
      status: "warn" as const,
      message: `The SBOM does not list ${quoted(path)}. List it with its SHA-256 among \`components\`.`,
      at: { path: "components", offset },
      quote: path,
    }));
}

const sha256Of = ({ hashes }: SbomComponent) => hashes.find(({ algorithm }) => algorithm === "SHA-256");
