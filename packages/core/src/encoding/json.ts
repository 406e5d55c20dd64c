/**
 * Values of JSON as this system handles them. Integers that a double cannot hold are bigints, so nothing is lost;
 * objects have no prototype, so `__proto__` and `constructor` are ordinary keys.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** A value with its place. `offset` is that of its first character, in UTF-16 code units of the text. */
export type JsonNode =
  | { readonly kind: "null"; readonly offset: number }
  | { readonly kind: "boolean"; readonly offset: number; readonly value: boolean }
  /** Written without fraction and exponent; exact. (`-0` is a float: an integer could not hold its sign.) */
  | { readonly kind: "integer"; readonly offset: number; readonly value: bigint }
  | { readonly kind: "float"; readonly offset: number; readonly value: number }
  | { readonly kind: "string"; readonly offset: number; readonly value: string }
  | JsonArrayNode
  | JsonObjectNode;

export interface JsonArrayNode {
  readonly kind: "array";
  readonly offset: number;
  readonly items: readonly JsonNode[];
}

export interface JsonObjectNode {
  readonly kind: "object";
  readonly offset: number;
  /** In the order of the text; no key twice. */
  readonly members: ReadonlyMap<string, JsonNode>;
}

/**
 * The plain value of a node. Integers become numbers where a double holds them safely, else bigints. Keys that look like
 * array indices come first, as in every JavaScript object.
 */
export function toValue(node: JsonNode): JsonValue {
  switch (node.kind) {
    case "null":
      return null;
    case "integer":
      return fromInteger(node.value);
    case "array":
      return node.items.map(toValue);
    case "object": {
      const value: { [key: string]: JsonValue } = Object.create(null);
      for (const [key, member] of node.members) value[key] = toValue(member);
      return value;
    }
    default:
      return node.value;
  }
}

/** An integer as a number where a double holds it and its neighbours, else as it is. */
export function fromInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
