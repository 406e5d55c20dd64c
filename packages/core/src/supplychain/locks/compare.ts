/** An SBOM held against what says what was built from: lock files, and the lists that auditable builds leave in modules (T15). */
import type { SbomComponent, SbomHash } from "../sbom/index.ts";
import { packageKey } from "../vulnerability/ecosystem.ts";
import { identifyPackage } from "../vulnerability/package-url.ts";
import { isSameVersion } from "../vulnerability/versions.ts";
import { withoutWhatWasOnlyConsidered } from "./chosen.ts";
import { digestsOf } from "./digests.ts";
import type { LockedEcosystem, LockedPackage, LockFile } from "./lock.ts";

export type Difference =
  /** No component is that package in that version. */
  | { readonly kind: "missing"; readonly source: LockFile; readonly locked: LockedPackage }
  /** A component is of a version that was not built from, in place of `locked`. */
  | {
      readonly kind: "version";
      readonly source: LockFile;
      readonly locked: LockedPackage;
      readonly component: SbomComponent;
    }
  /** A component has another digest than was fetched. */
  | {
      readonly kind: "hash";
      readonly source: LockFile;
      readonly locked: LockedPackage;
      readonly component: SbomComponent;
      readonly hash: SbomHash;
    };

export interface Compared {
  readonly differences: readonly Difference[];
  /** Packages that were looked for. */
  readonly packages: number;
}

export function compareWithLocks(components: readonly SbomComponent[], files: readonly LockFile[]): Compared {
  const sources = withoutWhatWasOnlyConsidered(files);
  // A list in a module is of what was built; Cargo.lock holds more (for tests, for other machines), and does not say what.
  const built = sources.some(({ kind, reading }) => kind === "built" && reading.ok && reading.packages.length > 0);
  const known = knownPackages(sources, built);
  const listed = listComponents(components, known);
  const other = listed.flatMap((each) => otherVersion(each) ?? []);
  const { missing, packages } = missingPackages(sources, known, built);
  return { differences: [...other, ...listed.flatMap(otherHashes), ...missing], packages };
}

export interface Known {
  readonly source: LockFile;
  readonly locked: LockedPackage;
}

type Versions = Map<string, Known[]>;

/** What is known of one package, and what the SBOM has of it. */
interface KnownPackage {
  /** Of what is surely of this skill. */
  readonly own: Versions;
  /** Of what it may only carry: it adds to the others, and takes nothing of theirs back. */
  readonly carried: Versions;
  /** Of its own, those that have to be listed. */
  readonly needed: LockedPackage[];
  /** Whether all of them are: asked once all components are known. */
  whole?: boolean;
  /** The one that is told, of a source that is surely of this skill where there is such. */
  first: Known;
  readonly listed: Set<string>;
  /** The first component that has a version. */
  component?: SbomComponent;
  /** A component is of a version that is not known. */
  told: boolean;
}
/** By `packageKey`. */
type KnownPackages = ReadonlyMap<string, KnownPackage>;

function knownPackages(sources: readonly LockFile[], built: boolean): KnownPackages {
  const packages = new Map<string, KnownPackage>();
  for (const source of sources)
    for (const locked of source.reading.ok ? source.reading.packages : []) {
      const key = packageKey(locked.ecosystem, locked.name);
      const one = { source, locked };
      const known = packages.get(key) ?? newlyKnown(one);
      packages.set(key, known);
      if (source.own && !known.first.source.own) known.first = one;
      if (source.own && isNeeded(one, built)) known.needed.push(locked);
      const versions = source.own ? known.own : known.carried;
      const same = versions.get(locked.version);
      if (same === undefined) versions.set(locked.version, [one]);
      else same.push(one);
    }
  return packages;
}

const newlyKnown = (first: Known): KnownPackage => ({
  own: new Map(),
  carried: new Map(),
  needed: [],
  first,
  listed: new Set(),
  told: false,
});

function isNeeded({ source, locked: { use, ecosystem } }: Known, built: boolean): boolean {
  if (use !== "shipped" && use !== "unknown") return false;
  return !(built && source.kind === "lock" && ecosystem === "crates.io");
}

/** A component that is a package of which something is known. */
interface Listed {
  readonly component: SbomComponent;
  readonly version: string;
  readonly known: KnownPackage;
}

function listComponents(components: readonly SbomComponent[], packages: KnownPackages): readonly Listed[] {
  return components.flatMap((component) => {
    const { keys, version } = identitiesOf(component);
    if (version === undefined) return [];
    return keys.flatMap((key) => {
      const known = packages.get(key);
      if (known === undefined) return [];
      known.component ??= component;
      known.listed.add(version);
      return [{ component, version, known }];
    });
  });
}

const ECOSYSTEMS: readonly LockedEcosystem[] = ["npm", "crates.io", "Go", "PyPI"];

/** By its package URL; without one by its name, in whichever ecosystem there is such a package. */
function identitiesOf({ purl, group, name, version }: SbomComponent): {
  readonly keys: readonly string[];
  readonly version: string | undefined;
} {
  if (purl === undefined) {
    const whole = group === undefined ? name : `${group}/${name}`;
    return { keys: ECOSYSTEMS.map((ecosystem) => packageKey(ecosystem, whole)), version };
  }
  const identity = identifyPackage(purl);
  return "why" in identity ? { keys: [], version } : { keys: identity.keys, version: identity.version ?? version };
}

/** Versions of one package that are compared by more than their text: nobody locks so many of one. */
const MAX_COMPARED_VERSIONS = 64;

function inVersion(versions: Versions, version: string): readonly Known[] | undefined {
  const exact = versions.get(version);
  if (exact !== undefined || versions.size > MAX_COMPARED_VERSIONS) return exact;
  for (const known of versions.values()) if (known[0] !== undefined && isSame(known[0].locked, version)) return known;
  return undefined;
}

/** A version that only something deeper has is one more beside the skill's own, never one in their place: else a decoy there would hide any contradiction (T15). */
const mayBeCarried = (known: KnownPackage): boolean => known.own.size === 0 || isWhole(known);

/** Some version of its own is listed, and all are that have to be. */
function isWhole(known: KnownPackage): boolean {
  known.whole ??=
    [...known.listed].some((version) => inVersion(known.own, version) !== undefined) &&
    known.needed.every((locked) => isListed(locked, known));
  return known.whole;
}

/** Those of that version, the skill's own before what it carries. */
function ofVersion({ version, known }: Listed): readonly (readonly Known[])[] {
  const own = inVersion(known.own, version);
  const carried = own !== undefined || mayBeCarried(known) ? inVersion(known.carried, version) : undefined;
  return [own, carried].flatMap((each) => (each === undefined ? [] : [each]));
}

const isSame = ({ ecosystem, version }: LockedPackage, other: string): boolean => isSameVersion(ecosystem, version, other);

/** One that is in no lock file and in no module, while the package itself is. */
function otherVersion(listed: Listed): Difference | undefined {
  if (ofVersion(listed).length > 0) return undefined;
  listed.known.told = true;
  return { kind: "version", ...listed.known.first, component: listed.component };
}

/** A digest that none of the files of that package has, as the skill's own sources have them, else those that it carries. Where nothing is known under its algorithm nothing is said. */
function otherHashes(listed: Listed): readonly Difference[] {
  const sources = ofVersion(listed);
  return listed.component.hashes.flatMap((hash): readonly Difference[] => {
    const algorithm = hash.algorithm.toUpperCase();
    const known = sources.find((each) => digestsOf(each).has(algorithm));
    const first = known?.find(({ locked }) => locked.hashes.some((each) => each.algorithm === algorithm));
    if (known === undefined || first === undefined) return [];
    if (digestsOf(known).get(algorithm)?.has(hash.content.toLowerCase()) === true) return [];
    return [{ kind: "hash", ...first, component: listed.component, hash }];
  });
}

function missingPackages(
  sources: readonly LockFile[],
  packages: KnownPackages,
  built: boolean,
): { readonly missing: readonly Difference[]; readonly packages: number } {
  const missing: Difference[] = [];
  const looked = new Set<string>();
  for (const source of sources)
    for (const locked of source.reading.ok ? source.reading.packages : []) {
      if (!isNeeded({ source, locked }, built)) continue;
      const key = packageKey(locked.ecosystem, locked.name);
      const known = packages.get(key);
      const once = `${source.path}\n${key}\n${locked.version}`;
      if (known === undefined || looked.has(once)) continue;
      looked.add(once);
      // Where a version stands in its place that nothing knows, that is told already.
      if (known.told || isListed(locked, known)) continue;
      const { component } = known;
      if (source.kind === "built" && component !== undefined) missing.push({ kind: "version", source, locked, component });
      else missing.push({ kind: "missing", source, locked });
    }
  return { missing, packages: looked.size };
}

function isListed(locked: LockedPackage, { listed }: KnownPackage): boolean {
  if (listed.has(locked.version)) return true;
  return listed.size <= MAX_COMPARED_VERSIONS && [...listed].some((version) => isSame(locked, version));
}
