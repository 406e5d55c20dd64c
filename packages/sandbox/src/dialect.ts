/**
 * In which draft of JSON Schema a stranger's schema is written, and whether it uses what the validator does not know: what it would pass over would let
 * documents pass that the schema forbids. Names that no draft gives a meaning are passed over, as the drafts have it.
 */
import type { SchemaDraft } from "@cfworker/json-schema";
import type { DoubleJson } from "palyra-skills/encoding";

const DRAFTS: ReadonlyMap<string, SchemaDraft> = new Map([
  ["https://json-schema.org/draft/2020-12/schema", "2020-12"],
  ["https://json-schema.org/draft/2019-09/schema", "2019-09"],
  ["http://json-schema.org/draft-07/schema", "7"],
  ["http://json-schema.org/draft-06/schema", "7"],
  ["http://json-schema.org/draft-04/schema", "4"],
]);
const DEFAULT: SchemaDraft = "2020-12";

/** References that are followed by how the validator came there; the validator does not follow them at all. */
const DYNAMIC = "$dynamicRef";
/** Their values are documents, not schemas. */
const DOCUMENTS: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);
/** Their members are schemas by names that an author chose. */
const BY_NAME: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

/** Throws for a draft that is not known, another one within, and what the validator would pass over. */
export function draftOf(schema: DoubleJson): SchemaDraft {
  const draft = named(schema) ?? DEFAULT;
  const waiting = [schema];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      waiting.push(...next);
      continue;
    }
    if (Object.hasOwn(next, DYNAMIC)) throw new TypeError(`${DYNAMIC} is not supported`);
    if ((named(next) ?? draft) !== draft) throw new TypeError("a schema of another draft is within it");
    for (const [name, value] of Object.entries(next)) {
      if (DOCUMENTS.has(name)) continue;
      if (BY_NAME.has(name) && typeof value === "object" && value !== null) waiting.push(...Object.values(value));
      else waiting.push(value);
    }
  }
  return draft;
}

function named(schema: DoubleJson): SchemaDraft | undefined {
  const name = typeof schema === "object" && schema !== null && !Array.isArray(schema) ? schema["$schema"] : undefined;
  if (typeof name !== "string") return undefined;
  const draft = DRAFTS.get(name.replace(/#$/, "").replace(/^https?(?=:\/\/json-schema\.org\/draft-)/, "http"));
  if (draft === undefined) throw new TypeError("it is written in a draft that is not known");
  return draft;
}
