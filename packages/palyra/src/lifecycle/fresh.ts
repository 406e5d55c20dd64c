/** What a policy says of releases: how long one must have been known, how far a version may jump (spec 3.4, 4.4). Off by default. */
import type { AuditPolicy } from "palyra-skills/audit";
import { parseVersion } from "palyra-skills/manifest";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import type { EventKind, StoredEvent } from "../journal/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import type { Evaluated } from "./install-look.ts";
import { exclusively, projectNow } from "./root.ts";

const HOUR_MS = 60 * 60 * 1000;

/** Events that say that a release was here: the first one of its payload counts, by the host's time (T34). */
const SEEN = ["skill.seen", "skill.installed", "skill.updated"] as const satisfies readonly EventKind[];

/**
 * Throws `ReleaseTooFresh` until the cool-down is over. It begins when the release was first seen here: what the artifact says of its time
 * is not signed (T34). By the payload: another archive of the same entries is the same release (T42).
 */
export async function checkCooldown(home: Home, { request, artifact }: Evaluated, call: Call): Promise<void> {
  const { release_cooldown_hours: hours = 0 } = request.policy;
  if (hours === 0) return;
  const { skill_id, version } = artifact.manifest;
  const first_seen_at_unix_ms = (await firstSeen(home, skill_id, artifact.payloadSha256)) ?? null;
  const allowed_from_unix_ms = (first_seen_at_unix_ms ?? call.now) + hours * HOUR_MS;
  if (call.now >= allowed_from_unix_ms) return;
  const details = { skill_id, version, payload_sha256: artifact.payloadSha256, first_seen_at_unix_ms, allowed_from_unix_ms };
  throw new PalyraError("ReleaseTooFresh", details);
}

async function firstSeen(home: Home, skillId: string, payloadSha256: string): Promise<number | undefined> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  if (journal === undefined) return undefined;
  try {
    const events = await journal.events({ kinds: SEEN, skillId, last: Number.MAX_SAFE_INTEGER });
    return events.find((event) => payloadOf(event) === payloadSha256)?.timestamp_unix_ms;
  } finally {
    await journal.close();
  }
}

function payloadOf({ payload_json }: StoredEvent): unknown {
  try {
    const payload: unknown = JSON.parse(payload_json);
    return typeof payload === "object" && payload !== null && "payload_sha256" in payload ? payload.payload_sha256 : undefined;
  } catch {
    return undefined;
  }
}

/** A release that is refused for being fresh is remembered, once: its cool-down begins now. */
export async function noteSeen(home: Home, refused: PalyraError<"ReleaseTooFresh">, call: Call): Promise<void> {
  const { skill_id, version, payload_sha256, first_seen_at_unix_ms } = refused.details;
  if (first_seen_at_unix_ms !== null) return;
  await exclusively(home, call, "skills install", async (writer) => {
    const journal = await writer.journal();
    const event = makeEvent(home, call, "skill.seen", { skill_id, version, payload_sha256 });
    await journal.transaction((transaction) => void transaction.append(event));
    await projectNow(writer, call);
  });
}

/** Throws `VersionJumpRefused`: a version far beyond the one before it would shut out all that come between them (spec 9.2, fast-forward). */
export function checkJump({ max_version_jump: limit }: AuditPolicy, { artifact }: Evaluated, before: string | undefined): void {
  if (limit === undefined || before === undefined) return;
  const { skill_id, version } = artifact.manifest;
  const jump = jumpBetween(before, version);
  if (jump > limit) throw new PalyraError("VersionJumpRefused", { skill_id, version, current: before, jump, limit });
}

/** Minor and patch versions that count as one of the part that breaks. */
const COUNT_AS_ONE = 1000;

/**
 * By how much the part that breaks rises: the major one, or the minor one of `0.x`. A release that is four billion of the lower parts ahead
 * shuts out as many as one that is some major ones, so these count as well, a thousand as one.
 */
export function jumpBetween(from: string, to: string): number {
  const [old, next] = [parseVersion(from) ?? [0, 0, 0], parseVersion(to) ?? [0, 0, 0]];
  const breaking = next[0] === 0 && old[0] === 0 ? 1 : 0;
  let [jump, isSame] = [0, true];
  for (const [at, part] of next.entries()) {
    // Below a part that differs, counting begins anew.
    const rise = part - (isSame ? (old[at] ?? 0) : 0);
    if (isSame && rise < 0) return 0;
    if (at === breaking) jump += rise;
    else if (at > breaking) jump += Math.floor(rise / COUNT_AS_ONE);
    isSame &&= rise === 0;
  }
  return jump;
}
