import { parseManifest } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { brokerGrants } from "../../../src/execution/broker/index.ts";
import { NO_GRANTS } from "../../../src/policy/index.ts";

const manifest = parseManifest(
  new TextEncoder().encode(`
manifest_version = 2
skill_id = "acme.web"
name = "Web"
version = "1.0.0"
publisher = "acme"
[[entrypoints.tools]]
id = "acme.web"
name = "web"
description = "Does things."
risk = { default_sensitive = false, requires_approval = false }
input_schema = { type = "object" }
output_schema = { type = "object" }
[capabilities]
http_egress_allowlist = ["b.example", "a.example"]
[capabilities.filesystem]
read_roots = ["in", "both"]
write_roots = ["out", "both"]
[[capabilities.secrets]]
scope = "global"
key_names = ["api"]
[capabilities.quotas]
wall_clock_timeout_ms = 1000
fuel_budget = 1000
max_memory_bytes = 65536
[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
`),
);

describe("what a call may do", () => {
  it("is what the manifest declares, and no more", () => {
    expect(brokerGrants(manifest, NO_GRANTS)).toEqual({
      roots: [
        { name: "both", write: true },
        { name: "in", write: false },
        { name: "out", write: true },
      ],
      http: { hosts: ["a.example", "b.example"], grants: [] },
      secrets: { granted: ["global/api"], global: [], insertions: [] },
    });
  });

  it("and what the operator grants besides", () => {
    const hosts = [
      { host: "::1", port: 8080, plain_http: true, private_addresses: true },
      { host: "b.example", port: 8443, plain_http: false, private_addresses: false },
    ];
    const to = (host: string) => ({ secret: "global/api", host, header: "Authorization", prefix: "Bearer " });
    const inserts = ["B.example", "b.example:8443", "http://[::1]:8080", "no host"].map(to);
    const granted = { ...NO_GRANTS, hosts, inserts, global_keys: ["api"], roots: [{ root: "in", folder: "/srv/in" }] };
    const { roots, http, secrets } = brokerGrants(manifest, granted);
    expect(roots[1]).toEqual({ name: "in", write: false, mappedTo: "/srv/in" });
    expect(http.grants).toEqual([
      { origin: "http://[::1]:8080", anyAddress: true },
      { origin: "https://b.example:8443", anyAddress: false },
    ]);
    expect(secrets).toMatchObject({
      global: ["global/api"],
      insertions: ["https://b.example", "https://b.example:8443", "http://[::1]:8080", "https://no host"].map((origin) => ({
        secret: "global/api",
        origin,
        header: "authorization",
        prefix: "Bearer ",
      })),
    });
  });
});
