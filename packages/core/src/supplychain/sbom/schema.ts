/** Is an SBOM as the official JSON schema of its version of CycloneDX wants it? */
import { type JsonNode, type JsonObjectNode, type JsonValue, shorten, toDoubles } from "../../encoding/index.ts";
import { memberOf, type NodePlace, textOf, under } from "../nodes.ts";
import { type MakeValidator, type SchemaError, TooManySchemaErrors, validationTools } from "./validation.ts";

export type SbomValidity =
  | { readonly state: "valid"; readonly version: string }
  /** There is no JSON schema for what it names. */
  | { readonly state: "unknown_version"; readonly version: string; readonly place: NodePlace }
  | {
      readonly state: "invalid";
      readonly version: string;
      readonly faults: readonly SchemaFault[];
      /** All faults, or the first of too many. */
      readonly complete: boolean;
    };

export interface SchemaFault {
  /** The keyword of JSON Schema that does not hold: `required`, `enum`. */
  readonly keyword: string;
  /** What is wrong, as the second half of a sentence: ``has no `name` ``. */
  readonly problem: string;
  readonly place: NodePlace;
}

/** Each is some hundred kilobytes of code: loaded when an SBOM of that version is met, and made once. */
const SCHEMAS: ReadonlyMap<string, () => Promise<Schema>> = new Map([
  ["1.2", once(() => import("./generated/cyclonedx-1.2.js"))],
  ["1.3", once(() => import("./generated/cyclonedx-1.3.js"))],
  ["1.4", once(() => import("./generated/cyclonedx-1.4.js"))],
  ["1.5", once(() => import("./generated/cyclonedx-1.5.js"))],
  ["1.6", once(() => import("./generated/cyclonedx-1.6.js"))],
  ["1.7", once(() => import("./generated/cyclonedx-1.7.js"))],
]);

export const SBOM_VERSIONS: readonly string[] = [...SCHEMAS.keys()];

/** @param sbom as `openArtifact` gives it */
export async function validateSbom(sbom: JsonObjectNode): Promise<SbomValidity> {
  const named = sbom.members.get("specVersion");
  const version = textOf(named) ?? "";
  const load = SCHEMAS.get(version);
  if (load === undefined)
    return { state: "unknown_version", version, place: { path: "specVersion", offset: (named ?? sbom).offset } };
  const { errors, complete } = (await load())(toDoubles(sbom));
  if (errors.length === 0) return { state: "valid", version };
  return { state: "invalid", version, faults: told(errors).map((error) => toFault(error, sbom)), complete };
}

interface Found {
  readonly errors: readonly SchemaError[];
  readonly complete: boolean;
}
type Schema = (document: JsonValue) => Found;

function once(load: () => Promise<{ readonly make: MakeValidator }>): () => Promise<Schema> {
  let made: Schema | undefined;
  return async () => {
    made ??= schemaOf((await load()).make);
    return made;
  };
}

function schemaOf(make: MakeValidator): Schema {
  const { forget, ...tools } = validationTools();
  const validate = make(tools);
  return (document) => {
    try {
      return { errors: validate(document) ? [] : (validate.errors ?? []), complete: true };
    } catch (stopped) {
      if (stopped instanceof TooManySchemaErrors) return { errors: stopped.errors, complete: false };
      throw stopped;
    } finally {
      forget();
      validate.errors = null;
    }
  };
}

/**
 * Of a choice that fits nothing the faults of the branch that got furthest, else the choice's own: what is wrong with a name
 * is of no use as a dozen lines about all that might have stood there.
 */
function told(errors: readonly SchemaError[]): readonly SchemaError[] {
  const kept: SchemaError[] = [];
  for (const error of errors) {
    if (error.keyword !== "oneOf" && error.keyword !== "anyOf") kept.push(error);
    else {
      const within: SchemaError[] = [];
      for (let last = kept.at(-1); last !== undefined && isWithin(last, error); last = kept.at(-1)) {
        within.unshift(last);
        kept.pop();
      }
      const deepest = Math.max(...within.map(depth));
      kept.push(...(deepest > depth(error) ? within.filter((each) => depth(each) === deepest) : [error]));
    }
  }
  const seen = new Set<string>();
  return kept.filter((error) => {
    const text = `${error.instancePath} ${error.keyword} ${problemOf(error)}`;
    return seen.size < seen.add(text).size;
  });
}

const depth = ({ instancePath }: SchemaError): number => instancePath.split("/").length;
const isWithin = (inner: SchemaError, outer: SchemaError): boolean =>
  inner.instancePath === outer.instancePath || inner.instancePath.startsWith(`${outer.instancePath}/`);

function toFault(error: SchemaError, sbom: JsonObjectNode): SchemaFault {
  const extra = error.params["additionalProperty"];
  const pointer = typeof extra === "string" ? `${error.instancePath}/${escaped(extra)}` : error.instancePath;
  return { keyword: error.keyword, problem: problemOf(error), place: placeOf(pointer, sbom) };
}

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

function placeOf(pointer: string, sbom: JsonObjectNode): NodePlace {
  let node: JsonNode = sbom;
  let path = "";
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: JsonNode | undefined = node.kind === "array" ? node.items[Number(key)] : memberOf(node, key);
    if (next === undefined) break;
    path = under(path, node.kind === "array" ? Number(key) : key);
    node = next;
  }
  return { path, offset: node.offset };
}

function problemOf({ keyword, params }: SchemaError): string {
  const param = (name: string): string => shorten(String(params[name]));
  switch (keyword) {
    case "type":
      return `is not ${WORDS.get(param("type")) ?? `of type ${param("type")}`}`;
    case "required":
      return `has no \`${param("missingProperty")}\``;
    case "additionalProperties":
      return "is a field that the schema does not know";
    case "enum":
      return `is none of the values that the schema allows${allowed(params["allowedValues"])}`;
    case "pattern":
      return `is not of the form ${param("pattern")}`;
    case "format":
      return `is no ${param("format")}`;
    case "uniqueItems":
      return `has an item twice: the one at ${param("i")} stood there before`;
    case "oneOf":
      return params["passingSchemas"] === null ? "is of none of the forms that are allowed" : "is of two forms at once";
    case "anyOf":
      return "is of none of the forms that are allowed";
    case "dependencies":
    case "dependentRequired":
      return `has \`${param("property")}\` without \`${param("missingProperty")}\``;
    default:
      return params["limit"] === undefined ? `breaks \`${keyword}\`` : `breaks \`${keyword}\` (${param("limit")})`;
  }
}

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    string: "a text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
  }),
);

/** A short list is given whole; of a long one nobody reads the end. */
function allowed(values: unknown): string {
  return Array.isArray(values) && values.length <= 12 ? `: ${values.join(", ")}` : "";
}
