import { LAYOUTS, type LayoutName, MANIFEST_PATH, writeArchive } from "../archive/index.ts";
import { compareUtf8, toHex } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";
import {
  checkCompatibility,
  HOST_LEVEL,
  type HostLevel,
  type IntegrityFile,
  packManifest,
  parseManifest,
} from "../manifest/index.ts";
import type { Platform } from "../platform/index.ts";
import { payloadHasher, signPayload, writeSignature } from "../signature/index.ts";
import { openArtifact, type VerifiedArtifact } from "./open.ts";
import { checkProvenance } from "./provenance.ts";
import { checkSbom } from "./sbom.ts";

/** A file as it is given to the writer; its path is without the `modules/` or `assets/` that the writer puts before it. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface BuildInput {
  /** The author's `skill.toml`; an `[integrity]` in it is replaced. */
  readonly manifest: Uint8Array;
  /** At least one; paths end with `.wasm`. */
  readonly modules: readonly SourceFile[];
  readonly assets?: readonly SourceFile[];
  /** CycloneDX JSON. */
  readonly sbom: Uint8Array;
  /** SLSA / in-toto JSON. Palyra's reader wants a `builder` at the top. */
  readonly provenance: Uint8Array;
  /** The 32-byte seed, as `parseSigningKey` gives it. */
  readonly secretKey: Uint8Array;
  /** Default: namespaced. Palyra's own tools read the flat one only. */
  readonly layout?: LayoutName;
  /** Milliseconds since 1970; an i64. */
  readonly signedAtUnixMs: number | bigint;
  /** The level that the manifest must be compatible with (spec 2.6). */
  readonly host?: HostLevel;
}

export interface BuiltArtifact {
  readonly bytes: Uint8Array;
  /** What opening those bytes gave. */
  readonly artifact: VerifiedArtifact;
}

/**
 * Builds and signs an artifact: the mirror of `openArtifact`, which it ends with, so that nothing leaves that could not be
 * read. The same input gives the same bytes everywhere (spec 1.7).
 * @throws SkillError with the codes of `openArtifact`, and `InvalidSigningKeyLength`
 */
export async function buildArtifact(input: BuildInput, platform: Platform): Promise<BuiltArtifact> {
  const { host = HOST_LEVEL, secretKey } = input;
  const layout = LAYOUTS[input.layout ?? "namespaced"];
  const manifest = parseManifest(input.manifest);
  checkCompatibility(manifest.compat, host);
  checkSbom(input.sbom, layout.sbom);
  checkProvenance(input.provenance, layout.provenance);
  checkModules(input.modules);
  const files = inPathOrder([
    ...below("modules/", input.modules),
    ...below("assets/", input.assets ?? []),
    { path: layout.sbom, bytes: input.sbom },
    { path: layout.provenance, bytes: input.provenance },
  ]);
  const packed = { path: MANIFEST_PATH, bytes: packManifest(input.manifest, integrityOf(files, platform)) };
  const payloadSha256 = payloadOf(inPathOrder([...files, packed]), platform);
  const signedAtUnixMs = BigInt(input.signedAtUnixMs);
  const document = await signPayload({ secretKey, publisher: manifest.publisher, payloadSha256, signedAtUnixMs }, platform);
  const bytes = writeArchive([...files, packed, { path: layout.signature, bytes: writeSignature(document) }]);
  return { bytes, artifact: await openArtifact(bytes, platform, host) };
}

/** The original's code for it is that of the manifest, so it is ours. */
function checkModules(modules: readonly SourceFile[]): void {
  const faults: Fault[] = modules
    .filter(({ path }) => !path.endsWith(".wasm"))
    .map(({ path }) => ({
      path: "modules",
      problem: "not a module's path",
      found: path,
      allowed: "a path that ends with .wasm",
    }));
  if (modules.length === 0) faults.push({ path: "modules", problem: "no module", allowed: "at least one" });
  if (faults.length > 0) throw new SkillError("ManifestValidation", { faults });
}

function below(folder: string, files: readonly SourceFile[]): SourceFile[] {
  return files.map(({ path, bytes }) => ({ path: folder + path, bytes }));
}

function inPathOrder(files: readonly SourceFile[]): SourceFile[] {
  return files.toSorted((a, b) => compareUtf8(a.path, b.path));
}

function integrityOf(files: readonly SourceFile[], platform: Platform): IntegrityFile[] {
  return files.map(({ path, bytes }) => ({ path, sha256: toHex(platform.sha256().update(bytes).digest()) }));
}

function payloadOf(files: readonly SourceFile[], platform: Platform): string {
  const hasher = payloadHasher(platform);
  for (const file of files) hasher.add(file);
  return hasher.hex();
}
