import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isSkillError, SkillError } from "palyra-skills";
import type { LayoutName } from "palyra-skills/archive";
import { type BuiltArtifact, buildArtifact, type SourceFile, type VerifiedArtifact } from "palyra-skills/artifact";
import { manifestFaults } from "palyra-skills/audit";
import { compareUtf8, encodeUtf8, toHex } from "palyra-skills/encoding";
import { type Manifest, parseManifest } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";
import { ifThere, io, makeFolder, writeNamedFile } from "../files/index.ts";
import { VERSION } from "../version.ts";
import { linkRemarks } from "./links.ts";
import { lockRemarks } from "./lock-remarks.ts";
import { lockedPackages, readLockFiles } from "./lockfile.ts";
import { writeProvenance } from "./provenance.ts";
import { readRepository } from "./repository.ts";
import { schemaRemarks } from "./schema-remarks.ts";
import { readSource, readSources } from "./sources.ts";
import { notModuleRemarks, toolModuleRemarks } from "./tool-modules.ts";

/** Paths as they were given. */
export interface PackageRequest {
  readonly manifest: string;
  readonly modules: readonly string[];
  readonly assets: readonly string[];
  /** Generated where absent, from what is really there (spec 6.1). */
  readonly sbom: string | undefined;
  readonly provenance: string | undefined;
  readonly output: string;
  readonly layout: LayoutName;
  /** The 32-byte seed. */
  readonly secretKey: Uint8Array;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

/** Spec 11.2. */
export interface PackageDocument {
  readonly artifact_path: string;
  readonly payload_sha256: string;
  readonly publisher: string;
  readonly skill_id: string;
  readonly version: string;
  readonly signature_key_id: string;
  readonly artifact_bytes: number;
  /** Ours: a file that was there is another now; absent where none was. */
  readonly replaced?: true;
}

/**
 * Packs and signs a skill, and writes it once it has been read back. Nothing is written before that, not even the output's
 * folder. Errors: those of `buildArtifact`, `Io`, `ArtifactEntryTooLarge`.
 * @param warn is told what will keep others from installing it
 */
export async function packageSkill(
  request: PackageRequest,
  platform: Platform,
  warn: (remark: string) => void,
): Promise<PackageDocument> {
  const manifest = await readSource(request.manifest);
  const [modules, assets] = await Promise.all([readSources(request.modules), readSources(request.assets)]);
  const built = await naming(request.manifest, () => buildPackage(request, { manifest, modules, assets }, platform));
  await io("make the folder of", request.output, () => makeFolder(dirname(request.output)));
  // A device or a pipe is written to, and stays what it is.
  const replaced = (await ifThere(() => stat(request.output)).catch(() => undefined))?.isFile() === true;
  await writeNamedFile(request.output, built.bytes, { mode: 0o644 });
  const { artifact, bytes } = built;
  const locks = request.sbom === undefined ? [] : await lockRemarks(artifact, dirname(request.manifest));
  const links = await linkRemarks([request.manifest, ...request.modules, ...request.assets]);
  const faults = [
    ...manifestRemarks(artifact),
    ...notModuleRemarks(artifact),
    ...toolModuleRemarks(artifact),
    ...schemaRemarks(artifact.manifest),
  ];
  for (const remark of [...links, ...faults, ...locks]) warn(remark);
  return {
    artifact_path: request.output,
    payload_sha256: artifact.payloadSha256,
    publisher: artifact.manifest.publisher,
    skill_id: artifact.manifest.skill_id,
    version: artifact.manifest.version,
    signature_key_id: artifact.keyId,
    artifact_bytes: bytes.byteLength,
    ...(replaced ? { replaced } : {}),
  };
}

/** By the words of the audit, which come last: however long they are, what they come to is read. */
const manifestRemarks = ({ manifest }: VerifiedArtifact): readonly string[] =>
  manifestFaults(manifest).map(
    ({ message }) => `the audit fails this, so nobody can install it: ${message.replaceAll("`", '"')}`,
  );

/** The artifact, read back, of sources that have been read. Nothing is written. */
export async function buildPackage(request: BuildRequest, sources: Sources, platform: Platform): Promise<BuiltArtifact> {
  const { sbom, provenance } = await readDocuments(request, sources, platform);
  const { layout, secretKey, signedAt: signedAtUnixMs } = request;
  return buildArtifact({ ...sources, sbom, provenance, layout, secretKey, signedAtUnixMs }, platform);
}

/** As much of a request as a build goes by. `manifest`: its folder is where lock files and the repository are looked for. */
export type BuildRequest = Pick<PackageRequest, "manifest" | "sbom" | "provenance" | "layout" | "secretKey" | "signedAt">;

/** Faults of a manifest are told with the file that somebody has to open. */
async function naming<Result>(document: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isSkillError(error, "ManifestParse")) throw new SkillError("ManifestParse", { document, ...error.details });
    if (isSkillError(error, "ManifestValidation") && !error.details.faults.some(({ path }) => path === "modules"))
      throw new SkillError("ManifestValidation", { document, ...error.details });
    if (isSkillError(error, "InvalidArtifactPath") && error.details.faults !== undefined)
      throw new SkillError("InvalidArtifactPath", { document, ...error.details });
    throw error;
  }
}

export interface Sources {
  readonly manifest: Uint8Array;
  readonly modules: readonly SourceFile[];
  readonly assets: readonly SourceFile[];
}

async function readDocuments(
  request: BuildRequest,
  sources: Sources,
  platform: Platform,
): Promise<{ readonly sbom: Uint8Array; readonly provenance: Uint8Array }> {
  const given = async (file: string | undefined) => (file === undefined ? undefined : await readSource(file));
  const [sbom, provenance] = await Promise.all([given(request.sbom), given(request.provenance)]);
  if (sbom !== undefined && provenance !== undefined) return { sbom, provenance };
  // Before anything is generated for it, so that its faults are what is told.
  const manifest = parseManifest(sources.manifest);
  const folder = dirname(request.manifest);
  const packages = lockedPackages(folder, await readLockFiles(folder));
  const digests = digestsOf(sources, platform);
  return {
    sbom: sbom ?? (await generateSbom(manifest, digests, packages, request.signedAt)),
    provenance:
      provenance ??
      encodeUtf8(
        writeProvenance({
          modules: digests.filter(({ path }) => path.startsWith("modules/")),
          manifestSha256: sha256(sources.manifest, platform),
          skillId: manifest.skill_id,
          version: manifest.version,
          repository: await readRepository(folder),
          lockedPackages: packages.length,
          toolVersion: VERSION,
        }),
      ),
  };
}

type Digests = readonly { readonly path: string; readonly sha256: string }[];

async function generateSbom(
  manifest: Manifest,
  files: Digests,
  packages: ReturnType<typeof lockedPackages>,
  now: number,
): Promise<Uint8Array> {
  // The library takes as long to load as all the rest: only where it is needed (habit 8).
  const { writeSbom } = await import("./sbom.ts");
  const { skill_id: skillId, version, publisher, name } = manifest;
  return encodeUtf8(writeSbom({ skillId, version, publisher, description: name, files, packages, now, toolVersion: VERSION }));
}

function digestsOf({ modules, assets }: Sources, platform: Platform): Digests {
  const named = (folder: string, files: readonly SourceFile[]) =>
    files.map(({ path, bytes }) => ({ path: `${folder}/${path}`, sha256: sha256(bytes, platform) }));
  return [...named("modules", modules), ...named("assets", assets)].toSorted((a, b) => compareUtf8(a.path, b.path));
}

function sha256(bytes: Uint8Array, platform: Platform): string {
  return toHex(platform.sha256().update(bytes).digest());
}
