/** Packs a skill again from its sources, and says entry by entry whether it is the same. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import type { Archive } from "palyra-skills/archive";
import { MAX_ENTRY_BYTES } from "palyra-skills/archive";
import type { SourceFile, VerifiedArtifact } from "palyra-skills/artifact";
import { compareUtf8 } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { readStatement } from "palyra-skills/supplychain";
import { PalyraError } from "../errors.ts";
import { io, readIfThere } from "../files/index.ts";
import { runBuild } from "./build-command.ts";
import { checkOut, isAddress } from "./checkout.ts";
import { buildPackage } from "./package.ts";
import { readRepository, repositoryRoot } from "./repository.ts";
import { readSource } from "./sources.ts";

export interface RebuildRequest {
  /** The folder of the manifest; with `checkOut` it may be a repository's address. */
  readonly source: string;
  /** Take the recorded commit out of the repository, and not what is in the folder now. `inside`: where in it the manifest is, of an address. */
  readonly checkOut: { readonly inside: string } | undefined;
  /** Run there first, in a copy; nothing is run without it. */
  readonly command: string | undefined;
  /** Given to the first build as files of their own; generated where absent. */
  readonly sbom: string | undefined;
  readonly provenance: string | undefined;
  /** For a signature that nobody sees: 32 bytes. */
  readonly throwawayKey: Uint8Array;
}

export interface RebuiltEntry {
  readonly path: string;
  readonly status: "same" | "different" | "missing" | "additional";
  /** Null where there is none. */
  readonly bytes: number | null;
  readonly rebuilt_bytes: number | null;
  /** Offset of the first byte that differs; the shorter one's end where one begins as the other. Null where nothing differs. */
  readonly first_difference: number | null;
}

export interface RebuildDocument {
  readonly skill_id: string;
  readonly version: string;
  /** All entries are the same but for the signature, which only the publisher can make, and the source is at the commit that is recorded. */
  readonly reproduced: boolean;
  readonly payload_sha256: string;
  /** Null where it could not be packed. */
  readonly rebuilt_payload_sha256: string | null;
  readonly source: string;
  /** The recorded commit was taken out of the source's repository; else its files were taken as they are. */
  readonly checked_out: boolean;
  /** What was run; null: nothing. */
  readonly build_command: string | null;
  /** What the provenance names and what the folder is at, each null where that is not known. */
  readonly commit: { readonly recorded: string | null; readonly actual: string | null };
  readonly entries: readonly RebuiltEntry[];
}

/** `Io`, `RebuildFailed`, and the errors of packing. The source folder itself is only read. */
export async function rebuildSkill(
  artifact: VerifiedArtifact,
  request: RebuildRequest,
  platform: Platform,
  signal: AbortSignal,
): Promise<RebuildDocument> {
  const recorded = recordedCommit(artifact);
  return inSource(request, recorded, signal, async (source) => {
    const actual = (await readRepository(source.folder))?.commit ?? null;
    const folder = await built(source, request.command, signal);
    const rebuilt = await packAgain(artifact, folder, request, platform);
    const entries = compare(artifact.archive, rebuilt.artifact.archive, artifact.layout.signature);
    const isThatCommit = recorded === null || recorded === actual;
    return {
      skill_id: artifact.manifest.skill_id,
      version: artifact.manifest.version,
      reproduced: isThatCommit && entries.every(({ status }) => status === "same"),
      payload_sha256: artifact.payloadSha256,
      rebuilt_payload_sha256: rebuilt.artifact.payloadSha256,
      source: source.named,
      checked_out: request.checkOut !== undefined,
      build_command: request.command ?? null,
      commit: { recorded, actual },
      entries,
    };
  });
}

/** The commit of the first source that the provenance names by one. */
function recordedCommit({ provenance }: VerifiedArtifact): string | null {
  const reading = readStatement(provenance);
  if (!reading.ok) return null;
  const digests = reading.statement.materials.map(({ digests }) => digests["gitCommit"] ?? digests["sha1"]);
  return digests.find((digest) => digest !== undefined) ?? null;
}

interface Source {
  /** As the document names it. */
  readonly named: string;
  /** Of the manifest. */
  readonly folder: string;
  /** What is gone afterwards; what is built, is built in there. */
  readonly scratch: string;
}

/** Works on the folder that is named, or on the recorded commit in a folder that is gone afterwards. */
async function inSource<Result>(
  { source, checkOut: wanted }: RebuildRequest,
  recorded: string | null,
  signal: AbortSignal,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  const scratch = await io("make", tmpdir(), () => mkdtemp(join(tmpdir(), "palyra-rebuild-")));
  try {
    if (wanted === undefined) return await work({ named: resolve(source), folder: resolve(source), scratch });
    if (recorded === null)
      throw new PalyraError("RebuildFailed", { command: "", problem: "its provenance names no commit to check out" });
    const target = join(scratch, "commit");
    await checkOut({ source, commit: recorded, target }, signal);
    const named = isAddress(source) ? source : resolve(source);
    const inside = isAddress(source) ? wanted.inside : relative((await repositoryRoot(named)) ?? named, named);
    const folder = resolve(target, inside);
    if (relative(target, folder).startsWith(".."))
      throw new PalyraError("RebuildFailed", { command: "", problem: `${inside} leads out of the repository` });
    return await work({ named, folder, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where nothing is to be run the folder itself; else what was checked out, or a copy of the folder, in which the command has run. */
async function built({ folder, scratch }: Source, command: string | undefined, signal: AbortSignal): Promise<string> {
  if (command === undefined) return folder;
  const isOurs = !relative(scratch, folder).startsWith("..");
  const copy = isOurs ? folder : join(scratch, "source");
  if (!isOurs)
    await io("copy", folder, () => cp(folder, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }));
  const problem = await runBuild(command, { folder: copy, signal });
  if (problem !== undefined) throw new PalyraError("RebuildFailed", { command, problem });
  return copy;
}

/** The files that the artifact has, as the folder has them now. */
async function packAgain(artifact: VerifiedArtifact, folder: string, request: RebuildRequest, platform: Platform) {
  const manifest = join(folder, "skill.toml");
  const [modules, assets] = await Promise.all([
    sourcesOf(artifact.archive, "modules/", folder),
    sourcesOf(artifact.archive, "assets/", folder),
  ]);
  if (modules.length === 0)
    throw new PalyraError("RebuildFailed", {
      command: request.command ?? "",
      problem: "no module of the artifact is in the source folder",
    });
  const { sbom, provenance, throwawayKey: secretKey } = request;
  const signedAt = artifact.signature.signed_at_unix_ms;
  const build = { manifest, sbom, provenance, layout: artifact.layout.name, secretKey, signedAt: Number(signedAt) };
  return buildPackage(build, { manifest: await readSource(manifest), modules, assets }, platform);
}

async function sourcesOf({ entries }: Archive, below: string, folder: string): Promise<SourceFile[]> {
  const paths = entries.filter(({ path }) => path.startsWith(below)).map(({ path }) => path.slice(below.length));
  const read = await Promise.all(
    paths.map(async (path) => ({ path, file: await readIfThere(join(folder, path), MAX_ENTRY_BYTES) })),
  );
  return read.flatMap(({ path, file }) => (file?.ok === true ? [{ path, bytes: file.bytes }] : []));
}

function compare(packed: Archive, rebuilt: Archive, signature: string): readonly RebuiltEntry[] {
  const paths = new Set([...packed.entries, ...rebuilt.entries].map(({ path }) => path));
  paths.delete(signature);
  return [...paths].toSorted(compareUtf8).map((path) => {
    const [one, other] = [packed.get(path)?.bytes, rebuilt.get(path)?.bytes];
    const sizes = { bytes: one?.length ?? null, rebuilt_bytes: other?.length ?? null };
    if (one === undefined || other === undefined)
      return { path, status: one === undefined ? "additional" : "missing", ...sizes, first_difference: null };
    const at = firstDifference(one, other);
    return { path, status: at === null ? "same" : "different", ...sizes, first_difference: at };
  });
}

function firstDifference(one: Uint8Array, other: Uint8Array): number | null {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at;
  return one.length === other.length ? null : shorter;
}
