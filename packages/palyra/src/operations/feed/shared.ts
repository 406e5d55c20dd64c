import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { openFeed } from "../../feeds/index.ts";
import type { Settings } from "../../settings.ts";
import { feedCache } from "../shared/scanning.ts";

/** What is known of the vulnerability feed that is named. */
export interface FeedDocument {
  /** As it was named, without a password; null: none is. */
  readonly feed: string | null;
  readonly state: "not_named" | "unreadable" | "ready";
  /** Why it cannot be read. */
  readonly problem: string | null;
  /** Of its bytes, 64 hex digits. */
  readonly sha256: string | null;
  readonly records: number;
  readonly withdrawn_records: number;
  readonly refused_records: number;
  /** Files of a folder or entries of a zip that are named like no record. */
  readonly passed_over_files: number;
  /** The first of the refused, with what is wrong. */
  readonly refusals: readonly string[];
  /** When the newest of its records was modified. */
  readonly newest_modified_unix_ms: number | null;
  /** When it was last heard that this is the newest, where it is an address. */
  readonly fetched_at_unix_ms: number | null;
  readonly asked_at_unix_ms: number;
}

const NOTHING = {
  problem: null,
  sha256: null,
  records: 0,
  withdrawn_records: 0,
  refused_records: 0,
  passed_over_files: 0,
  refusals: [],
  newest_modified_unix_ms: null,
  fetched_at_unix_ms: null,
};

/** Opens it as an audit would: its index is made where there is none. */
export async function describeFeed(settings: Settings, call: Call): Promise<FeedDocument> {
  const hook = settings.vulnerabilityFeed.value;
  const asked_at_unix_ms = call.now;
  if (hook === undefined) return { feed: null, state: "not_named", ...NOTHING, asked_at_unix_ms };
  const { now, signal, progress } = call;
  const { source, facts, close } = await openFeed(hook, { cache: feedCache(settings), now, signal, progress });
  close();
  if (source.state !== "open" || facts === undefined) {
    const { hook: feed = hook, problem = null } = source.state === "unreadable" ? source : {};
    return { feed, state: "unreadable", ...NOTHING, problem, asked_at_unix_ms };
  }
  return {
    feed: source.facts.hook,
    state: "ready",
    problem: null,
    sha256: facts.sha256,
    records: facts.records,
    withdrawn_records: facts.withdrawn,
    refused_records: facts.refused,
    passed_over_files: facts.passedOver,
    refusals: facts.refusals,
    newest_modified_unix_ms: facts.newest ?? null,
    fetched_at_unix_ms: source.facts.fetchedAt ?? null,
    asked_at_unix_ms,
  };
}

/** `Usage`: none is named. */
export function requireNamedFeed(settings: Settings): string {
  const hook = settings.vulnerabilityFeed.value;
  if (hook !== undefined) return hook;
  throw new PalyraError("Usage", {
    problem: "no vulnerability feed is named",
    hint: "name a folder, a zip, a file of lines or an https address: PALYRA_SKILL_AUDIT_VULN_FEED_HOOK",
  });
}
