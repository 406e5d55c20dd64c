/**
 * What `PALYRA_SKILL_AUDIT_VULN_FEED_HOOK` names (spec 4.3, T16), from three sides: what an audit is given to look things up in
 * (`FeedSource`), and what rules see of it (`FeedState`): that it was not read, or what it knows of each component.
 */
import type { LookUp, NotCompared, VexStatement, Vulnerability } from "../supplychain/index.ts";
import type { Place } from "./finding.ts";

export type FeedSource = UnreadFeed | OpenFeed;

export type UnreadFeed =
  | { readonly state: "not_named" }
  /** `problem`: a few words, without a full stop. */
  | { readonly state: "unreadable"; readonly hook: string; readonly problem?: string };

export interface OpenFeed {
  readonly state: "open";
  readonly facts: FeedFacts;
  readonly lookUp: LookUp;
}

/** What is known of a feed as a whole. */
export interface FeedFacts {
  /** As it was named, without a password. */
  readonly hook: string;
  /** Of its bytes; 64 hex digits. */
  readonly sha256: string;
  /** Records that count; beside them those that were withdrawn, and those that could not be read. */
  readonly records: number;
  readonly withdrawn: number;
  readonly refused: number;
  /** Files of a folder or entries of a zip that were passed over, as they are named like no record; absent: none. */
  readonly passedOver?: number;
  /** When the newest of its records was modified, milliseconds since 1970; absent where there is none. */
  readonly newest?: number;
  /** When it was fetched, where it is an address. */
  readonly fetchedAt?: number;
}

export type FeedState = UnreadFeed | ScannedFeed;

export interface ScannedFeed {
  readonly state: "scanned";
  readonly facts: FeedFacts;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly components: readonly ScannedComponent[];
}

export interface ScannedComponent {
  /** Name and version, as its document has them. */
  readonly name: string;
  readonly purl?: string;
  readonly place: Place;
  /** False: the SBOM says that it is only for building or testing (`excluded`). */
  readonly isShipped: boolean;
  readonly vulnerabilities: readonly JudgedVulnerability[];
  readonly notCompared: readonly { readonly why: NotCompared; readonly records?: readonly string[] }[];
}

export interface JudgedVulnerability extends Vulnerability {
  /** The last that somebody said of it in this skill. */
  readonly operator?: SourcedStatement;
  readonly publisher?: SourcedStatement;
}

/** A statement of exploitability, and the file that it is from. */
export interface SourcedStatement extends VexStatement {
  readonly source: string;
}

export const NO_FEED: UnreadFeed = { state: "not_named" };

/** Of a feed that nothing opened. Takes the variable as it stands in the environment; blank is the same as unset. */
export function feedState(hook: string | null | undefined): UnreadFeed {
  const named = hook?.trim() ?? "";
  return named === "" ? NO_FEED : { state: "unreadable", hook: named };
}

const DAY_MS = 86_400_000;

/** Whole days since its newest record was modified; undefined where it has none. */
export function ageInDays({ newest }: FeedFacts, at: number): number | undefined {
  return newest === undefined ? undefined : Math.max(0, Math.floor((at - newest) / DAY_MS));
}

/** Milliseconds since 1970: from then on it is more than so many days old; undefined where it has no record. */
export function isTooOldFrom({ newest }: FeedFacts, days: number): number | undefined {
  return newest === undefined ? undefined : newest + (days + 1) * DAY_MS;
}
