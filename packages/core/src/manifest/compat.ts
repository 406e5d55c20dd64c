import { SkillError } from "../errors.ts";
import type { Compat } from "./manifest.ts";
import { compareVersions } from "./version.ts";

/** What a host offers to skills. */
export interface HostLevel {
  readonly protocolMajor: number;
  /** The level of Palyra that the host is compatible with; not the npm package's version. */
  readonly version: string;
}

/** Spec 2.6. */
export const HOST_LEVEL: HostLevel = { protocolMajor: 1, version: "0.1.0" };

/**
 * Spec 2.6: whether a host can run the skill. Throws `UnsupportedProtocolMajor`, `UnsupportedRuntimeVersion` or
 * `RuntimeVersionAboveSupportedMaximum`, in that order.
 */
export function checkCompatibility(compat: Compat, host: HostLevel): void {
  const current = host.version;
  if (compat.required_protocol_major > host.protocolMajor)
    throw new SkillError("UnsupportedProtocolMajor", { requested: compat.required_protocol_major, current: host.protocolMajor });
  if (compareVersions(compat.min_palyra_version, current) > 0)
    throw new SkillError("UnsupportedRuntimeVersion", { requested: compat.min_palyra_version, current });
  const maximum = compat.max_palyra_version;
  if (maximum !== undefined && compareVersions(maximum, current) < 0)
    throw new SkillError("RuntimeVersionAboveSupportedMaximum", { supported_max: maximum, current });
}
