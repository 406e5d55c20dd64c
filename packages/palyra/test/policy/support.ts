import { parseManifest } from "palyra-skills/manifest";
import type { LaunchFacts } from "../../src/policy/index.ts";

/** A manifest of acme.echo with two tools and the capabilities that are given as TOML. */
export function manifestOf(capabilities = "", risk = "default_sensitive = false, requires_approval = false") {
  const tool = (name: string, of: string) =>
    `[[entrypoints.tools]]\nid = "acme.echo.${name}"\nname = "${name}"\ndescription = "Says it"\ninput_schema = { type = "object" }\noutput_schema = { type = "object" }\nrisk = { ${of} }`;
  const text = [
    'manifest_version = 2\nskill_id = "acme.echo"\nname = "Echo"\nversion = "1.0.0"\npublisher = "acme"',
    tool("say", "default_sensitive = false, requires_approval = false"),
    tool("pay", risk),
    `[capabilities]\n${capabilities}`,
    "[capabilities.quotas]\nwall_clock_timeout_ms = 1500\nfuel_budget = 400000\nmax_memory_bytes = 1048576",
    '[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"',
    '[operator]\ndisplay_name = "Echo"\nsummary = "Echo"\n[operator.plugin]\ndefault_module_path = "modules/module.wasm"',
  ].join("\n");
  return parseManifest(new TextEncoder().encode(text));
}

export function factsOf(change: Partial<LaunchFacts> = {}): LaunchFacts {
  return {
    manifest: manifestOf(),
    toolId: "acme.echo.say",
    status: "active",
    trust: "allowlisted",
    signatureKeyId: "ed25519:0011223344556677",
    artifactSha256: "ab".repeat(32),
    principal: "user:local",
    surface: "terminal",
    ...change,
  };
}
