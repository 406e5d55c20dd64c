import fc from "fast-check";
import { openArtifact, type VerifiedArtifact } from "../../src/artifact/index.ts";
import type { Manifest } from "../../src/manifest/index.ts";
import { parseManifest } from "../../src/manifest/index.ts";
import { build, SAMPLE } from "../artifact/samples.ts";
import { nodePlatform } from "../platforms.ts";

/** What a test says of a skill; the rest is as in the sample. */
export interface Model {
  readonly version?: string;
  readonly tools?: readonly ToolModel[];
  readonly hosts?: readonly string[];
  readonly secrets?: { readonly [scope: string]: readonly string[] };
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly devices?: readonly string[];
  readonly nodes?: readonly string[];
  readonly fuel?: number;
  readonly optIn?: readonly string[];
  readonly contracts?: readonly string[];
  readonly summary?: string;
  readonly required?: number;
}
export interface ToolModel {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  /** TOML. */
  readonly schema?: string;
  readonly sensitive?: boolean;
  readonly approval?: boolean;
}

const list = (values: readonly string[] = []): string => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;

function toml(model: Model): string {
  const { tools = [{ id: "acme.echo" }], secrets = {}, optIn = [], fuel = 10_000_000 } = model;
  return [
    "manifest_version = 2",
    'skill_id = "acme.echo_http"',
    'name = "Echo"',
    `version = "${model.version ?? "1.0.0"}"`,
    'publisher = "acme"',
    ...tools.flatMap((tool) => [
      "[[entrypoints.tools]]",
      `id = ${JSON.stringify(tool.id)}`,
      `name = ${JSON.stringify(tool.name ?? "echo")}`,
      `description = ${JSON.stringify(tool.description ?? "Echoes text")}`,
      `input_schema = ${tool.schema ?? '{ type = "object" }'}`,
      'output_schema = { type = "object" }',
      `risk = { default_sensitive = ${tool.sensitive ?? false}, requires_approval = ${tool.approval ?? false} }`,
    ]),
    "[capabilities]",
    `http_egress_allowlist = ${list(model.hosts)}`,
    `device_capabilities = ${list(model.devices)}`,
    `node_capabilities = ${list(model.nodes)}`,
    "[capabilities.filesystem]",
    `read_roots = ${list(model.read)}`,
    `write_roots = ${list(model.write)}`,
    ...Object.entries(secrets).flatMap(([scope, keys]) => [
      "[[capabilities.secrets]]",
      `scope = "${scope}"`,
      `key_names = ${list(keys)}`,
    ]),
    "[capabilities.quotas]",
    `fuel_budget = ${fuel}`,
    "[capabilities.wildcard_opt_in]",
    ...optIn.map((kind) => `${kind} = true`),
    "[compat]",
    "required_protocol_major = 1",
    'min_palyra_version = "0.1.0"',
    "[operator]",
    `summary = ${JSON.stringify(model.summary ?? "Echoes")}`,
    ...(model.contracts === undefined
      ? []
      : ["[operator.plugin]", `contracts = [${model.contracts.map((kind) => `{ kind = "${kind}", version = 1 }`).join(", ")}]`]),
    "",
  ].join("\n");
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const manifest = (model: Model = {}): Manifest => parseManifest(bytes(toml(model)));

export async function artifact(model: Model = {}, parts: Parameters<typeof build>[0] = {}): Promise<VerifiedArtifact> {
  const built = await build({ ...SAMPLE, manifest: bytes(toml(model)), ...parts });
  return openArtifact(built.bytes, nodePlatform);
}

const some = <T>(...values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 4 });
const HOSTS = ["a.example", "b.a.example", "A.example.", "*.example", "*.a.example", "b*.a.example", "*"];
const ROOTS = ["data", "data/in", "data/in/x", "data/*", "*/in", "other"];
const NAMES = ["cam", "cam.front", "cam.*", "*", "mic"];

/** Skills that have much in common. */
export const models: fc.Arbitrary<Model> = fc
  .record({
    version: fc.constantFrom("1.0.0", "1.1.0", "2.0.0"),
    tools: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom("acme.echo", "acme.say", "acme.pay"),
        name: fc.constantFrom("echo", "say"),
        description: fc.constantFrom("Echoes text", "Echoes text\u200b", "Says it"),
        schema: fc.constantFrom('{ type = "object" }', '{ type = "object", required = ["a"] }', "{ properties = { a = {} } }"),
        sensitive: fc.boolean(),
        approval: fc.boolean(),
      }),
      { minLength: 1, selector: ({ id }) => id },
    ),
    hosts: some(...HOSTS.filter((host) => host !== "A.example.")),
    keys: some(...NAMES),
    read: some(...ROOTS),
    write: some(...ROOTS),
    devices: some(...NAMES),
    nodes: some(...NAMES),
    fuel: fc.constantFrom(1, 5, 1_000),
    contracts: some("memory_provider", "context_engine"),
    summary: fc.constantFrom("Echoes", "Says"),
  })
  .map(({ keys, ...model }) => ({
    ...model,
    secrets: keys.length === 0 ? {} : { global: keys },
    optIn: ["filesystem", "http_egress", "secrets", "device", "node"],
  }));

/** One that asks for no more than another. */
export function narrower(model: Model): fc.Arbitrary<Model> {
  const { tools = [], hosts = [], read = [], write = [], devices = [], nodes = [], contracts = [], secrets = {} } = model;
  return fc
    .record({
      tools: fc.subarray([...tools], { minLength: 1 }),
      hosts: fc.subarray([...hosts]),
      read: fc.subarray([...read]),
      write: fc.subarray([...write]),
      devices: fc.subarray([...devices]),
      nodes: fc.subarray([...nodes]),
      contracts: fc.subarray([...contracts]),
      keys: fc.subarray([...(secrets["global"] ?? [])]),
      below: fc.boolean(),
    })
    .map(({ keys, below, tools: kept, ...parts }) => ({
      ...model,
      ...parts,
      // Below a root, at a name of a wildcard, with a person asked more often and other words: no more than before.
      read: below ? parts.read.map((root) => `${root}/below`) : parts.read,
      hosts: below ? parts.hosts.map((host) => (host === "*" ? "z.example" : host.replace("*", "b1"))) : parts.hosts,
      tools: kept.map((tool) => ({ ...tool, approval: true, description: "Other words" })),
      secrets: keys.length === 0 ? {} : { global: keys },
      fuel: 1,
    }));
}
