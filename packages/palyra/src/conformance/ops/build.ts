/** The writer: op build. */
import type { LayoutName } from "palyra-skills/archive";
import { buildArtifact } from "palyra-skills/artifact";
import { encodeUtf8, toHex } from "palyra-skills/encoding";
import { type Manifest, parseManifest } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";
import { parseSigningKey } from "palyra-skills/signature";
import { writeProvenance } from "../../authoring/provenance.ts";
import { VERSION } from "../../version.ts";
import { type Op, optionalText, toBase64, toJson } from "../protocol.ts";
import { type NamedBytes, namedBytes } from "./inputs.ts";

const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

export const buildOp = (platform: Platform, now: () => number): Op => ({
  read(request) {
    const toml = encodeUtf8(request.required("toml").string());
    const files = (name: string) => request.optional(name, (at) => at.array(namedBytes)) ?? [];
    const [modules, assets] = [files("modules"), files("assets")];
    const [sbomText, provenanceText] = [optionalText(request, "sbom"), optionalText(request, "provenance")];
    const key = encodeUtf8(request.required("key").string());
    const layout: LayoutName = request.optional("layout", (at) => at.oneOf(["namespaced", "flat"])) ?? "namespaced";
    const signedAt = request.optional("signed_at_unix_ms", (at) => at.integer(I64));
    return async () => {
      const signedAtUnixMs = signedAt ?? BigInt(now());
      const sources = { toml, modules, assets, signedAt: Number(signedAtUnixMs) };
      const built = await buildArtifact(
        {
          manifest: toml,
          modules,
          assets,
          sbom: encodeUtf8(sbomText ?? (await generatedSbom(sources, platform))),
          provenance: encodeUtf8(provenanceText ?? generatedProvenance(sources, platform)),
          secretKey: parseSigningKey(key),
          layout,
          signedAtUnixMs,
        },
        platform,
      );
      const { artifact, bytes } = built;
      return {
        bytes: toBase64(bytes),
        payload_sha256: artifact.payloadSha256,
        signature: toJson(artifact.signature),
        manifest: toJson(artifact.manifest),
      };
    };
  },
});

interface Sources {
  readonly toml: Uint8Array;
  readonly modules: readonly NamedBytes[];
  readonly assets: readonly NamedBytes[];
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

async function generatedSbom(sources: Sources, platform: Platform): Promise<string> {
  const { skill_id: skillId, version, publisher, name } = manifestOf(sources);
  const files = [...digests("modules", sources.modules, platform), ...digests("assets", sources.assets, platform)];
  // The library takes long to load: only where it is needed (habit 8).
  const { writeSbom } = await import("../../authoring/sbom.ts");
  const now = Math.min(Math.max(sources.signedAt, 0), LAST_DATE_MS);
  return writeSbom({ skillId, version, publisher, description: name, files, packages: [], now, toolVersion: VERSION });
}

function generatedProvenance(sources: Sources, platform: Platform): string {
  const { skill_id: skillId, version } = manifestOf(sources);
  return writeProvenance({
    modules: digests("modules", sources.modules, platform),
    manifestSha256: sha256(sources.toml, platform),
    skillId,
    version,
    repository: undefined,
    lockedPackages: 0,
    toolVersion: VERSION,
  });
}

/** 9999-12-31: what a date in an SBOM can say. */
const LAST_DATE_MS = 253_402_300_799_999;

function manifestOf({ toml }: Sources): Manifest {
  return parseManifest(toml);
}

function digests(folder: string, files: readonly NamedBytes[], platform: Platform) {
  return files.map(({ path, bytes }) => ({ path: `${folder}/${path}`, sha256: sha256(bytes, platform) }));
}

function sha256(bytes: Uint8Array, platform: Platform): string {
  return toHex(platform.sha256().update(bytes).digest());
}
