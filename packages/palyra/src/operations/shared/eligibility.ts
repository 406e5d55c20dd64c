import { compareVersions, type HostLevel } from "palyra-skills/manifest";
import type { EffectiveStatus } from "../../journal/index.ts";

/** Spec 11.4, fields in the order in which they are printed. */
export interface RuntimeStatus {
  readonly status: string;
  readonly source: "journal" | "unknown";
  readonly quarantine_status: "quarantined" | "not_quarantined" | "unknown";
  readonly reason?: string;
  readonly detected_at_ms?: number;
  readonly operator_principal?: string;
}

export interface Requirements {
  readonly required_protocol_major: number;
  readonly min_palyra_version: string;
}

export interface Eligibility {
  readonly status: "eligible" | "blocked" | "unknown";
  readonly eligible: boolean;
  readonly reasons: readonly string[];
}

/** What the journal says, as it is printed. */
export function runtimeStatus({ status, source, row }: EffectiveStatus): RuntimeStatus {
  if (source === "unknown") return UNKNOWN;
  const quarantine_status = status === "quarantined" ? "quarantined" : "not_quarantined";
  if (row === undefined) return { status, source, quarantine_status };
  const { reason, detected_at_ms, operator_principal } = row;
  if (reason === null) return { status, source, quarantine_status, detected_at_ms, operator_principal };
  return { status, source, quarantine_status, reason, detected_at_ms, operator_principal };
}

const UNKNOWN: RuntimeStatus = { status: "unknown", source: "unknown", quarantine_status: "unknown" };

/**
 * Whether a skill may run here (spec 11.4): not when it is quarantined or disabled, when the host is below what it needs, or when
 * something else `blocks` it; unknown without a status, and `whyUnknown` says why that is. A status that is none of the three is not eligible (D6).
 */
export function eligibilityOf(
  { status, reason }: RuntimeStatus,
  requirements: Requirements | undefined,
  host: HostLevel,
  blocks: readonly string[] = [],
  whyUnknown: string = NO_STATUS,
): Eligibility {
  if (status === "active" && blocks.length === 0 && isEnough(host, requirements)) return ELIGIBLE;
  const reasons = [
    ...blocks,
    ...statusReasons(status, reason),
    ...(requirements === undefined ? [] : hostReasons(requirements, host)),
  ];
  if (reasons.length > 0) return { status: "blocked", eligible: false, reasons };
  if (status === "unknown") return { status: "unknown", eligible: false, reasons: [whyUnknown] };
  return ELIGIBLE;
}

const ELIGIBLE: Eligibility = { status: "eligible", eligible: true, reasons: [] };

/** The common case, of a thousand skills in a list, without a comparison. */
function isEnough({ protocolMajor, version }: HostLevel, requirements: Requirements | undefined): boolean {
  return requirements?.required_protocol_major === protocolMajor && requirements.min_palyra_version === version;
}

const NO_STATUS = "the journal has no status for it: it has never been admitted here";
export const UNREAD_STATUS = "the journal cannot be read, so its status is not known";

function statusReasons(status: string, reason: string | undefined): string[] {
  const because = reason === undefined ? "" : ` (${reason})`;
  if (status === "active" || status === "unknown") return [];
  if (status === "quarantined" || status === "disabled") return [`it is ${status}${because}`];
  return [`its status is ${JSON.stringify(status)}, which this version does not know${because}`];
}

function hostReasons({ required_protocol_major: major, min_palyra_version: min }: Requirements, host: HostLevel): string[] {
  return [
    ...(major > host.protocolMajor ? [`it needs protocol ${major}, this host has ${host.protocolMajor}`] : []),
    ...(compareVersions(min, host.version) > 0 ? [`it needs a host of level ${min}, this one is ${host.version}`] : []),
  ];
}
