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
export const toValue = (node: JsonNode): JsonValue => converted(node, fromInteger);

/** As any other reader of JSON in JavaScript has it, validators of schemas among them: every number is a double, rounded where it must be. */
export const toDoubles = (node: JsonNode): DoubleJson => converted(node, Number);

export type DoubleJson = PlainJson<number>;
type PlainJson<Integer> =
  | null
  | boolean
  | number
  | string
  | Integer
  | PlainJson<Integer>[]
  | { [key: string]: PlainJson<Integer> };

/** Objects have no prototype: `constructor` is a key like any other. */
function converted<Integer>(node: JsonNode, integerOf: (value: bigint) => Integer): PlainJson<Integer> {
  switch (node.kind) {
    case "null":
      return null;
    case "integer":
      return integerOf(node.value);
    case "array":
      return node.items.map((item) => converted(item, integerOf));
    case "object": {
      const value: { [key: string]: PlainJson<Integer> } = Object.create(null);
      for (const [key, member] of node.members) value[key] = converted(member, integerOf);
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
