/**
 * How an operation's input comes over HTTP: its fields in snake case, from the path, the query of a GET or the JSON body of a POST, checked
 * with the schemas that the command line uses. What is not a field of the route is refused.
 */
import type { IncomingMessage } from "node:http";
import type { Fault } from "palyra-skills";
import type { JsonValue } from "palyra-skills/encoding";
import * as v from "valibot";
import { unwrapped } from "../operations/field.ts";
import type { HttpRoute, RawInput } from "../operations/operation.ts";
import { readBody } from "./body.ts";
import { Refusal } from "./refusal.ts";

export type Entries = { readonly [field: string]: v.GenericSchema };

/** Where fields are taken from, by their names on the wire. */
export interface Wire {
  readonly path: Entries;
  readonly query: Entries;
  readonly body: Entries;
}

export const NO_WIRE: Wire = { path: {}, query: {}, body: {} };

/** @param more of the query, beside the operation's own fields */
export function wireOf({ method, path, fields, required = [] }: HttpRoute, entries: Entries, more: Entries = {}): Wire {
  const inPath = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => camelCase(name ?? ""));
  const given = named(fields, entries, (name, schema) => (required.includes(name) ? mandatory(schema) : schema));
  return {
    path: named(inPath, entries, (_, schema) => unwrapped(schema)),
    query: method === "GET" ? { ...given, ...more } : more,
    body: method === "POST" ? given : {},
  };
}

function named(
  names: readonly string[],
  entries: Entries,
  use: (name: string, schema: v.GenericSchema) => v.GenericSchema,
): Entries {
  return Object.fromEntries(
    names.map((name) => {
      const schema = entries[name];
      if (schema === undefined) throw new TypeError(`a route has the field ${name}, and its operation does not`);
      return [snakeCase(name), use(name, schema)];
    }),
  );
}

/** A flag that must be there says nothing but yes (spec 8: `override: true`). */
function mandatory(schema: v.GenericSchema): v.GenericSchema {
  const inner = unwrapped(schema);
  return inner.type === "boolean" ? v.literal(true, "must be true") : inner;
}

/** The fields of a request, under the names that the operation knows. `InvalidRequest`, and what `readBody` throws. */
export async function readWire(
  wire: Wire,
  path: { readonly [name: string]: string },
  query: URLSearchParams,
  request: IncomingMessage,
): Promise<RawInput> {
  const faults: Fault[] = [];
  const fields = [
    ...checked(wire.path, path, "path", faults),
    ...checked(wire.query, readQuery(wire.query, query, faults), "query", faults),
    ...(request.method === "POST" ? checked(wire.body, objectOf(await readBody(request)), "body", faults) : []),
  ];
  if (faults.length > 0) throw new Refusal("InvalidRequest", "the request is not what this route takes", { faults });
  return Object.fromEntries(fields.map(([name, value]) => [camelCase(name), value]));
}

function checked(entries: Entries, value: object, where: string, faults: Fault[]): [string, unknown][] {
  const parsed = v.safeParse(v.strictObject({ ...entries }), value);
  if (parsed.success) return Object.entries(parsed.output);
  for (const issue of parsed.issues) {
    const key = (issue.path ?? []).map(({ key }) => String(key)).join(".");
    faults.push({ path: `${where}.${key.slice(0, 100)}`, problem: problemOf(issue) });
  }
  return [];
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") return "unknown field";
  if (issue.input === undefined) return "missing";
  return issue.kind === "schema" && issue.message.startsWith("Invalid ")
    ? `not of the type ${issue.expected ?? "wanted"}`
    : issue.message;
}

/** Texts of a query as what their fields are. */
function readQuery(entries: Entries, query: URLSearchParams, faults: Fault[]): { readonly [name: string]: unknown } {
  const read: { [name: string]: unknown } = Object.create(null);
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const [first = ""] = values;
    const type = entries[name] === undefined ? undefined : unwrapped(entries[name]).type;
    if (type === "array") read[name] = values;
    else if (values.length > 1) faults.push({ path: `query.${name.slice(0, 100)}`, problem: "there more than once" });
    else if (type === "boolean") read[name] = first === "true" ? true : first === "false" ? false : first;
    else if (type === "number") read[name] = /^[0-9]{1,15}$/.test(first) ? Number(first) : first;
    else read[name] = first;
  }
  return { ...read };
}

function objectOf(body: JsonValue | undefined): object {
  if (body === undefined) return {};
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw new Refusal("InvalidRequest", "the body is no JSON object");
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
