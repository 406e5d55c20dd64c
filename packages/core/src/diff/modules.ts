import type { ArchiveEntry } from "../archive/index.ts";
import { isModulePath, type VerifiedArtifact } from "../artifact/index.ts";
import { classifyImport } from "../capability/index.ts";
import type { JsonValue } from "../encoding/index.ts";
import { type ExportFact, type FunctionType, type ImportFact, readModule } from "../wasm/index.ts";
import type { Changes } from "./change.ts";

/**
 * What each module imports and exports. An import widens nothing by itself: what is granted is what the manifest declares (spec 4.6), and
 * that is compared by itself. One that is new shows what the code begins to use; and so does one that was there and can be called now
 * (`reachable`: from any export, or at the start).
 */
export function compareModules(changes: Changes, old: VerifiedArtifact, next: VerifiedArtifact): void {
  const [before, after] = [modulesOf(old), modulesOf(next)];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)];
    if (was?.sha256 === is?.sha256) continue;
    const [wasFaces, isFaces] = [facesOf(was), facesOf(is)];
    compareFaces(changes, "imports", path, wasFaces.imports, isFaces.imports);
    compareFaces(changes, "exports", path, wasFaces.exports, isFaces.exports);
  }
}

/** By name and kind. */
type Faces = ReadonlyMap<string, JsonValue>;

function compareFaces(changes: Changes, area: "imports" | "exports", path: string, before: Faces, after: Faces): void {
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is === undefined) changes.removed(area, path, was);
    else if (!isSame(was, is)) changes.changed(area, path, was, is);
  }
  for (const [key, is] of after) if (!before.has(key)) changes.added(area, path, is);
}

const isSame = (a: JsonValue, b: JsonValue): boolean => JSON.stringify(a) === JSON.stringify(b);

const NOTHING = { imports: new Map(), exports: new Map() } as const;

/** Of one that is not valid nothing: the audit refuses it (spec 4.5). */
function facesOf(entry: ArchiveEntry | undefined): { readonly imports: Faces; readonly exports: Faces } {
  if (entry === undefined) return NOTHING;
  const reading = readModule(entry.bytes);
  if (!reading.ok) return NOTHING;
  const { imports, exports } = reading.facts;
  const reached = reading.calls.fromExports().imports;
  return {
    imports: new Map(
      imports.map((each, at) => [JSON.stringify([each.module, each.name, each.kind]), importFace(each, reached.has(at))]),
    ),
    exports: new Map(exports.map((each) => [JSON.stringify([each.name, each.kind]), exportFace(each)])),
  };
}

const importFace = (fact: ImportFact, isReached: boolean): JsonValue => ({
  module: fact.module,
  name: fact.name,
  kind: fact.kind,
  ...typeOf(fact.type),
  class: classifyImport(fact).class,
  // Nothing but a function is called.
  ...(fact.kind === "function" ? { reachable: isReached } : {}),
});

const exportFace = ({ name, kind, type }: ExportFact): JsonValue => ({ name, kind, ...typeOf(type) });

const typeOf = (type: FunctionType | undefined): { readonly type?: string } =>
  type === undefined ? {} : { type: `(${type.params.join(" ")}) -> (${type.results.join(" ")})` };

function modulesOf({ archive }: VerifiedArtifact): ReadonlyMap<string, ArchiveEntry> {
  return new Map(archive.entries.filter(({ path }) => isModulePath(path)).map((entry) => [entry.path, entry]));
}
