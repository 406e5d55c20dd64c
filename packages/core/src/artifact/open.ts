import { type Archive, LAYOUTS, type Layout, layoutOf, MANIFEST_PATH, readArchive } from "../archive/index.ts";
import type { JsonObjectNode } from "../encoding/index.ts";
import {
  checkCompatibility,
  HOST_LEVEL,
  type HostLevel,
  type Manifest,
  type ManifestWarning,
  manifestWarnings,
  parseManifest,
} from "../manifest/index.ts";
import type { Platform } from "../platform/index.ts";
import { checkPayload, checkSignature, parseSignature, payloadHasher, type SignatureDocument } from "../signature/index.ts";
import { requireEntry, requireModules } from "./entries.ts";
import { checkIntegrity } from "./integrity.ts";
import { checkProvenance } from "./provenance.ts";
import { checkSbom } from "./sbom.ts";

/**
 * Opens an artifact: the ten checks of spec 1.5, in their order. Nothing of it may be written, compiled or shown as
 * trusted before all have passed; whether its key is trusted is another question (`decideTrust`).
 * @param bytes must not change afterwards: contents of stored entries are views of it
 * @param host the level of Palyra that this host is compatible with (spec 2.6)
 * @throws SkillError with the code of the first check that fails, and nothing else
 */
export async function openArtifact(
  bytes: Uint8Array,
  platform: Platform,
  host: HostLevel = HOST_LEVEL,
): Promise<VerifiedArtifact> {
  const hasher = payloadHasher(platform);
  const hashFile = (path: string, size: number) => (isSignaturePath(path) ? undefined : hasher.begin(path, size));
  const archive = await readArchive(bytes, platform, hashFile); // 1, and the hash of 7 while the rest inflates
  const layout = layoutOf(archive.entries.map(({ path }) => path)); // 1 as well: no security file out of place
  const manifest = parseManifest(requireEntry(archive, MANIFEST_PATH).bytes); // 2
  const sbom = checkSbom(requireEntry(archive, layout.sbom).bytes, layout.sbom); // 3
  const provenance = checkProvenance(requireEntry(archive, layout.provenance).bytes, layout.provenance); // 4
  requireModules(archive); // 5
  const signature = parseSignature(requireEntry(archive, layout.signature).bytes, layout.signature); // 6
  const payloadSha256 = hasher.hex();
  checkPayload(signature, payloadSha256); // 7
  const publicKey = await checkSignature(signature, manifest.publisher, payloadSha256, platform); // 8
  checkIntegrity(manifest.integrity.files, archive, layout); // 9
  checkCompatibility(manifest.compat, host); // 10
  const warnings = manifestWarnings(manifest);
  return new VerifiedArtifact(PROOF, {
    archive,
    layout,
    manifest,
    warnings,
    sbom,
    provenance,
    signature,
    publicKey,
    payloadSha256,
  });
}

/**
 * In either layout: which one it is is known only when all names are. No artifact that passes has both (spec 1.1), so
 * nothing but the signature document itself is left out of the hash.
 */
function isSignaturePath(path: string): boolean {
  return path === LAYOUTS.namespaced.signature || path === LAYOUTS.flat.signature;
}

/** An artifact that has passed spec 1.5. Only `openArtifact` makes one. */
export class VerifiedArtifact {
  readonly #verified = true;
  readonly archive: Archive;
  readonly layout: Layout;
  readonly manifest: Manifest;
  /** Spec 2.4. */
  readonly warnings: readonly ManifestWarning[];
  /** The two documents as they were parsed, with positions. */
  readonly sbom: JsonObjectNode;
  readonly provenance: JsonObjectNode;
  readonly signature: SignatureDocument;
  /** 32 bytes; what trust is decided by. */
  readonly publicKey: Uint8Array;
  /** A name for people: `ed25519:` and 16 hex digits. */
  readonly keyId: string;
  /** Lower-case hex; the same for every ZIP of the same entries. */
  readonly payloadSha256: string;
  /** Bytes of the archive. */
  readonly size: number;

  /** @internal */
  constructor(proof: typeof PROOF, parts: Parts) {
    if (proof !== PROOF) throw new TypeError("a VerifiedArtifact is made by openArtifact alone");
    this.archive = parts.archive;
    this.layout = parts.layout;
    this.manifest = parts.manifest;
    this.warnings = parts.warnings;
    this.sbom = parts.sbom;
    this.provenance = parts.provenance;
    this.signature = parts.signature;
    this.publicKey = parts.publicKey;
    this.keyId = parts.signature.key_id;
    this.payloadSha256 = parts.payloadSha256;
    this.size = parts.archive.size;
    Object.freeze(this);
  }

  /** Did `openArtifact` make it? */
  static isOne(value: unknown): value is VerifiedArtifact {
    return typeof value === "object" && value !== null && #verified in value;
  }
}

interface Parts {
  readonly archive: Archive;
  readonly layout: Layout;
  readonly manifest: Manifest;
  readonly warnings: readonly ManifestWarning[];
  readonly sbom: JsonObjectNode;
  readonly provenance: JsonObjectNode;
  readonly signature: SignatureDocument;
  readonly publicKey: Uint8Array;
  readonly payloadSha256: string;
}

/** Not exported: whoever has it has made the ten checks. */
const PROOF = Symbol("openArtifact");
