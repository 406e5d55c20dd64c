/** The components of a CycloneDX SBOM, as one flat list: what every rule that looks at them reads. */
import type { JsonNode, JsonObjectNode } from "../../encoding/index.ts";
import { itemsOf, memberOf, type NodePlace, textOf, under } from "../nodes.ts";

export interface SbomComponent {
  /** Empty where the document has none. */
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly bomRef?: string;
  /** As CycloneDX has it: `library`, `file`, `application` … */
  readonly type?: string;
  /** `required`, `optional` or `excluded` (not in what is shipped: for building or testing only). */
  readonly scope?: string;
  readonly hashes: readonly SbomHash[];
  readonly licenses: readonly SbomLicense[];
  /** Of the component's object; `purlPlace` of the purl, where it has one. */
  readonly place: NodePlace;
  readonly purlPlace?: NodePlace;
}

export interface SbomHash {
  /** As it is written: `SHA-256`. */
  readonly algorithm: string;
  readonly content: string;
  readonly place: NodePlace;
}

export interface SbomLicense {
  /** An SPDX id, a free name, or an SPDX expression. */
  readonly kind: "id" | "name" | "expression";
  readonly value: string;
  readonly place: NodePlace;
}

/**
 * All components of `components`, those within others after the one that holds them. What the document says of the tools that made
 * it, and of ancestors in a pedigree, is no part of what is shipped. What is not of the right type is as if it were absent:
 * whether the document is as its schema wants it is another question.
 */
export function componentsOf(sbom: JsonObjectNode): readonly SbomComponent[] {
  const found: SbomComponent[] = [];
  collect(sbom.members.get("components"), "components", found);
  return found;
}

/** What the SBOM is about: `metadata.component`. */
export function subjectComponent(sbom: JsonObjectNode): SbomComponent | undefined {
  const node = memberOf(sbom.members.get("metadata"), "component");
  return node?.kind === "object" ? component(node, "metadata.component") : undefined;
}

/** As deep as the reader of JSON lets a document be (`MAX_JSON_DEPTH`). */
function collect(list: JsonNode | undefined, path: string, found: SbomComponent[]): void {
  itemsOf(list).forEach((node, index) => {
    if (node.kind !== "object") return;
    const own = under(path, index);
    found.push(component(node, own));
    collect(node.members.get("components"), under(own, "components"), found);
  });
}

function component(node: JsonObjectNode, path: string): SbomComponent {
  const text = (key: string): string | undefined => textOf(node.members.get(key));
  const optional = { group: text("group"), version: text("version"), type: text("type"), scope: text("scope") };
  const purl = node.members.get("purl");
  const bomRef = text("bom-ref");
  return {
    name: text("name") ?? "",
    ...present(optional),
    ...(bomRef === undefined ? {} : { bomRef }),
    ...(purl?.kind === "string" && purl.value !== ""
      ? { purl: purl.value, purlPlace: { path: under(path, "purl"), offset: purl.offset } }
      : {}),
    hashes: hashesOf(node, path),
    licenses: licensesOf(node, path),
    place: { path, offset: node.offset },
  };
}

function present<Key extends string>(fields: { readonly [K in Key]: string | undefined }): { readonly [K in Key]?: string };
function present(fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** `hashes: [{ alg, content }]`. */
function hashesOf(node: JsonObjectNode, path: string): readonly SbomHash[] {
  return itemsOf(node.members.get("hashes")).flatMap((hash, index) => {
    const algorithm = textOf(memberOf(hash, "alg"));
    const content = memberOf(hash, "content");
    if (algorithm === undefined || content?.kind !== "string") return [];
    return [{ algorithm, content: content.value, place: { path: `${path}.hashes[${index}].content`, offset: content.offset } }];
  });
}

/** `licenses: [{ license: { id | name } } | { expression }]`. */
function licensesOf(node: JsonObjectNode, path: string): readonly SbomLicense[] {
  return itemsOf(node.members.get("licenses")).flatMap((choice, index) => {
    const own = `${path}.licenses[${index}]`;
    const license = memberOf(choice, "license");
    return [
      ...licenseAt("id", memberOf(license, "id"), `${own}.license.id`),
      ...licenseAt("name", memberOf(license, "name"), `${own}.license.name`),
      ...licenseAt("expression", memberOf(choice, "expression"), `${own}.expression`),
    ];
  });
}

function licenseAt(kind: SbomLicense["kind"], node: JsonNode | undefined, path: string): readonly SbomLicense[] {
  return node?.kind === "string" ? [{ kind, value: node.value, place: { path, offset: node.offset } }] : [];
}
