import { describe, expect, it } from "vitest";
import { capabilityGrants, policyBindings } from "../../src/capability/index.ts";
import { type Manifest, parseManifest } from "../../src/manifest/index.ts";

const manifestOf = (capabilities: string, risk = ""): Manifest =>
  parseManifest(
    new TextEncoder().encode(`skill_id = "acme.echo"
name = "Echo"
version = "1.0.0"
publisher = "acme"
[[entrypoints.tools]]
id = "acme.b"
name = "b"
description = "B"
input_schema = {}
output_schema = {}
${risk}
[[entrypoints.tools]]
id = "acme.a"
name = "a"
description = "A"
input_schema = {}
output_schema = {}
[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
${capabilities}`),
  );

describe("capability grants", () => {
  it("are sorted and unique, and nothing where nothing is asked for", () => {
    expect(capabilityGrants(manifestOf(""))).toEqual({ http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] });
    const manifest = manifestOf(`[capabilities]
http_egress_allowlist = ["b.example", "API.example", "b.example"]
[capabilities.filesystem]
read_roots = ["r"]
write_roots = ["z", "a"]
[[capabilities.secrets]]
scope = "skill:acme.echo"
key_names = ["t", "a"]
[[capabilities.secrets]]
scope = "global"
key_names = ["g"]`);
    expect(capabilityGrants(manifest)).toEqual({
      http_hosts: ["API.example", "b.example"],
      secret_keys: ["global/g", "skill:acme.echo/a", "skill:acme.echo/t"],
      storage_prefixes: ["a", "z"],
      channels: [],
    });
  });
});

describe("policy bindings", () => {
  it("are one for each tool, sorted by resource", () => {
    expect(policyBindings(manifestOf(""))).toEqual([
      { action: "tool.execute", resource: "tool:acme.a", requires_approval: false },
      { action: "tool.execute", resource: "tool:acme.b", requires_approval: false },
    ]);
  });

  it.each(["default_sensitive", "requires_approval"])("want approval for a tool that is %s", (flag) => {
    const bindings = policyBindings(manifestOf("", `risk = { ${flag} = true }`));
    expect(bindings.map(({ requires_approval }) => requires_approval)).toEqual([false, true]);
  });

  it.each([
    ["egress hosts", '[capabilities]\nhttp_egress_allowlist = ["a.example"]', ["skill.capability.http.egress"]],
    ["write roots", '[capabilities.filesystem]\nwrite_roots = ["a"]', ["skill.capability.filesystem.write"]],
    ["read roots", '[capabilities.filesystem]\nread_roots = ["a"]', []],
    ["secrets", '[[capabilities.secrets]]\nscope = "global"\nkey_names = ["a"]', ["skill.capability.vault.read"]],
    ["device capabilities", '[capabilities]\ndevice_capabilities = ["a"]', ["skill.capability.device.use"]],
    [
      "node and device capabilities",
      '[capabilities]\nnode_capabilities = ["a"]\ndevice_capabilities = ["b"]',
      ["skill.capability.device.use"],
    ],
  ])("want approval for %s", (_, capabilities, actions) => {
    const bindings = policyBindings(manifestOf(capabilities)).filter(({ action }) => action !== "tool.execute");
    expect(bindings).toEqual(actions.map((action) => ({ action, resource: "skill:acme.echo", requires_approval: true })));
  });
});
