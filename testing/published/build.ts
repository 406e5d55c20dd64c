import { createHash } from "node:crypto";
import { buildArtifact } from "palyra-skills/artifact";
import { encodeUtf8 } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { decideTrust, EMPTY_TRUST_STORE, type TrustedSkill } from "palyra-skills/trust";
import loadWabt from "wabt";
import type { SkillParts } from "./case.ts";

const NOTHING = '(module (func (export "_start")))';

/** Builds, signs and opens the artifact of a case: what an audit is given. */
export async function buildCase(parts: SkillParts, platform: Platform): Promise<TrustedSkill> {
  const module = parts.bytes ?? (await assemble(parts.wat ?? withData(parts.data)));
  const sha256 = createHash("sha256").update(module).digest("hex");
  const built = await buildArtifact(
    {
      manifest: encodeUtf8(manifestOf(parts)),
      modules: [{ path: "echo.wasm", bytes: module }],
      assets: Object.entries(parts.assets ?? {}).map(([path, text]) => ({ path, bytes: encodeUtf8(text) })),
      sbom: encodeUtf8(JSON.stringify(parts.sbom ?? sbomOf(sha256))),
      provenance: encodeUtf8(JSON.stringify(parts.provenance ?? provenanceOf(sha256))),
      secretKey: new Uint8Array(32).fill(7),
      signedAtUnixMs: 0,
    },
    platform,
  );
  return decideTrust(built.artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
}

/** JSON's strings are strings of TOML. */
const text = (value: string): string => JSON.stringify(value).replaceAll("\u007f", "\\u007f");

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value !== "object" || value === null) return typeof value === "string" ? text(value) : String(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${text(key)} = ${toml(item)}`)
    .join(", ")} }`;
}

function manifestOf({ tool = {}, other, capabilities = "", skill_id = "acme.echo" }: SkillParts): string {
  const tools = [
    {
      id: "acme.echo",
      name: tool.name ?? "echo",
      description: tool.description ?? "Echoes a text.",
      input_schema: tool.input_schema,
    },
    ...(other === undefined ? [] : [{ id: "acme.other", ...other, input_schema: undefined }]),
  ];
  return `
skill_id = ${text(skill_id)}
name = "Echo"
version = "1.0.0"
publisher = "acme"
${tools
  .map(
    ({ id, name, description, input_schema }) => `[[entrypoints.tools]]
id = ${text(id)}
name = ${text(name)}
description = ${text(description)}
input_schema = ${toml(input_schema ?? { type: "object" })}
output_schema = { type = "object" }
`,
  )
  .join("")}
[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
[operator]
display_name = "Echo"
[operator.plugin]
default_module_path = "modules/echo.wasm"
${capabilities}`;
}

const sbomOf = (sha256: string): object => ({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { type: "application", name: "acme.echo", version: "1.0.0" } },
  components: [{ type: "file", name: "modules/echo.wasm", hashes: [{ alg: "SHA-256", content: sha256 }] }],
});

const provenanceOf = (sha256: string): object => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "modules/echo.wasm", digest: { sha256 } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: { buildType: "https://example.com/build", externalParameters: {} },
    runDetails: { builder: { id: "https://example.com/builder" } },
  },
});

/** Characters of the string are bytes. */
function withData(data: string | undefined): string {
  if (data === undefined) return NOTHING;
  const bytes = Array.from(data, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
  return `(module (memory (export "memory") 1) (data (i32.const 8) "${bytes}") (func (export "_start")))`;
}

let loaded: ReturnType<typeof loadWabt> | undefined;

async function assemble(wat: string): Promise<Uint8Array> {
  loaded ??= loadWabt();
  const module = (await loaded).parseWat("case.wat", wat, { threads: true, simd: true, bulk_memory: true });
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}
