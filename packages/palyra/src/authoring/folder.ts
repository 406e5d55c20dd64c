/** A folder of sources as the skill that would be packed of it: what `palyra skills lint` looks at. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import type { BuiltArtifact, SourceFile } from "palyra-skills/artifact";
import type { Platform } from "palyra-skills/platform";
import { PalyraError } from "../errors.ts";
import { asIo } from "../files/index.ts";
import { buildPackage } from "./package.ts";
import { readSource } from "./sources.ts";

export interface FolderRequest {
  readonly folder: string;
  /** Where none are named: every `.wasm` file below the folder, and every file of its `assets/`. */
  readonly modules: readonly string[];
  readonly assets: readonly string[];
  readonly sbom: string | undefined;
  readonly provenance: string | undefined;
  /** Of this one build: nobody is to trust it, and nothing that it signs is written. */
  readonly secretKey: Uint8Array;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

/** The files of a skill, by the entries that they would be packed as. */
export interface FolderFiles {
  readonly manifest: string;
  readonly modules: ReadonlyMap<string, string>;
  readonly assets: ReadonlyMap<string, string>;
  /** Links to folders, which are not looked through. */
  readonly passedOver: readonly string[];
}

const MANIFEST = "skill.toml";
/** What other tools keep, and what is built on the way to a module. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "target"]);
/** Files and folders that are looked through. */
const MAX_LOOKED_AT = 20_000;

/** Which files it would be packed of. `Usage` where it is no folder or has no module; `Io`. */
export function filesOf({ folder, modules, assets }: Pick<FolderRequest, "folder" | "modules" | "assets">): FolderFiles {
  if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true)
    throw new PalyraError("Usage", { problem: `${folder} is a file`, hint: `name the folder of ${MANIFEST}` });
  const { files: found, passedOver } = modules.length === 0 || assets.length === 0 ? listSources(folder) : NOTHING;
  const modulePaths = modules.length > 0 ? modules : found.filter((path) => path.endsWith(".wasm")).map(inFolder(folder));
  const assetPaths = assets.length > 0 ? assets : found.filter((path) => path.startsWith("assets/")).map(inFolder(folder));
  if (modulePaths.length === 0 && !found.includes(MANIFEST))
    throw new PalyraError("Usage", {
      problem: `there is no ${MANIFEST} in ${folder}, and no module (.wasm) below it`,
      hint: `name the folder of ${MANIFEST}; the least that it has stands in docs/tools.md`,
    });
  if (modulePaths.length === 0)
    throw new PalyraError("Usage", {
      problem: `there is no module (.wasm) below ${folder}`,
      hint: "build it first, or name it: --module FILE",
    });
  return {
    manifest: join(folder, MANIFEST),
    modules: named(folder, modulePaths),
    assets: named(folder, assetPaths),
    passedOver: passedOver.map(inFolder(folder)),
  };
}

const NOTHING: Listed = { files: [], folders: [], passedOver: [] };

/**
 * As `package build` names them when it is called in the folder (spec 11.2): by their paths in it, so that a baseline of one holds for
 * the other; by their last part where they lie elsewhere.
 */
function named(folder: string, paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    paths.map((path) => {
      const inside = relative(resolve(folder), resolve(path));
      const outside = inside === "" || inside.startsWith("..") || resolve(inside) === inside;
      return [outside ? basename(path) : inside.replaceAll(sep, "/"), path];
    }),
  );
}

const inFolder = (folder: string) => (path: string) => join(folder, path);

/** Builds it in memory, as `package build` does: the same SBOM, the same provenance, the same checks. Errors: those of `packageSkill`. */
export async function buildFolder(request: FolderRequest, files: FolderFiles, platform: Platform): Promise<BuiltArtifact> {
  const read = (paths: ReadonlyMap<string, string>): Promise<SourceFile[]> =>
    Promise.all([...paths].map(async ([path, file]) => ({ path, bytes: await readSource(file) })));
  const [manifest, modules, assets] = await Promise.all([readSource(files.manifest), read(files.modules), read(files.assets)]);
  const { sbom, provenance, secretKey, signedAt } = request;
  const build = { manifest: files.manifest, sbom, provenance, layout: "namespaced", secretKey, signedAt } as const;
  return buildPackage(build, { manifest, modules, assets }, platform);
}

export interface Listed {
  readonly files: readonly string[];
  /** Those that were looked through, the folder itself with the path "". */
  readonly folders: readonly string[];
  readonly passedOver: readonly string[];
}

/**
 * Files below the folder, ascending. A link to a file is one, as it is to `package build`; one to a folder may lead anywhere, and is not
 * looked through. Nor are hidden folders.
 */
export function listSources(folder: string): Listed {
  const files: string[] = [];
  const passedOver: string[] = [];
  const folders = [""];
  const looked: string[] = [];
  let seen = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = list(join(folder, next));
    seen += entries.length;
    looked.push(next);
    if (seen > MAX_LOOKED_AT)
      throw new PalyraError("Usage", {
        problem: `there are more than ${MAX_LOOKED_AT} files below ${folder}`,
        hint: "name the modules and assets: --module FILE --asset FILE",
      });
    for (const entry of entries) {
      if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
      const path = next === "" ? entry.name : `${next}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink() && leadsToFolder(join(folder, path))) passedOver.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
    }
  }
  return { files: files.toSorted(), folders: looked, passedOver: passedOver.toSorted() };
}

/** One that leads nowhere is told when it is read. */
const leadsToFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw asIo("read", folder, error);
  }
}
