/** Components of a skill against a feed, and against what was said of them: plain data for the rules (spec 4.4, T16). */
import type { ArchiveEntry, Layout } from "../archive/index.ts";
import { decodeUtf8, type JsonObjectNode, positionsAt } from "../encoding/index.ts";
import type { Manifest } from "../manifest/index.ts";
import {
  componentsOf,
  type LookUp,
  lastStatement,
  memberText,
  scanComponent,
  subjectComponent,
  type VexTarget,
  vexHash,
  vexOfSbom,
} from "../supplychain/index.ts";
import type { FeedSource, FeedState, JudgedVulnerability, ScannedComponent, SourcedStatement } from "./feed.ts";
import type { Place } from "./finding.ts";
import type { ModuleSubject } from "./subject.ts";

/** What is scanned. */
export interface ScannedSkill {
  readonly manifest: Manifest;
  readonly files: readonly ArchiveEntry[];
  readonly layout: Layout;
  readonly sbom: JsonObjectNode;
  readonly modules: readonly ModuleSubject[];
}

/** Statements of the operator, of which later ones correct earlier ones. */
export interface ScanOptions {
  readonly now: number;
  readonly statements: readonly SourcedStatement[];
}

/** What it costs grows with the components, not with the feed. */
export function scanFeed(feed: FeedSource, skill: ScannedSkill, { now, statements }: ScanOptions): FeedState {
  if (feed.state !== "open") return feed;
  const judge = judgeFor(skill, statements, now);
  const components: ScannedComponent[] = [];
  for (const component of componentsIn(skill)) {
    const scanned = scanOne(component, feed.lookUp, judge);
    // What it would have said of this one is not known, so it has said nothing.
    if (scanned === undefined) return { state: "unreadable", hook: feed.facts.hook, problem: "its index is damaged" };
    components.push(scanned);
  }
  return { state: "scanned", facts: feed.facts, at: now, components };
}

interface Component {
  readonly name: string;
  readonly purl?: string;
  readonly isShipped: boolean;
  readonly place: Place;
  readonly target: VexTarget;
  /** By what its SBOM alone calls it. */
  readonly ref?: string;
}

type Judge = (component: Component, names: readonly string[]) => Pick<JudgedVulnerability, "operator" | "publisher">;

function scanOne(component: Component, lookUp: LookUp, judge: Judge): ScannedComponent | undefined {
  const { name, purl, isShipped, place } = component;
  const scan = scanComponent(purl, lookUp);
  if (scan === undefined) return undefined;
  const vulnerabilities = scan.vulnerabilities.map((each) => ({ ...each, ...judge(component, [each.id, ...each.aliases]) }));
  const { notCompared } = scan;
  return { name, ...(purl === undefined ? {} : { purl }), place, isShipped, vulnerabilities, notCompared };
}

/** Those of the SBOM, each package URL once; then what auditable modules list and the SBOM does not. */
function componentsIn(skill: ScannedSkill): readonly Component[] {
  const listed = new Map<string, Component>();
  for (const component of sbomComponents(skill)) {
    const key = component.purl ?? `${component.place.field}`;
    const known = listed.get(key);
    if (known === undefined || (component.isShipped && !known.isShipped)) listed.set(key, component);
  }
  for (const component of skill.modules.flatMap(moduleComponents))
    if (!listed.has(component.purl ?? "")) listed.set(component.purl ?? "", component);
  return [...listed.values()];
}

function sbomComponents({ files, layout, sbom }: ScannedSkill): readonly Component[] {
  const file = layout.sbom;
  const serial = /^urn:uuid:(.+)$/.exec(memberText(sbom, "serialNumber") ?? "")?.[1]?.toLowerCase();
  const version = sbom.members.get("version");
  const revision = version?.kind === "integer" ? String(version.value) : "1";
  const components = componentsOf(sbom);
  const text = decodeUtf8(files.find(({ path }) => path === file)?.bytes ?? new Uint8Array()) ?? "";
  const positions = positionsAt(
    text,
    components.map(({ place, purlPlace }) => (purlPlace ?? place).offset),
  );
  return components.map(({ name, group, version, purl, bomRef, scope, hashes, place, purlPlace }) => {
    const { path, offset } = purlPlace ?? place;
    const { line, column } = positions.get(offset) ?? { line: 1, column: 1 };
    return {
      name: [group === undefined ? name : `${group}/${name}`, version ?? ""].join(" ").trimEnd(),
      ...(purl === undefined ? {} : { purl }),
      isShipped: scope !== "excluded",
      place: { file, ...(text === "" ? {} : { line, column }), field: path },
      ...(bomRef === undefined ? {} : { ref: bomRef }),
      target: {
        ids: purl === undefined ? [] : [purl],
        hashes: hashes.map(({ algorithm, content }) => vexHash(algorithm, content)),
        ...(version === undefined ? {} : { version }),
        ...(serial === undefined || bomRef === undefined ? {} : { link: { serial, version: revision, ref: bomRef } }),
      },
    };
  });
}

/** What only helped to build is not in the module, nor is a package under its name that came from a folder or a repository. */
function moduleComponents(module: ModuleSubject): readonly Component[] {
  if (module.state !== "read") return [];
  return (module.dependencies ?? [])
    .filter(({ kind, source }) => kind === "runtime" && source === "crates.io")
    .map(({ name, version }) => {
      const purl = `pkg:cargo/${encodeURIComponent(name)}@${encodeURIComponent(version)}`;
      const target = { ids: [purl], hashes: [], version };
      return { name: `${name} ${version}`, purl, isShipped: true, place: { file: module.path, field: ".dep-v0" }, target };
    });
}

/** What the operator's files say, and what the SBOM says of itself: of each the last. */
function judgeFor(skill: ScannedSkill, statements: readonly SourcedStatement[], now: number): Judge {
  const own = vexOfSbom(skill.sbom).map((statement) => ({ ...statement, source: skill.layout.sbom }));
  if (own.length === 0 && statements.length === 0) return () => ({});
  const digests = new Set(skill.files.map(({ sha256 }) => sha256));
  const verified = verifiedTarget(skill);
  const claimed = claimedTarget(skill, verified);
  return ({ target, ref }, names) => {
    // An SBOM may claim any reference and any digest: what an operator said of something else must not be caught by that.
    const hashes = target.hashes.filter(({ digits }) => digests.has(digits));
    const operator = lastStatement(statements, names, { ...target, hashes }, verified, now);
    const ids = ref === undefined ? target.ids : [...target.ids, ref];
    const publisher = lastStatement(own, names, { ...target, ids }, claimed, now);
    return { ...(operator === undefined ? {} : { operator }), ...(publisher === undefined ? {} : { publisher }) };
  };
}

/** The skill by its id and by its modules' digests: statements may be about all of it. */
function verifiedTarget({ manifest, files }: ScannedSkill): VexTarget {
  const { skill_id, version } = manifest;
  const modules = files.filter(({ path }) => path.startsWith("modules/"));
  return {
    ids: [skill_id, `${skill_id}@${version}`],
    hashes: modules.map(({ sha256 }) => vexHash("sha256", sha256)),
    version,
  };
}

/** And by what its SBOM calls it. */
function claimedTarget({ sbom }: ScannedSkill, verified: VexTarget): VexTarget {
  const { bomRef, purl } = subjectComponent(sbom) ?? {};
  return { ...verified, ids: [...verified.ids, ...[bomRef, purl].filter((id) => id !== undefined)] };
}
