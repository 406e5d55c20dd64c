/**
 * Who may import whom (ARCHITECTURE.md): a module imports lower layers only, never its own; type imports count. The
 * test of the same name holds every file of the packages against this table.
 */
export interface LayerRow {
  readonly layer: number;
  /** npm packages and Node modules beyond the ordinary ones that only this module may import. */
  readonly packages?: readonly string[];
}
export type LayerTable = Readonly<Record<string, LayerRow>>;

/** A module is a folder of `src`, or a file directly in it. */
export const coreLayers: LayerTable = {
  "errors.ts": { layer: -1 },
  platform: { layer: 0, packages: ["@noble/hashes", "@noble/curves", "pako"] },
  encoding: { layer: 0 },
  toml: { layer: 0.5 },
  archive: { layer: 1, packages: ["fflate"] },
  supplychain: { layer: 1 },
  wasm: { layer: 1 },
  text: { layer: 1 },
  schema: { layer: 1, packages: ["@eslint-community/regexpp"] },
  manifest: { layer: 2 },
  signature: { layer: 2 },
  artifact: { layer: 3 },
  capability: { layer: 3 },
  receipt: { layer: 3 },
  trust: { layer: 4 },
  diff: { layer: 4 },
  audit: { layer: 5 },
  report: { layer: 6 },
  "index.ts": { layer: 7 },
};

/** Of core it may have what the table of the test names. */
export const sandboxLayers: LayerTable = {
  "limits.ts": { layer: -1 },
  "wire.ts": { layer: -1 },
  "host-errors.ts": { layer: -1 },
  "host-messages.ts": { layer: 0 },
  "protocol.ts": { layer: 0 },
  wasi: { layer: 1 },
  imports: { layer: 2 },
  "dialect.ts": { layer: 1, packages: ["@cfworker/json-schema"] },
  "schema.ts": { layer: 2, packages: ["@cfworker/json-schema"] },
  "ended.ts": { layer: 1 },
  "denied.ts": { layer: 2 },
  "sinks.ts": { layer: 2 },
  "traps.ts": { layer: 2 },
  "random.ts": { layer: 1, packages: ["node:crypto"] },
  "channel.ts": { layer: 1, packages: ["node:fs"] },
  "modules.ts": { layer: 2 },
  "instance.ts": { layer: 3 },
  "link.ts": { layer: 3 },
  "call.ts": { layer: 4 },
  "child.ts": { layer: 5 },
};
/** What the sandbox has of core: as little as can be (spec 10.3). */
export const SANDBOX_OF_CORE: readonly string[] = [
  "palyra-skills/encoding",
  "palyra-skills/wasm",
  "palyra-skills/wasm/metering",
  "palyra-skills/capability",
];

export const palyraLayers: LayerTable = {
  "errors.ts": { layer: -1 },
  "call.ts": { layer: -1 },
  "once.ts": { layer: -1 },
  "version.ts": { layer: -1 },
  "settings.ts": { layer: 0 },
  files: { layer: 0, packages: ["@photostructure/sqlite", "node:sqlite"] },
  platform: { layer: 0, packages: ["@sigstore/bundle", "@sigstore/protobuf-specs", "@sigstore/verify"] },
  net: { layer: 0 },
  installed: { layer: 1 },
  trust: { layer: 1 },
  journal: { layer: 1 },
  vault: { layer: 1, packages: ["@napi-rs/keyring", "age-encryption"] },
  feeds: { layer: 1, packages: ["yauzl"] },
  "run-file": { layer: 1 },
  policy: { layer: 1, packages: ["@cedar-policy/cedar-wasm"] },
  lifecycle: { layer: 2 },
  execution: { layer: 2 },
  authoring: { layer: 3, packages: ["@cyclonedx/cyclonedx-library"] },
  operations: { layer: 4, packages: ["valibot"] },
  cli: { layer: 5 },
  conformance: { layer: 5 },
  http: { layer: 5, packages: ["hono", "@hono/node-server", "pino", "prom-client", "@valibot/to-json-schema", "valibot"] },
  daemon: { layer: 5 },
  mcp: { layer: 5, packages: ["@modelcontextprotocol/server"] },
  entry: { layer: 6 },
};
