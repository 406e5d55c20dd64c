/**
 * Events behind the head that the vault keeps (spec 5.3, T26). Written by a command that was ended before it kept the head, or by whoever
 * can write the journal's file: which of the two, nobody can tell.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type ChainSummary, type Head, type Journal, recordedHead } from "../journal/index.ts";
import type { Home } from "./home.ts";

export interface Unvouched {
  readonly events: number;
  /** Number of the first of them, and the time that it names itself. */
  readonly first: number;
  readonly since_unix_ms: number;
}

/** Milliseconds within which a daemon keeps the head of what it wrote, and a little more. */
const MAX_WAIT_MS = 1_500;
const LOOK_AGAIN_MS = 100;

/** Of a chain that leads through the head that was kept; null: the vault vouches for all of it. What the vault and the journal throw. */
export async function lookUnvouched(
  { records, places }: Pick<Home, "records" | "places">,
  journal: Journal,
  { events }: ChainSummary,
  recorded: Head | undefined,
): Promise<Unvouched | null> {
  const until = performance.now() + MAX_WAIT_MS;
  let kept = recorded?.seq ?? 0;
  while (kept < events && performance.now() < until) {
    await sleep(LOOK_AGAIN_MS);
    // Whoever is writing keeps it in a moment.
    kept = (await recordedHead(records, places.journal))?.seq ?? 0;
  }
  if (kept >= events) return null;
  const [first] = await journal.events({ after: kept, first: 1 });
  return { events: events - kept, first: kept + 1, since_unix_ms: first?.timestamp_unix_ms ?? 0 };
}
