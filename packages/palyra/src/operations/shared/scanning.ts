import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { type FeedSource, NO_FEED, type SourcedStatement } from "palyra-skills/audit";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { Settings } from "../../settings.ts";
import { namedBy } from "./named-by.ts";

/** What audits look components up in, for one run (spec 4.3, 4.4, T16). */
export interface Scanning {
  readonly feed: FeedSource;
  /** What the operator holds to be true of vulnerabilities. */
  readonly vex: readonly SourcedStatement[];
  /** Of the statements' files; what verdicts rest on beside the feed's own digest (spec 5.4). */
  readonly vexSha256: string;
}

/** Where the indexes of feeds, and what was fetched of them, are kept. */
export function feedCache(settings: Settings): string {
  return join(settings.stateRoot.value, "cache", "feeds");
}

/**
 * Opens what is named, and closes it afterwards. A feed that cannot be read is told in the report; statements that cannot: `VexInvalid`, `Io`.
 * `key`: of the vault, asked for where a feed is named; whoever decides by what is found gives it.
 */
export async function withScanning<Result>(
  settings: Settings,
  call: Pick<Call, "now" | "signal" | "progress">,
  work: (scanning: Scanning) => Promise<Result>,
  key?: () => Promise<KeyObject>,
): Promise<Result> {
  const { vulnerabilityFeed, vulnerabilityStatements } = settings;
  const hook = vulnerabilityFeed.value;
  // What is not named costs nothing.
  if (hook === undefined && vulnerabilityStatements.value === undefined) return work({ feed: NO_FEED, vex: [], vexSha256: "" });
  const { NO_STATEMENTS, openFeed, readVexFiles } = await import("../../feeds/index.ts");
  const file = vulnerabilityStatements.value;
  const { statements: vex, sha256: vexSha256 } =
    file === undefined ? NO_STATEMENTS : await namedBy(vulnerabilityStatements, () => readVexFiles(file));
  if (hook === undefined) return work({ feed: NO_FEED, vex, vexSha256 });
  const { now, signal, progress } = call;
  const keyed = key === undefined ? {} : { key: await key() };
  const opened = await openFeed(hook, { cache: feedCache(settings), now, signal, progress, ...keyed });
  try {
    return await work({ feed: opened.source, vex, vexSha256 });
  } finally {
    opened.close();
  }
}

/** Milliseconds after which a feed is asked for again where nobody said so. */
const RENEW_INTERVAL_MS = 6 * 60 * 60 * 1000;

/** Fetches a feed that is an address, where it was not heard of for that long. What fails is a warning: what is here counts, and says its age. */
export async function renewFeed(
  settings: Settings,
  call: Pick<Call, "now" | "signal" | "warn">,
  readKey: () => Promise<KeyObject>,
): Promise<void> {
  const hook = settings.vulnerabilityFeed.value;
  if (hook === undefined || !hook.includes("://")) return;
  const { fetchFeed, fetchedAt, withoutSecrets } = await import("../../feeds/index.ts");
  const cache = feedCache(settings);
  const { now, signal } = call;
  const key = await readKey();
  const age = now - ((await fetchedAt(hook, cache, { key, signal })) ?? 0);
  // Heard of in what is the future by now: a clock was wrong, and says nothing of when to ask again.
  if (age >= 0 && age < RENEW_INTERVAL_MS) return;
  try {
    await fetchFeed(hook, cache, { now, signal, key });
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof PalyraError)) throw error;
    call.warn(`The vulnerability feed ${withoutSecrets(hook)} could not be renewed (${error.code}).`);
  }
}
