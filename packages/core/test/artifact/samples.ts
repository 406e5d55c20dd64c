import { writeArchive } from "../../src/archive/index.ts";
import { type BuildInput, type BuiltArtifact, buildArtifact } from "../../src/artifact/index.ts";
import { compareUtf8 } from "../../src/encoding/index.ts";
import { payloadHasher, type SignatureDocument, signPayload, writeSignature } from "../../src/signature/index.ts";
import { nodePlatform } from "../platforms.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const MANIFEST = `manifest_version = 2
skill_id = "acme.echo_http"
name = "Echo + HTTP"
version = "1.0.0"
publisher = "acme"

[[entrypoints.tools]]
id = "acme.echo"
name = "echo"
description = "Echoes text"
input_schema = { type = "object" }
output_schema = { type = "object" }

[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
`;

/** The smallest thing that can be built: one module of eight bytes. */
export const SAMPLE: BuildInput = {
  manifest: text(MANIFEST),
  modules: [{ path: "module.wasm", bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) }],
  sbom: text('{"bomFormat":"CycloneDX","specVersion":"1.5"}'),
  provenance: text('{"builder":{"id":"test"},"subject":[{"name":"modules/module.wasm"}]}'),
  secretKey: new Uint8Array(32).fill(7),
  signedAtUnixMs: 1_767_225_600_000,
};

export const build = (change: Partial<BuildInput> = {}): Promise<BuiltArtifact> =>
  buildArtifact({ ...SAMPLE, ...change }, nodePlatform);

/** Entries by path. */
export type Entries = ReadonlyMap<string, Uint8Array>;

let flatSample: Promise<BuiltArtifact> | undefined;

/** The entries of a sample in the flat layout, without the signature document. */
export async function sampleEntries(): Promise<Map<string, Uint8Array>> {
  flatSample ??= build({ layout: "flat" });
  const { artifact } = await flatSample;
  const entries = new Map(artifact.archive.entries.map(({ path, bytes }) => [path, bytes]));
  entries.delete("signature.json");
  return entries;
}

/** Signs and packs entries as they are, right or wrong; `change` edits the signature document after signing. */
export async function assemble(
  entries: Entries,
  change: (document: SignatureDocument) => SignatureDocument = (document) => document,
  signature: (document: SignatureDocument) => Uint8Array = writeSignature,
): Promise<Uint8Array> {
  const files = [...entries].map(([path, bytes]) => ({ path, bytes })).sort((a, b) => compareUtf8(a.path, b.path));
  const hasher = payloadHasher(nodePlatform);
  for (const file of files) hasher.add(file);
  const signing = { secretKey: SAMPLE.secretKey, publisher: "acme", payloadSha256: hasher.hex(), signedAtUnixMs: 5n };
  const document = change(await signPayload(signing, nodePlatform));
  return writeArchive([...files, { path: "signature.json", bytes: signature(document) }]);
}

/** A copy in which the text of one entry is another. */
export function edited(entries: Entries, path: string, edit: (text: string) => string): Map<string, Uint8Array> {
  return new Map(entries).set(path, text(edit(new TextDecoder().decode(entries.get(path)))));
}
