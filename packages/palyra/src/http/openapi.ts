/** The API's own page (OpenAPI 3.1), made of the routes and of the schemas that check requests. */
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { unwrapped } from "../operations/field.ts";
import { VERSION } from "../version.ts";
import { PROBLEM_TYPE } from "./problem.ts";
import type { Route } from "./route.ts";
import type { Entries } from "./wire.ts";

type Json = { readonly [key: string]: unknown };

export function openApiPage(routes: readonly Route[]): Json {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "palyrad",
      version: VERSION,
      description: "Administration of the skills of one state root. Errors are problem documents (RFC 9457).",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: PROBLEM },
    },
  };
}

function operationOf({ id, summary, access, wire, answer, types = ["application/json"], refusals = [] }: Route): Json {
  const own = [400, 403, 429, 431, 500, 503, ...(access === "open" ? [] : [401]), ...(hasFields(wire.body) ? [413, 415] : [])];
  const statuses = [...new Set([...own, ...refusals])].toSorted((one, other) => one - other);
  const schema = answer === undefined ? { type: "string" } : schemaOf(answer);
  return {
    operationId: id,
    summary,
    ...(access === "open" ? { security: [] } : { security: [{ token: [] }] }),
    parameters: [...parametersOf("path", wire.path), ...parametersOf("query", wire.query), ...(access === "admin" ? CALLER : [])],
    ...(hasFields(wire.body) ? { requestBody: bodyOf(wire.body) } : {}),
    responses: {
      200: {
        description: "Done",
        content: Object.fromEntries(
          types.map((type) => [type, { schema: type === "application/json" ? schema : { type: "string" } }]),
        ),
      },
      ...Object.fromEntries(statuses.map((status) => [status, REFUSED])),
    },
  };
}

const hasFields = (entries: Entries): boolean => Object.keys(entries).length > 0;
const isRequired = (schema: v.GenericSchema): boolean => unwrapped(schema) === schema;

function parametersOf(where: "path" | "query", entries: Entries): Json[] {
  return Object.entries(entries).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path" || isRequired(schema),
    ...described(schema),
    schema: schemaOf(schema),
  }));
}

function bodyOf(entries: Entries): Json {
  const required = Object.values(entries).some(isRequired);
  return { required, content: { "application/json": { schema: schemaOf(v.strictObject({ ...entries })) } } };
}

function described(schema: v.GenericSchema): Json {
  const said: Json = v.getMetadata(unwrapped(schema));
  return typeof said["help"] === "string" ? { description: said["help"] } : {};
}

/** Checks that no JSON Schema can say stay checks of ours. */
function schemaOf(schema: v.GenericSchema): Json {
  const { $schema: _, ...made } = toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" });
  return made;
}

const CALLER: readonly Json[] = [
  {
    name: "x-palyra-principal",
    in: "header",
    required: true,
    description: "Who asks, for the journal",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,256}$" },
  },
  {
    name: "x-palyra-device-id",
    in: "header",
    required: true,
    description: "From which device, a ULID",
    schema: { type: "string", pattern: "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$" },
  },
  {
    name: "x-palyra-channel",
    in: "header",
    required: false,
    description: "Through which channel",
    schema: { type: "string", minLength: 1, maxLength: 256 },
  },
];

const REFUSED = {
  description: "Refused",
  content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
};

const PROBLEM = {
  type: "object",
  required: ["type", "title", "status", "detail", "instance", "code", "details", "hint"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    code: { type: "string" },
    details: { type: "object" },
    hint: { type: ["string", "null"] },
  },
};
