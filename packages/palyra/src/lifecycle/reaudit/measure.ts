import { realpath } from "node:fs/promises";
import { type AuditPolicy, type FeedSource, isTooOldFrom, maxAgeDays, type SourcedStatement } from "palyra-skills/audit";
import { HOST_LEVEL } from "palyra-skills/manifest";
import type { Call } from "../../call.ts";
import { fileMark, ifThere } from "../../files/index.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import { type TrustDocuments, trustFiles } from "../../trust/index.ts";
import type { Home } from "../home.ts";
import { readDecidingTrust } from "../trust-place.ts";
import { groundDigest } from "./basis.ts";
import type { Watch } from "./watch.ts";

/** What a pass is asked to hold skills against; the same from its beginning to its end. */
export interface Standards {
  readonly policy: AuditPolicy;
  /** Open for as long as the pass lasts: it is not opened again for each skill. */
  readonly feed: FeedSource;
  /** Statements of exploitability, and the digest of their files; absent: there are none. */
  readonly vex?: readonly SourcedStatement[];
  readonly vexSha256?: string;
  /** Another text for another program: what was judged by other rules is judged anew (spec 5.4). */
  readonly code: string;
}

export interface ReauditRequest extends Standards {
  /** Milliseconds since 1970: each skill's turn has a moment of its own, since a pass may last. */
  readonly clock: () => number;
  readonly watch?: Watch | undefined;
  /** Told of each that was judged anew, and passed. */
  readonly passed?: (entry: InstalledEntry) => void;
}

/** What a skill is held against at one moment. */
export interface Measure {
  readonly policy: AuditPolicy;
  readonly feed: FeedSource;
  readonly vex: readonly SourcedStatement[];
  readonly trust: TrustDocuments;
  /** What verdicts rest on that is the same for all skills. */
  readonly ground: string;
  /** Milliseconds since 1970: from then on the same trust store says something else. */
  readonly until: number | undefined;
  /** How the trust files looked before they were read. */
  readonly marks: string;
}

/** What `readDecidingTrust` throws, `TrustStoreChanged` and `RevocationListStale` among it: then the pass stops, and no skill for it. */
export async function readMeasure(home: Home, standards: Standards, call: Call, now: number): Promise<Measure> {
  const { places, platform, host = HOST_LEVEL } = home;
  const marks = marksOf(home);
  const { store, constraints, digest, nextChangeMs } = await readDecidingTrust(home, { warn: call.warn, now }, "installed");
  const { policy, feed, vex = [], vexSha256 = "", code } = standards;
  const until = earlier(nextChangeMs, feedChangeMs(feed, policy, now));
  const ground = groundDigest({
    place: (await ifThere(() => realpath(places.skillsRoot))) ?? places.skillsRoot,
    code,
    engine: platform.engine,
    host,
    policy,
    feed,
    vexSha256,
    trust: digest,
    until,
  });
  return { policy, feed, vex, trust: { store, constraints }, ground, until, marks };
}

/** When the same feed is too old by the policy, milliseconds since 1970; undefined: it is by now, or there is none. */
export function feedChangeMs(feed: FeedSource, policy: AuditPolicy, now: number): number | undefined {
  const at = feed.state === "open" ? isTooOldFrom(feed.facts, maxAgeDays(policy)) : undefined;
  return at === undefined || at <= now ? undefined : at;
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** Whether a period has ended, or the trust files were changed, since the measure was taken; a look that costs next to nothing. */
export function isOutdated(home: Home, { until, marks }: Measure, now: number): boolean {
  return (until !== undefined && now >= until) || marks !== marksOf(home);
}

function marksOf({ places }: Home): string {
  const { store, constraints } = trustFiles(places.trustStore);
  return [store, constraints].map((file) => fileMark(file) ?? "none").join("\n");
}
