import { encodeUtf8 } from "../../../packages/core/src/encoding/index.ts";
import { build, MANIFEST } from "../../../packages/core/test/artifact/samples.ts";
import { RUN_MODULE } from "../../forge/manifest.ts";
import { Random } from "../random.ts";
import { randomModule } from "../wasm-module.ts";

/** Small seeds of our own, so that the fuzzer runs without `../shared`. */

/** One artifact in each layout, the second with assets. */
export async function sampleArtifacts(): Promise<Uint8Array[]> {
  const built = [
    await build({ modules: [{ path: "module.wasm", bytes: RUN_MODULE }] }),
    await build({
      layout: "flat",
      modules: [{ path: "m.wasm", bytes: randomModule(new Random("sample")) }],
      assets: [{ path: "docs/é.txt", bytes: encodeUtf8("text ".repeat(50)) }],
    }),
  ];
  return built.map(({ bytes }) => bytes);
}

export const sampleManifests = (): Uint8Array[] => [MANIFEST, MANIFEST + MORE].map((text) => encodeUtf8(text));

/** All that a manifest may have beyond what it must. */
const MORE = `
[capabilities]
http_egress_allowlist = ["api.example.com", "*.example.org"]
device_capabilities = []
[capabilities.filesystem]
read_roots = ["data"]
write_roots = ["data/out"]
[[capabilities.secrets]]
scope = "skill:acme.echo_http"
key_names = ["token", 'k']
[capabilities.quotas]
fuel_budget = 18446744073709551615
max_memory_bytes = 1_048_576
[operator]
display_name = """Echo \\
  over HTTP"""
tags = [ # a comment
  "http",
]
[operator.config]
schema_version = 1
required = ["a"]
[operator.config.properties.a]
type = "number"
default = 1.5e3
[[integrity.files]]
path = "modules/m.wasm"
sha256 = "00"
`;
