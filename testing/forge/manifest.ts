/** The least of a manifest and of a module that tests need. */

export interface ManifestSpec {
  readonly id?: string;
  readonly version?: string;
  readonly publisher?: string;
  readonly tools?: readonly string[];
  /** Of every tool; TOML's own escapes in it. */
  readonly description?: string;
  /** TOML of a tool's schemas. */
  readonly inputSchema?: string;
  readonly outputSchema?: string;
  /** TOML of `[capabilities.quotas]`. */
  readonly quotas?: string;
  /** TOML behind all else. */
  readonly more?: string;
}

/** Of one skill, by default acme.echo with one tool that nobody has to be asked about. */
export function manifestText(spec: ManifestSpec = {}): string {
  const { publisher = "acme", version = "1.0.0", description = "Says it again", more = "" } = spec;
  const { inputSchema = '{ type = "object" }', outputSchema = '{ type = "object" }' } = spec;
  const { quotas = "wall_clock_timeout_ms = 20000\nfuel_budget = 400000\nmax_memory_bytes = 1048576" } = spec;
  const id = spec.id ?? `${publisher}.echo`;
  const { tools = [`${publisher}.${id.split(".").at(-1)}.say`] } = spec;
  return [
    `manifest_version = 2\nskill_id = "${id}"\nname = "Echo"\nversion = "${version}"\npublisher = "${publisher}"`,
    ...tools.map(
      (tool) =>
        `[[entrypoints.tools]]\nid = "${tool}"\nname = "${tool}"\ndescription = "${description}"\ninput_schema = ${inputSchema}\noutput_schema = ${outputSchema}\nrisk = { default_sensitive = false, requires_approval = false }`,
    ),
    `[capabilities.quotas]\n${quotas}`,
    '[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"',
    `${more}\n`,
  ].join("\n");
}

/** A module with one function, `run: () -> i32`, that returns 0. */
export const RUN_MODULE = new Uint8Array(
  Buffer.from("0061736d010000000105016000017f030201000707010372756e00000a0601040041000b", "hex"),
);
