import { buildArtifact } from "../../src/artifact/index.ts";
import { type AuditReport, auditSkill, DEFAULT_POLICY, type FeedSource, type Update } from "../../src/audit/index.ts";
import type { AuditPolicy } from "../../src/audit/report.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { type Platform, webPlatform } from "../../src/platform/index.ts";
import { decideTrust, EMPTY_TRUST_STORE, type TrustedSkill } from "../../src/trust/index.ts";
import { nodePlatform } from "../platforms.ts";

/** Real artifacts, built and opened: what an audit is given. */

export interface SkillParts {
  /** Replaces the line of that key in the manifest below. */
  readonly skill_id?: string;
  readonly publisher?: string;
  readonly tool_id?: string;
  /** TOML, at the end of the manifest. */
  readonly more?: string;
  /** The documents as text; minimal ones where absent. */
  readonly sbom?: string;
  readonly provenance?: string;
  /** Paths without `assets/`. */
  readonly assets?: Readonly<Record<string, Uint8Array>>;
  /** Paths without `modules/`. */
  readonly modules: Readonly<Record<string, Uint8Array>>;
}

export async function trustedSkill(parts: SkillParts): Promise<TrustedSkill> {
  const publisher = parts.publisher ?? "acme";
  const built = await buildArtifact(
    {
      manifest: encodeUtf8(`
skill_id = "${parts.skill_id ?? "acme.echo"}"
name = "Echo"
version = "1.0.0"
publisher = "${publisher}"
[[entrypoints.tools]]
id = "${parts.tool_id ?? `${publisher}.echo`}"
name = "echo"
description = "Echoes"
input_schema = { type = "object" }
output_schema = { type = "object" }
[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
${parts.more ?? ""}
`),
      modules: Object.entries(parts.modules).map(([path, bytes]) => ({ path, bytes })),
      assets: Object.entries(parts.assets ?? {}).map(([path, bytes]) => ({ path, bytes })),
      sbom: encodeUtf8(parts.sbom ?? '{"bomFormat":"CycloneDX","specVersion":"1.6"}'),
      provenance: encodeUtf8(parts.provenance ?? '{"subject":[{"name":"m"}],"builder":{"id":"test"}}'),
      secretKey: new Uint8Array(32).fill(7),
      signedAtUnixMs: 0,
    },
    nodePlatform,
  );
  return decideTrust(built.artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
}

export interface AuditParts {
  readonly policy?: Partial<AuditPolicy>;
  readonly platform?: Platform;
  readonly feed?: FeedSource;
  readonly update?: Update;
}

export const audit = (trusted: TrustedSkill, parts: AuditParts = {}): Promise<AuditReport> =>
  auditSkill(trusted, {
    policy: { ...DEFAULT_POLICY, ...parts.policy },
    platform: parts.platform ?? webPlatform,
    now: 1_700_000_000_000,
    ...(parts.feed === undefined ? {} : { feed: parts.feed }),
    ...(parts.update === undefined ? {} : { update: parts.update }),
  });
