import { SkillError } from "palyra-skills";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { compareVersions, HOST_LEVEL, type HostLevel, type Manifest } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";

/** Spec 11.8; fields in the order in which they are printed. */
export interface Compatibility {
  readonly compatible: boolean;
  readonly manifest_version: number;
  readonly required_protocol_major: number;
  readonly current_protocol_major: number;
  readonly min_host_version: string;
  readonly max_host_version?: string;
  readonly current_host_version: string;
  readonly issues: readonly CompatibilityIssue[];
}

export interface CompatibilityIssue {
  readonly code: CompatibilityCode;
  readonly message: string;
  readonly repair_hint: string;
}

export type CompatibilityCode =
  | "abi_required_protocol_major_unsupported"
  | "host_above_max_palyra_version"
  | "host_below_min_palyra_version";

/** Whether this host can run a skill, and everything that is in its way (spec 2.6). */
export function compatibilityOf({ manifest_version, compat }: Manifest, host: HostLevel = HOST_LEVEL): Compatibility {
  const { required_protocol_major: protocol, min_palyra_version: least, max_palyra_version: most } = compat;
  const issues: CompatibilityIssue[] = [];
  if (protocol > host.protocolMajor)
    issues.push({
      code: "abi_required_protocol_major_unsupported",
      message: `the skill needs protocol ${protocol}, this host has ${host.protocolMajor}`,
      repair_hint: "update palyra, or take an older version of the skill",
    });
  if (most !== undefined && compareVersions(most, host.version) < 0)
    issues.push({
      code: "host_above_max_palyra_version",
      message: `the skill is made for hosts up to level ${most}, this one is ${host.version}`,
      repair_hint: "take a newer version of the skill",
    });
  if (compareVersions(least, host.version) > 0)
    issues.push({
      code: "host_below_min_palyra_version",
      message: `the skill needs a host of level ${least}, this one is ${host.version}`,
      repair_hint: "update palyra, or take an older version of the skill",
    });
  return {
    compatible: issues.length === 0,
    manifest_version,
    required_protocol_major: protocol,
    current_protocol_major: host.protocolMajor,
    min_host_version: least,
    ...(most === undefined ? {} : { max_host_version: most }),
    current_host_version: host.version,
    issues,
  };
}

/**
 * Opens an artifact for whatever host it was made for: what is asked for by the last check of spec 1.5 is raised, or lowered, to
 * what the skill names. All other checks stand. For reports alone: nothing may install what comes out.
 */
export async function openForAnyHost(
  bytes: Uint8Array,
  platform: Platform,
  host: HostLevel = HOST_LEVEL,
): Promise<VerifiedArtifact> {
  let level = host;
  // One round for the protocol, one for the version, and the one that passes.
  for (let rounds = 0; ; rounds++) {
    try {
      return await openArtifact(bytes, platform, level);
    } catch (error) {
      const next = rounds < 2 ? levelFor(error, level) : undefined;
      if (next === undefined) throw error;
      level = next;
    }
  }
}

function levelFor(error: unknown, level: HostLevel): HostLevel | undefined {
  if (!(error instanceof SkillError)) return undefined;
  if (isCode(error, "UnsupportedProtocolMajor")) return { ...level, protocolMajor: error.details.requested };
  if (isCode(error, "UnsupportedRuntimeVersion")) return { ...level, version: error.details.requested };
  if (isCode(error, "RuntimeVersionAboveSupportedMaximum")) return { ...level, version: error.details.supported_max };
  return undefined;
}

function isCode<Code extends SkillError["code"]>(error: SkillError, code: Code): error is SkillError<Code> {
  return error.code === code;
}
