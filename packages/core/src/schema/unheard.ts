import { type JsonValue, nearest } from "../encoding/index.ts";
import { type Draft, KEYWORDS } from "./keywords.ts";
import { isObject } from "./resources.ts";
import { problemOf, type SchemaLimits, walkSchema } from "./walk.ts";

/** A word that stands where keywords do and means nothing there: what it was to forbid passes. */
export interface Unheard {
  /** Below the schema: `.properties.a.requried`. */
  readonly path: string;
  readonly keyword: string;
  /** The draft that the schema is of. */
  readonly draft: Draft;
  /** The keyword that was probably meant; absent where this one is a keyword of other drafts. */
  readonly like?: string;
}

/**
 * Misspelt keywords and those of another draft. JSON Schema lets anybody add words of their own, which is why no check of a
 * schema fails for them: only what is like a keyword is told. None of what says nothing of values (`x-…`, `example`).
 */
export function unheardKeywords(schema: JsonValue, limits: SchemaLimits): readonly Unheard[] {
  const { nodes } = walkSchema(schema, limits, () => {});
  return nodes.flatMap(({ schema, path, draft }) => {
    if (!isObject(schema)) return [];
    return Object.entries(schema).flatMap(([keyword, value]): Unheard[] => {
      if (value === undefined || KEYWORDS[draft].has(keyword) || keyword.startsWith("x-") || OTHERS.has(keyword)) return [];
      const at = { path: `${path}.${keyword}`, keyword, draft };
      if (Object.values(KEYWORDS).some((of) => of.has(keyword))) return HARMLESS.has(keyword) ? [] : [at];
      const like = nearestKeyword(keyword, value, draft);
      return like === undefined ? [] : [{ ...at, like }];
    });
  });
}

/** Of OpenAPI, which schemas are often taken from, and like a keyword: they say something else. */
const OTHERS: ReadonlySet<string> = new Set(["example", "xml"]);

/** Remarks in one draft, and said in others; `$defs` are found by a pointer in every draft. */
const HARMLESS: ReadonlySet<string> = new Set(
  "$comment examples readOnly writeOnly deprecated contentMediaType contentEncoding contentSchema $defs $vocabulary id".split(
    " ",
  ),
);

/** Letters of a word that may be like another by chance: only what has that keyword's kind of value is a slip of it. */
const SHORT = 5;

function nearestKeyword(typed: string, value: JsonValue, draft: Draft): string | undefined {
  const keywords = KEYWORDS[draft];
  const lower = typed.toLowerCase();
  const like = [...keywords.keys()].find((keyword) => keyword.toLowerCase() === lower) ?? nearest(typed, [...keywords.keys()]);
  const shape = like === undefined ? undefined : keywords.get(like);
  if (shape === undefined) return undefined;
  const isSchema = shape === "schema" || shape === "schema_or_boolean";
  const fits = problemOf(shape, value, draft) === undefined && (!isSchema || isObject(value) || typeof value === "boolean");
  return fits || typed.length >= SHORT ? like : undefined;
}
