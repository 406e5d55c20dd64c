/**
 * A tool as those want it who hand it to a model: clients of MCP, and the APIs of two providers (spec 10.6). Its words are a stranger's.
 */
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import type { RunnableTool } from "../../execution/index.ts";
import { isList, plainJson } from "./plain-json.ts";

/** What of it is shown, and what the signed manifest asks for, as far as its user can be told. */
export interface ShownTool {
  readonly id: string;
  /** Where no dots are taken. */
  readonly modelName: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly skillId: string;
  readonly version: string;
  readonly publisher: string;
  readonly uses: {
    readonly hosts: readonly string[];
    readonly writeRoots: readonly string[];
    /** The publisher itself calls it sensitive. */
    readonly sensitive: boolean;
  };
}

export function shownTool(tool: RunnableTool): ShownTool {
  const { toolId, modelName, name, description, inputSchema, outputSchema, skillId, version, publisher, risk, capabilities } =
    tool;
  const { http_egress_allowlist: hosts, filesystem } = capabilities;
  const uses = { hosts, writeRoots: filesystem.write_roots, sensitive: risk.default_sensitive };
  return { id: toolId, modelName, title: name, description, inputSchema, outputSchema, skillId, version, publisher, uses };
}

/** As `tools/list` has it. @param names `model`: for clients that hand it on to the API of a model as it is */
export function mcpTool(tool: ShownTool, names: "id" | "model" = "id") {
  const { id, modelName, title, description, skillId, version, publisher } = tool;
  const outputSchema = outputSchemaOf(tool);
  return {
    name: names === "model" ? modelName : id,
    title,
    description,
    inputSchema: argumentsSchema(names === "model" ? parametersOf(tool).parameters : tool.inputSchema),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations: annotationsOf(tool),
    _meta: { "palyra.dev/skill": { skill_id: skillId, version, publisher } },
  };
}

/** Both APIs refuse all tools of a request for one whose schema has these at its top; the host holds the arguments against all of it. */
const NOT_AT_TOP = ["oneOf", "anyOf", "allOf", "not", "enum"] as const;
/** Characters of a description, by OpenAI's API. */
const MAX_OPENAI_DESCRIPTION = 1024;

export interface ApiTool {
  readonly tool: JsonObject;
  /** What of it the API does not take. */
  readonly lacks: readonly string[];
}

export function openAiTool(tool: ShownTool): ApiTool {
  const { parameters, left } = parametersOf(tool);
  const points = [...tool.description];
  const isLong = points.length > MAX_OPENAI_DESCRIPTION;
  const description = isLong ? `${points.slice(0, MAX_OPENAI_DESCRIPTION - 1).join("")}…` : tool.description;
  const lacks = isLong ? [...left, `the end of its description, which has ${points.length} characters`] : left;
  return { tool: { type: "function", function: { name: tool.modelName, description, parameters } }, lacks };
}

export function anthropicTool(tool: ShownTool): ApiTool {
  const { parameters, left } = parametersOf(tool);
  return { tool: { name: tool.modelName, description: tool.description, input_schema: parameters }, lacks: left };
}

function parametersOf({ inputSchema }: ShownTool): { readonly parameters: JsonObject; readonly left: readonly string[] } {
  const left = NOT_AT_TOP.filter((keyword) => Object.hasOwn(inputSchema, keyword));
  const kept = Object.entries(inputSchema).filter(([name]) => !left.some((keyword) => keyword === name));
  const parameters: JsonObject = { properties: {}, ...Object.fromEntries(kept), type: "object" };
  return { parameters, left: left.map((keyword) => `${keyword} at the top of its schema`) };
}

/** Arguments are an object, whatever a publisher says. */
const argumentsSchema = (schema: JsonObject) => ({ ...plainJson(schema), type: "object" as const });

const DIALECTS: readonly unknown[] = [
  undefined,
  "https://json-schema.org/draft/2020-12/schema",
  "http://json-schema.org/draft-07/schema",
  "http://json-schema.org/draft-07/schema#",
];

/**
 * Clients compile it when they list, all tools' by one validator: one that it does not take costs them every tool, and an `$id` stands for whichever
 * tool said it first (T19, T27). The answer comes structured without it, too.
 */
function outputSchemaOf({ outputSchema }: ShownTool) {
  const isTaken = outputSchema["type"] === "object" && DIALECTS.includes(outputSchema["$schema"]) && isHarmless(outputSchema);
  return isTaken ? { ...plainJson(outputSchema), type: "object" as const } : undefined;
}

function isHarmless(value: JsonValue | undefined): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (isList(value)) return value.every(isHarmless);
  const { pattern, patternProperties } = value;
  const names = typeof patternProperties === "object" && patternProperties !== null ? Object.keys(patternProperties) : [];
  const patterns = typeof pattern === "string" ? [pattern, ...names] : names;
  if (!patterns.every(isPattern)) return false;
  return Object.entries(value).every(([name, each]) => PECULIAR.get(name)?.(each) !== true && isHarmless(each));
}

const isText = (value: JsonValue | undefined): boolean => typeof value === "string";
const isNoSchema = (value: JsonValue | undefined): boolean => typeof value !== "object";

/** What ajv, with which most clients compile, makes of keywords beside those of the drafts: it throws, or answers by another schema, or later. */
const PECULIAR = new Map<string, (value: JsonValue | undefined) => boolean>([
  ["$id", isText],
  ["id", isText],
  ["$async", (value) => value === true],
  ["nullable", (value) => typeof value === "boolean"],
  ["enum", (value) => Array.isArray(value) && value.length === 0],
  ["formatMinimum", isNoSchema],
  ["formatMaximum", isNoSchema],
  ["formatExclusiveMinimum", isNoSchema],
  ["formatExclusiveMaximum", isNoSchema],
]);

/** As validators compile them; it is held against nothing here. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

/** Hints for the client's user, of what the signed manifest declares and the sandbox enforces, never of what the publisher says of itself. */
function annotationsOf({ title, uses: { hosts, writeRoots } }: ShownTool) {
  const changes = hosts.length > 0 || writeRoots.length > 0;
  return {
    title,
    readOnlyHint: !changes,
    // What may write can overwrite, and what may send can send anything.
    ...(changes ? { destructiveHint: true, idempotentHint: false } : {}),
    openWorldHint: hosts.length > 0,
  };
}
