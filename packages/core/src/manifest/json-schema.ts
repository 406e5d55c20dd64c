import { compareUtf8, type JsonObject, type JsonValue } from "../encoding/index.ts";
import type { TomlNode, TomlTable } from "../toml/index.ts";
import type { Faults } from "./faults.ts";

/** A table of TOML as JSON: no prototype, keys ascending by their UTF-8 bytes (spec 11.2). */
export function toJsonObject(table: TomlTable, faults: Faults): JsonObject {
  const object: Record<string, JsonValue> = Object.create(null);
  for (const key of [...table.members.keys()].sort(compareUtf8)) {
    const node = table.members.get(key)?.node;
    if (node !== undefined) object[key] = toJson(node, faults);
  }
  return object;
}

/**
 * A value of TOML as JSON. Integers that a double cannot hold are bigints. Dates, `inf` and `nan` have no JSON and are
 * faults (spec 2).
 */
export function toJson(node: TomlNode, faults: Faults): JsonValue {
  switch (node.kind) {
    case "table":
      return toJsonObject(node, faults);
    case "array":
      return node.items.map((item) => toJson(item, faults));
    case "integer": {
      const number = Number(node.value);
      return Number.isSafeInteger(number) ? number : node.value;
    }
    case "float":
      if (!Number.isFinite(node.value))
        faults.value(node, { problem: "number that is not finite", allowed: "what JSON can hold" });
      return node.value;
    case "date":
      faults.value(node, { problem: "date", allowed: "what JSON can hold" });
      return null;
    case "invalid":
      return null;
    default:
      return node.value;
  }
}
