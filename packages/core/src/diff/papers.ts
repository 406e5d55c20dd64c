import type { VerifiedArtifact } from "../artifact/index.ts";
import { compareUtf8, type JsonNode, type JsonObjectNode, type JsonValue, shorten } from "../encoding/index.ts";
import { componentsOf, type SbomComponent } from "../supplychain/index.ts";
import type { Changes } from "./change.ts";
import { compareSets } from "./values.ts";

/** The components that the SBOM lists, by their package and its versions; who built it. */
export function comparePapers(changes: Changes, old: VerifiedArtifact, next: VerifiedArtifact): void {
  compareComponents(changes, componentsByPackage(old.sbom), componentsByPackage(next.sbom));
  const [was, is] = [builderOf(old.provenance), builderOf(next.provenance)];
  compareSets(changes, "provenance", "builder.id", was, is);
}

/** Versions by package. */
type Components = ReadonlyMap<string, ReadonlySet<string>>;

function compareComponents(changes: Changes, before: Components, after: Components): void {
  for (const [name, was] of before) {
    const is = after.get(name);
    if (is === undefined) changes.removed("sbom", pathOf(name), versions(was));
    else if (versions(was) !== versions(is)) changes.changed("sbom", pathOf(name), versions(was), versions(is));
  }
  for (const [name, is] of after) if (!before.has(name)) changes.added("sbom", pathOf(name), versions(is));
}

/** Null: none is said. */
function versions(each: ReadonlySet<string>): string | null {
  const said = [...each].filter((version) => version !== "").sort(compareUtf8);
  return said.length === 0 ? null : said.join(", ");
}
const pathOf = (name: string): string => `components[${shorten(name, 300)}]`;

function componentsByPackage(sbom: JsonObjectNode): Components {
  const found = new Map<string, Set<string>>();
  for (const component of componentsOf(sbom)) {
    const { name, version } = nameOf(component);
    const known = found.get(name) ?? new Set();
    found.set(name, known.add(version));
  }
  return found;
}

/** A package URL without its version, qualifiers and subpath; else group and name; else what it is called within the document. */
function nameOf({ purl, group, name: written, version, bomRef, type }: SbomComponent): {
  readonly name: string;
  readonly version: string;
} {
  const name = written === "" ? (bomRef ?? type ?? "") : written;
  if (purl === undefined) return { name: group === undefined ? name : `${group}/${name}`, version: version ?? "" };
  const bare = purl.split(/[?#]/, 1)[0] ?? "";
  // The `@` of a scope is written `%40`, or comes before a slash.
  const at = bare.lastIndexOf("@");
  const isVersion = at > bare.lastIndexOf("/");
  return { name: isVersion ? bare.slice(0, at) : bare, version: version ?? (isVersion ? bare.slice(at + 1) : "") };
}

/** At the top, or where SLSA v1 has it (spec 1.5, 4). */
function builderOf({ members }: JsonObjectNode): readonly JsonValue[] {
  const predicate = objectOf(members.get("predicate"));
  const details = objectOf(predicate?.members.get("runDetails"));
  const builders = [members.get("builder"), predicate?.members.get("builder"), details?.members.get("builder")];
  const ids = builders.map((builder) => text(objectOf(builder)?.members.get("id")));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

const objectOf = (node: JsonNode | undefined): JsonObjectNode | undefined => (node?.kind === "object" ? node : undefined);
const text = (node: JsonNode | undefined): string | undefined => (node?.kind === "string" ? node.value : undefined);
