import type { TomlNode } from "palyra-skills/manifest";
import { TomlDate } from "smol-toml";

const bytes = new TextEncoder();
export const utf8 = (text: string): Uint8Array => bytes.encode(text);
export const textOf = (utf8Bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(utf8Bytes);

/** A tree without its places: tables as Maps, scalars with their type, dates by the kind only. */
export function tagged(node: TomlNode): unknown {
  switch (node.kind) {
    case "table":
      return new Map([...node.members].map(([key, member]) => [key, tagged(member.node)]));
    case "array":
      return node.items.map(tagged);
    case "date":
      return "date";
    case "invalid":
      return "invalid";
    default:
      return { type: node.kind, value: node.value };
  }
}

/** The same of what smol-toml reads with `integersAsBigInt`. */
export function taggedOracle(value: unknown): unknown {
  if (value instanceof TomlDate) return "date";
  if (Array.isArray(value)) return value.map(taggedOracle);
  if (typeof value === "bigint") return { type: "integer", value };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value !== "object" || value === null) return { type: typeof value, value };
  return new Map(Object.entries(value).map(([key, member]) => [key, taggedOracle(member)]));
}

/** What a function throws; fails where it throws nothing. */
export function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

export const BASE = `manifest_version = 2
skill_id = "acme.echo_http"
name = "Echo"
version = "1.0.0"
publisher = "acme"

[[entrypoints.tools]]
id = "acme.echo"
name = "echo"
description = "Echoes text"
input_schema = { type = "object" }
output_schema = { type = "object" }

[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
`;
