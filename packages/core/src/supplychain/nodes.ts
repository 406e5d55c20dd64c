import type { JsonNode, JsonObjectNode } from "../encoding/index.ts";

/** Where in a JSON document: the path of a value (`components[3].purl`) and its offset, UTF-16 code units of the text. */
export interface NodePlace {
  readonly path: string;
  readonly offset: number;
}

export function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? node.members.get(key) : undefined;
}

export function objectOf(node: JsonNode | undefined): JsonObjectNode | undefined {
  return node?.kind === "object" ? node : undefined;
}

export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === "array" ? node.items : [];
}

/** A text that says something; an empty one is none. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === "string" && node.value !== "" ? node.value : undefined;
}

/** `components` and `name` to `components.name`; the path of the document itself is empty. */
export function under(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The text of a member of an object; undefined where it has none that says something. */
export function memberText(node: JsonObjectNode, key: string): string | undefined {
  return textOf(node.members.get(key));
}
