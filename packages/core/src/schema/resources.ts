/**
 * Which parts of a schema a reference may point at (draft 2020-12, 8.2): resources by their `$id`, places by JSON pointers,
 * and anchors. Nothing is ever fetched: whoever refers to another document is told.
 */
import type { JsonObject, JsonValue } from "../encoding/index.ts";
import type { Draft } from "./keywords.ts";

export interface Resource {
  readonly uri: string;
  readonly root: JsonValue;
  readonly anchors: ReadonlyMap<string, JsonValue>;
}

/** RFC 3986, 5.2, as far as schemas use it: no query of the base is kept, dot segments are removed. */
export function resolveUri(base: string, reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) return reference;
  const [, scheme = "", authority = "", path = ""] = /^([a-z][a-z0-9+.-]*:)?(\/\/[^/?#]*)?([^?#]*)/i.exec(base) ?? [];
  if (reference === "" || reference.startsWith("#")) return base.replace(/#.*$/s, "") + reference;
  if (reference.startsWith("//")) return scheme + reference;
  const [target = "", tail = ""] = splitTail(reference);
  const merged = target.startsWith("/") ? target : path.slice(0, path.lastIndexOf("/") + 1) + target;
  return (
    scheme + authority + (authority !== "" && !merged.startsWith("/") ? `/${withoutDots(merged)}` : withoutDots(merged)) + tail
  );
}

const splitTail = (reference: string): readonly string[] => {
  const at = reference.search(/[?#]/);
  return at === -1 ? [reference] : [reference.slice(0, at), reference.slice(at)];
};

function withoutDots(path: string): string {
  const kept: string[] = [];
  const parts = path.split("/");
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === ".." && kept.length > (path.startsWith("/") ? 1 : 0)) kept.pop();
    if (part === "." || part === "..") {
      if (last) kept.push("");
    } else kept.push(part);
  }
  return kept.join("/");
}

/** The value that a JSON pointer (RFC 6901, without its `#`) leads to; undefined for none. */
export function atPointer(root: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === "") return root;
  let at: JsonValue | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = unescaped(part);
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d*)$/.test(key) ? at[Number(key)] : undefined;
    else if (isObject(at)) at = Object.hasOwn(at, key) ? at[key] : undefined;
    else return undefined;
  }
  return at;
}

function unescaped(part: string): string {
  let decoded = part;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // Not percent-encoded after all.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The id that a schema gives itself; an anchor in drafts before 2019-09 is an id of a fragment alone. */
export function idOf(schema: JsonObject, draft: Draft): string | undefined {
  const id = schema[draft === "4" ? "id" : "$id"];
  // Up to draft 7 a `$ref` hides what stands beside it.
  if (typeof id !== "string" || (isOld(draft) && typeof schema["$ref"] === "string")) return undefined;
  return id;
}

export const isOld = (draft: Draft): boolean => draft === "4" || draft === "6" || draft === "7";
