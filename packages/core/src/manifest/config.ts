import type { JsonValue } from "../encoding/index.ts";
import type { TomlNode } from "../toml/index.ts";
import { all, LABEL, must, NOT_BLANK, unique } from "./checks.ts";
import type { Fields } from "./fields.ts";
import { trimmed } from "./identifier.ts";
import { toJson } from "./json-schema.ts";
import type { ConfigProperty, OperatorConfig } from "./manifest.ts";

const TYPES = ["string", "integer", "number", "boolean", "string_list"] as const;

/** Spec 2.1, `[operator.config]`: what an operator may set. */
export function readConfig(fields: Fields): OperatorConfig {
  const schema_version = fields.u32("schema_version", 1);
  const node = fields.node("schema_version");
  if (node?.kind === "integer" && node.value === 0n)
    fields.faults.value(node, { problem: "schema version 0", allowed: "1 or above" });
  const properties = fields.defaulted("properties", readProperties);
  const declared = must((key) => Object.hasOwn(properties, key), "not declared", "a key of operator.config.properties");
  return { schema_version, required: fields.texts("required", declared), properties };
}

/** By key, without a prototype: `__proto__` is an ordinary one. */
function readProperties(fields: Fields): OperatorConfig["properties"] {
  const properties: Record<string, ConfigProperty> = Object.create(null);
  for (const key of fields.keys(LABEL)) properties[key] = fields.nested(key, readProperty);
  return properties;
}

function readProperty(fields: Fields): ConfigProperty {
  const type = fields.word("type", TYPES);
  const title = fields.optionalText("title", NOT_BLANK);
  const description = fields.optionalText("description", NOT_BLANK);
  const redacted = fields.flag("redacted", false);
  const enum_values = fields.texts("enum_values", all(NOT_BLANK, unique(trimmed)));
  const enumNode = fields.node("enum_values");
  if (enumNode !== undefined && enum_values.length > 0 && type !== undefined && type !== "string")
    fields.faults.value(enumNode, { problem: `enum_values of a property of type ${type}`, allowed: 'only with type "string"' });
  const node = fields.node("default");
  const value = node === undefined ? undefined : readDefault(fields, node, type, enum_values);
  return {
    type: type ?? "string",
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(value === undefined ? {} : { default: value }),
    redacted,
    ...(enum_values.length === 0 ? {} : { enum_values }),
  };
}

function readDefault(
  fields: Fields,
  node: TomlNode,
  type: ConfigProperty["type"] | undefined,
  words: readonly string[],
): JsonValue {
  if (type === undefined || node.kind === "invalid") return null;
  if (!isOfType(node, type)) fields.faults.value(node, { problem: "default of another type", allowed: type });
  else if (node.kind === "string" && words.length > 0 && !words.includes(node.value))
    fields.faults.value(node, { problem: "default that is not allowed", allowed: "one of enum_values" });
  else return toJson(node, fields.faults);
  return null;
}

function isOfType(node: TomlNode, type: ConfigProperty["type"]): boolean {
  if (type === "string_list") return node.kind === "array" && node.items.every(({ kind }) => kind === "string");
  if (type === "number") return node.kind === "integer" || node.kind === "float";
  return node.kind === type;
}
