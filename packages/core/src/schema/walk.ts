import type { JsonObject, JsonValue } from "../encoding/index.ts";
import { type Draft, draftNamed, IN_PLACE, KEYWORDS, type Shape } from "./keywords.ts";
import { idOf, isObject, isOld, resolveUri } from "./resources.ts";

/** Characters of an `$id`, of a reference, and of what either comes to. */
const MAX_ADDRESS_CHARACTERS = 2048;

/** Followed by how a validator came there; the one that holds calls against schemas does not follow it, and refuses the schema (spec 10.1). */
const DYNAMIC = "$dynamicRef";
/** That validator has no rules of draft 6 alone. */
const usedAs = (draft: Draft): Draft => (draft === "6" ? "7" : draft);

export type SchemaCode =
  | "unknown_draft"
  | "schema_invalid"
  | "unsupported"
  | "too_deep"
  | "too_large"
  | "remote_reference"
  | "dangling_reference"
  | "reference_cycle"
  | "reference_expansion"
  | "pattern_invalid"
  | "pattern_not_unicode"
  | "pattern_exponential"
  | "pattern_polynomial"
  | "pattern_too_large"
  | "pattern_undecided";

export interface SchemaProblem {
  readonly code: SchemaCode;
  /** Below the schema: `.properties.a.pattern`, empty for the schema itself. */
  readonly path: string;
  /** What stands there, or what is allowed. */
  readonly problem: string;
  readonly quote?: string;
}

/** A schema among its subschemas. */
export interface SchemaNode {
  readonly schema: JsonValue;
  readonly path: string;
  readonly draft: Draft;
  /** The absolute or relative URI of the resource that it is in. */
  readonly base: string;
  /** Those that look at the same value. */
  readonly inPlace: SchemaNode[];
  /** What it refers to, as it is written; always of the same value. */
  readonly references: { readonly keyword: string; readonly value: string }[];
}

export interface Walked {
  readonly nodes: readonly SchemaNode[];
  readonly byValue: ReadonlyMap<JsonValue, SchemaNode>;
  /** Roots of resources by URI, anchors by `uri#anchor`. */
  readonly targets: ReadonlyMap<string, JsonValue>;
  readonly patterns: readonly { readonly path: string; readonly pattern: string }[];
}

export interface SchemaLimits {
  /** Levels of subschemas. */
  readonly maxDepth: number;
  readonly maxSubschemas: number;
}

/** Goes through all subschemas once: what is not of the shape that its draft asks is told, and where references may lead is kept. */
export function walkSchema(root: JsonValue, limits: SchemaLimits, tell: (problem: SchemaProblem) => void): Walked {
  const nodes: SchemaNode[] = [];
  const byValue = new Map<JsonValue, SchemaNode>();
  const targets = new Map<string, JsonValue>([["", root]]);
  const patterns: { path: string; pattern: string }[] = [];
  let full = false;

  const invalid = (path: string, problem: string): void => tell({ code: "schema_invalid", path, problem });

  function visit(schema: JsonValue | undefined, path: string, draft: Draft, base: string, depth: number): SchemaNode | undefined {
    if (depth > limits.maxDepth || nodes.length >= limits.maxSubschemas) {
      if (!full) tell({ code: depth > limits.maxDepth ? "too_deep" : "too_large", path, problem: limitInWords(limits, depth) });
      full = true;
      return undefined;
    }
    const node = (of: Draft, at: string): SchemaNode => ({
      schema: schema ?? null,
      path,
      draft: of,
      base: at,
      inPlace: [],
      references: [],
    });
    if (typeof schema === "boolean" && draft !== "4") {
      const made = node(draft, base);
      nodes.push(made);
      return made;
    }
    if (!isObject(schema)) {
      invalid(path, draft === "4" ? "a schema is an object" : "a schema is an object, true or false");
      return undefined;
    }
    const own = ownDraft(schema, path, draft);
    const idPath = `${path}.${own === "4" ? "id" : "$id"}`;
    const id = boundedId(schema, own, idPath);
    const at = id === undefined ? base : resolved(base, id, idPath);
    const isAnchor = id?.startsWith("#") === true && isOld(own);
    const made = node(own, isAnchor ? base : at);
    nodes.push(made);
    byValue.set(schema, made);
    if (id !== undefined) targets.set(isAnchor ? `${base}${id}` : at, schema);
    const anchor = schema["$anchor"];
    if (typeof anchor === "string") targets.set(`${made.base}#${anchor}`, schema);
    if (schema[DYNAMIC] !== undefined)
      tell({ code: "unsupported", path: `${path}.${DYNAMIC}`, problem: "`$ref`, which leads to one place" });
    for (const [keyword, value] of Object.entries(schema)) {
      const shape = KEYWORDS[own].get(keyword);
      if (shape !== undefined && value !== undefined) take(made, keyword, value, shape, `${path}.${keyword}`, depth);
    }
    return made;
  }

  /** T17: each reference is resolved against its base anew, so that neither may be long. */
  function isTooLong(address: string, path: string): boolean {
    if (address.length <= MAX_ADDRESS_CHARACTERS) return false;
    tell({ code: "too_large", path, problem: `an address has at most ${MAX_ADDRESS_CHARACTERS} characters` });
    return true;
  }

  function boundedId(schema: JsonObject, draft: Draft, path: string): string | undefined {
    const id = idOf(schema, draft);
    return id === undefined || isTooLong(id, path) ? undefined : id;
  }

  function resolved(base: string, id: string, path: string): string {
    const at = resolveUri(base, id).replace(/#$/, "");
    return isTooLong(at, path) ? base : at;
  }

  function ownDraft(schema: JsonObject, path: string, draft: Draft): Draft {
    const named = schema["$schema"];
    if (typeof named !== "string") return draft;
    const found = draftNamed(named);
    if (found === undefined)
      tell({ code: "unknown_draft", path: `${path}.$schema`, problem: "JSON Schema 2020-12, 2019-09, 7, 6 or 4", quote: named });
    else if (path !== "" && usedAs(found) !== usedAs(draft))
      tell({ code: "unsupported", path: `${path}.$schema`, problem: "the draft of the whole schema", quote: named });
    return found ?? draft;
  }

  function take(node: SchemaNode, keyword: string, value: JsonValue, shape: Shape, path: string, depth: number): void {
    const below = (schema: JsonValue | undefined, at: string): void => {
      const child = visit(schema, at, node.draft, node.base, depth + 1);
      if (child !== undefined && IN_PLACE.has(keyword)) node.inPlace.push(child);
    };
    const problem = problemOf(shape, value, node.draft);
    if (problem !== undefined) {
      invalid(path, problem);
      return;
    }
    if (shape === "pattern" && typeof value === "string") patterns.push({ path, pattern: value });
    if (shape === "reference" && keyword !== DYNAMIC && typeof value === "string" && !isTooLong(value, path))
      node.references.push({ keyword, value });
    if (shape === "schema" || (shape === "schema_or_boolean" && typeof value !== "boolean")) below(value, path);
    else if (shape === "some_schemas" || shape === "schema_or_some_schemas") {
      if (Array.isArray(value)) for (const [index, item] of value.entries()) below(item, `${path}[${index}]`);
      else below(value, path);
    } else if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (shape === "schemas_by_pattern") patterns.push({ path: `${path}.${name}`, pattern: name });
        if (shape === "schemas_by_name" || shape === "schemas_by_pattern") below(member, `${path}.${name}`);
        if (shape === "dependencies" && !Array.isArray(member)) below(member, `${path}.${name}`);
      }
    }
  }

  visit(root, "", "2020-12", "", 0);
  return { nodes, byValue, targets, patterns };
}

const limitInWords = ({ maxDepth, maxSubschemas }: SchemaLimits, depth: number): string =>
  depth > maxDepth ? `at most ${maxDepth} levels` : `at most ${maxSubschemas} subschemas`;

const TYPES: ReadonlySet<JsonValue> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);
const isNumber = (value: JsonValue): boolean => typeof value === "number" || typeof value === "bigint";
const areStrings = (value: JsonValue): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === "string") && new Set(value).size === value.length;

/** What is allowed, where the value is something else. Subschemas are looked at when they are visited. */
export function problemOf(shape: Shape, value: JsonValue, draft: Draft): string | undefined {
  const unless = (fine: boolean, allowed: string): string | undefined => (fine ? undefined : allowed);
  switch (shape) {
    case "any":
    case "schema":
    case "schema_or_boolean":
      return undefined;
    case "string":
    case "pattern":
    case "reference":
      return unless(typeof value === "string", "a text");
    case "anchor":
      return unless(
        typeof value === "string" && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value),
        "a name of letters, digits, `-`, `.` and `_`",
      );
    case "boolean":
      return unless(typeof value === "boolean", "true or false");
    case "number":
      return unless(isNumber(value), "a number");
    case "positive":
      return unless(isNumber(value) && Number(value) > 0, "a number above 0");
    case "count":
      return unless(isNumber(value) && Number(value) >= 0 && Number.isInteger(Number(value)), "an integer of at least 0");
    case "array":
      return unless(Array.isArray(value), "a list");
    case "some_values":
      return unless(Array.isArray(value) && value.length > 0, "a list that is not empty");
    case "strings":
      return unless(areStrings(value), "a list of different texts");
    case "some_strings":
      return unless(areStrings(value) && Array.isArray(value) && value.length > 0, "a list of different texts that is not empty");
    case "types":
      return unless(
        TYPES.has(value) ||
          (areStrings(value) && Array.isArray(value) && value.length > 0 && value.every((each) => TYPES.has(each))),
        `one of ${[...TYPES].join(", ")}, or a list of them`,
      );
    case "some_schemas":
      return unless(Array.isArray(value) && value.length > 0, "a list of schemas that is not empty");
    case "schema_or_some_schemas":
      return unless(!Array.isArray(value) || value.length > 0, "a schema, or a list of them");
    case "flags":
      return unless(
        isObject(value) && Object.values(value).every((each) => typeof each === "boolean"),
        "an object of true and false",
      );
    case "schemas_by_name":
    case "schemas_by_pattern":
      return unless(isObject(value), "an object of schemas");
    case "strings_by_name":
      return unless(
        isObject(value) && Object.values(value).every((each) => each !== undefined && areStrings(each)),
        "an object of lists of texts",
      );
    case "dependencies":
      return unless(
        isObject(value) &&
          Object.values(value).every((each) => !Array.isArray(each) || (areStrings(each) && (draft !== "4" || each.length > 0))),
        "an object of schemas or lists of texts",
      );
  }
}
