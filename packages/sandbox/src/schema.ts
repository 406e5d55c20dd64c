/**
 * Requests and answers against the schemas of a stranger's manifest (spec 10, steps 3 and 5). It runs here, in the process that is ended at its deadline,
 * for a stranger's regular expressions and combinations can take as long as they like. The validator interprets: no schema becomes code.
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import { type DoubleJson, JsonFault, type JsonObject, parseJson, toDoubles } from "palyra-skills/encoding";
import { draftOf } from "./dialect.ts";
import { failed, invalid, type Outcome, told } from "./ended.ts";

/** Faults that are told of one document. */
const MAX_TOLD = 8;

/** What is wrong with a request; undefined for nothing. */
export function requestFault(input: Uint8Array, schema: string): Outcome | undefined {
  const checked = check(input, schema);
  return checked === undefined ? undefined : invalid(checked.of === "schema" ? "input_schema" : "input", checked.details);
}

/** What is wrong with an answer. That is the tool's fault, not the caller's. */
export function answerFault(output: Uint8Array, schema: string): Outcome | undefined {
  const checked = check(output, schema);
  return checked === undefined ? undefined : failed(checked.of === "schema" ? "output_schema" : "output", checked.details);
}

interface Fault {
  readonly of: "document" | "schema";
  readonly details: JsonObject;
}

function check(document: Uint8Array, schema: string): Fault | undefined {
  let value: DoubleJson;
  try {
    value = toDoubles(parseJson(document));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { problem, line, column } = error;
    return { of: "document", details: { problem, line, column } };
  }
  try {
    const { valid, errors } = validatorOf(schema).validate(value);
    return valid ? undefined : { of: "document", details: { faults: errors.slice(0, MAX_TOLD).map(faultOf) } };
  } catch (error) {
    // A reference that leads nowhere or goes round, an expression that is none, a keyword of another type.
    return { of: "schema", details: { problem: told(error instanceof Error ? error.message : "it cannot be used") } };
  }
}

const faultOf = ({
  instanceLocation,
  keyword,
  error,
}: {
  instanceLocation: string;
  keyword: string;
  error: string;
}): JsonObject => ({
  path: told(instanceLocation),
  keyword: told(keyword),
  problem: told(error),
});

/** Those of a few tools: a process serves one skill. */
const kept = new Map<string, Validator>();
const MOST_KEPT = 16;

function validatorOf(text: string): Validator {
  const known = kept.get(text) ?? makeValidator(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, known);
  return known;
}

function makeValidator(text: string): Validator {
  const schema = toDoubles(parseJson(text));
  if (typeof schema === "boolean") return new Validator(schema);
  if (!isSchema(schema)) throw new TypeError("neither an object nor a boolean");
  return new Validator(schema, draftOf(schema));
}

const isSchema = (value: DoubleJson): value is Schema & { readonly [key: string]: DoubleJson } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
