/** `pnpm-lock.yaml`, versions 5 to 9 (https://github.com/pnpm/spec/tree/master/lockfile). */
import { type Block, blockAt, pairOf, readBlocks, scalar, valueAt } from "./blocks.ts";
import { integrityHashes } from "./integrity.ts";
import { type LockedPackage, LockFault } from "./lock.ts";

export function readPnpm(text: string): readonly LockedPackage[] {
  const blocks = readBlocks(text);
  const version = valueAt(blocks, "lockfileVersion");
  const major = Number.parseInt(version ?? "", 10);
  if (!(major >= 5 && major <= 9)) throw new LockFault(`it is of version ${version ?? "none"}, not of 5 to 9`, 0);
  const uses = major === 9 ? usesOf(blocks) : undefined;
  return (blockAt(blocks, "packages")?.below ?? []).flatMap((block) => {
    const { key, value } = pairOf(block);
    if (!block.text.endsWith(":") || value !== "") throw new LockFault("a line is no key of a package", block.offset);
    const identity = major === 5 ? identityBySlash(key) : identityByAt(key.startsWith("/") ? key.slice(1) : key);
    if (identity === undefined) return [];
    const use = uses === undefined ? flaggedUse(block) : (uses.get(key) ?? "development");
    return [{ ecosystem: "npm", ...identity, use, hashes: integrityHashes(integrityOf(block)), offset: block.offset }];
  });
}

type Identity = Pick<LockedPackage, "name" | "version">;

/** `@scope/name@1.2.3(peer@4.5.6)`; undefined for what is no package of the registry. */
function identityByAt(key: string): Identity | undefined {
  const [bare = ""] = key.split("(");
  const at = bare.indexOf("@", 1);
  const version = bare.slice(at + 1);
  return at === -1 || /[:/]/.test(version) ? undefined : { name: bare.slice(0, at), version };
}

/** `/@scope/name/1.2.3_peer@4.5.6`. */
function identityBySlash(key: string): Identity | undefined {
  const [found, name, version] = /^\/((?:@[^/]+\/)?[^/]+)\/([^/_(]+)/.exec(key) ?? [];
  return found === undefined || name === undefined || version === undefined ? undefined : { name, version };
}

/** `resolution: {integrity: sha512-…}`, or a block of it. */
function integrityOf({ below }: Block): string | undefined {
  const resolution = blockAt(below, "resolution");
  if (resolution === undefined) return undefined;
  return /[{ ]integrity: ?['"]?([^,}\s'"]+)/.exec(pairOf(resolution).value)?.[1] ?? valueAt(resolution.below, "integrity");
}

function flaggedUse({ below }: Block): LockedPackage["use"] {
  if (valueAt(below, "dev") === "true") return "development";
  return valueAt(below, "optional") === "true" ? "optional" : "shipped";
}

type Snapshots = ReadonlyMap<string, readonly Block[]>;

/** Version 9 has no flags: what is reached from the projects' dependencies is shipped. By keys of `packages`; what is absent is for building. */
function usesOf(blocks: readonly Block[]): ReadonlyMap<string, LockedPackage["use"]> {
  const snapshots = new Map(
    (blockAt(blocks, "snapshots")?.below ?? []).map((block) => [pairOf(block).key, block.below] as const),
  );
  const importers = blockAt(blocks, "importers")?.below ?? [];
  const roots = (kind: string) => importers.flatMap(({ below }) => (blockAt(below, kind)?.below ?? []).map(importedOf));
  const needed = reached(roots("dependencies"), snapshots, ["dependencies"]);
  const all = reached([...roots("dependencies"), ...roots("optionalDependencies")], snapshots, [
    "dependencies",
    "optionalDependencies",
  ]);
  const uses = new Map<string, LockedPackage["use"]>();
  for (const key of all) uses.set(withoutPeers(key), "optional");
  for (const key of needed) uses.set(withoutPeers(key), "shipped");
  return uses;
}

interface Reference {
  readonly name: string;
  readonly version: string;
}

function reached(roots: readonly Reference[], snapshots: Snapshots, kinds: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    // Under another name the version is the whole key.
    const key = [`${next.name}@${next.version}`, next.version].find((each) => snapshots.has(each));
    if (key === undefined || seen.has(key)) continue;
    seen.add(key);
    const below = snapshots.get(key) ?? [];
    for (const kind of kinds) for (const block of blockAt(below, kind)?.below ?? []) waiting.push(referenceOf(block));
  }
  return seen;
}

const withoutPeers = (key: string): string => key.split("(")[0] ?? "";

/** `name:` with `specifier` and `version` below it. */
function importedOf(block: Block): Reference {
  return { name: pairOf(block).key, version: valueAt(block.below, "version") ?? "" };
}

/** `name: version`. */
function referenceOf(block: Block): Reference {
  const { key, value } = pairOf(block);
  return { name: key, version: scalar(value, block.offset) };
}
