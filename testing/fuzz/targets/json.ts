import {
  encodeUtf8,
  JsonFault,
  type JsonNode,
  parseJson,
  toValue,
  writeJson,
} from "../../../packages/core/src/encoding/index.ts";
import { sharedFiles } from "../corpus.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { JSON_PIECES, mutateText } from "../text.ts";

/** What JSON.parse takes and we do not. */
const STRICTER: readonly string[] = ["repeated key", "lone surrogate", "byte order mark", "not UTF-8", "too many values"];

const SEEDS = ['{"a":[1,-2.5e3,"\\u00e9\\n",null,true,{}],"":{"b":18446744073709551615}}', '[[],{"__proto__":1}]', '" "', "-0"];

/** RFC 8259: what is read, JSON.parse reads as the same value; what only we refuse is refused for a reason that is listed. */
export const json: Target = {
  name: "json",
  seeds: async (root) => ({
    good: [...SEEDS.map((text) => encodeUtf8(text)), ...sharedFiles(root, "conformance/trust/stores", ".json")],
    bad: sharedFiles(root, "corpora/json-test-suite/test_parsing", ".json"),
  }),
  make: (random, corpus) => mutateText(corpus, random, JSON_PIECES),
  check,
};

function check(input: Uint8Array): Outcome {
  const theirs = oracle(input);
  const ours = read(input);
  if (ours instanceof JsonFault) {
    const { problem } = ours;
    if (theirs !== undefined && !STRICTER.includes(problem) && !/deep|number|large|surrogate/.test(problem))
      throw new Broken("what JSON.parse takes is refused for a listed reason", problem);
    if (ours.line < 1 || ours.column < 1 || ours.offset > input.length) throw new Broken("a fault lies in the text", ours);
    return refusedWith(problem);
  }
  if (theirs === undefined) throw new Broken("JSON.parse reads it as well", input);
  mustEqual("JSON.parse reads the same value", rounded(ours), asMaps(theirs.value));
  const value = toValue(ours);
  for (const indent of [0, 2] as const) {
    const again = toValue(parseJson(writeJson(value, { indent })));
    mustEqual("what is written reads as the same value", digits(again), digits(value));
  }
  return ACCEPTED;
}

/** Numbers by their digits: a float without a fraction is written as an integer is, and read as one. */
function digits(value: unknown): unknown {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(digits);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, digits(member)]));
}

function read(input: Uint8Array): JsonNode | JsonFault {
  try {
    return parseJson(input);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
}

function oracle(input: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input)) };
  } catch {
    return undefined;
  }
}

/** With integers rounded as JSON.parse does, and objects as Maps. */
function rounded(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "integer":
      return Number(node.value);
    case "array":
      return node.items.map(rounded);
    case "object":
      return new Map([...node.members].map(([key, member]) => [key, rounded(member)]));
    default:
      return node.value;
  }
}

function asMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, asMaps(member)]));
}
