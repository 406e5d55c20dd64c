/** Revocation lists in the life of a home: fetched, verified, remembered, and only then used (spec 3.4, 7). */
import { SkillError } from "palyra-skills";
import { parseRevocationList, type VerifiedRevocationList, verifyRevocationList } from "palyra-skills/signature";
import { decideList, type FollowedList } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { fetchList } from "../feeds/index.ts";
import { faultPoint } from "../files/index.ts";
import {
  cachedLists,
  type KnownList,
  type ListPlace,
  type ListRecord,
  lookLists,
  putListRecords,
  readListRecords,
  readTrust,
  removeOthers,
  withTrustLock,
  writeCached,
} from "../trust/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { exclusively, projectNow } from "./root.ts";
import { decideTrustChange } from "./trust-change.ts";
import { readHomeTrust, trustPlace } from "./trust-place.ts";

/** What was fetched from where a list is said to be, signed by a key of it. */
export interface FetchedList {
  readonly verified: VerifiedRevocationList;
  readonly bytes: Uint8Array;
}

export interface Refreshed {
  readonly issuer: string;
  /** A list that was not known here. */
  readonly changed: boolean;
  /** Why there is no answer; absent where there is one. */
  readonly error?: SkillError | PalyraError;
}

/** Milliseconds after which a list is asked for again where nobody said so. */
const REFRESH_INTERVAL_MS = 60 * 60 * 1000;

/** Follows a list, of which there is one by then: fetched, verified and remembered first. What `fetchList` and `decideList` throw. */
export async function followList(home: Home, followed: FollowedList, call: Call): Promise<{ readonly changed: boolean }> {
  const fetched = await fetchVerified(home, followed, call);
  const news = await keepList(home, followed, fetched, call);
  const { changed } = await decideTrustChange(home, "revocations", () => ({ do: "follow_list", list: followed }), call);
  return { changed: changed || news };
}

/** Follows it no more, and forgets what was seen of it. */
export async function unfollowList(home: Home, issuer: string, call: Call): Promise<{ readonly changed: boolean }> {
  const { changed } = await decideTrustChange(home, "revocations", () => ({ do: "unfollow_list", issuer }), call);
  const place = trustPlace(home);
  // What one who died in here left goes as well.
  if ((await cachedLists(place)).length === 0 && (await readListRecords(place)).length === 0) return { changed };
  await withTrustLock(place, { purpose: "skills trust revocations", signal: call.signal }, async () => {
    const records = await readListRecords(place);
    const left = records.filter((record) => record.issuer !== issuer);
    if (left.length < records.length) await putListRecords(place, left);
    await removeOthers(place, left);
  });
  return { changed };
}

/** Asks for each list that is followed, or for those of one issuer; one that fails keeps none of the others. */
export async function refreshLists(home: Home, call: Call, issuer?: string): Promise<readonly Refreshed[]> {
  const { constraints } = await readHomeTrust(home, call);
  const wanted = constraints.revocation_lists.filter((list) => issuer === undefined || list.issuer === issuer);
  const refreshed: Refreshed[] = [];
  for (const list of wanted) refreshed.push(await refreshList(home, list, call));
  return refreshed;
}

/** Those that were not heard of for an hour. What fails is a warning: the list that is here counts until it is stale. */
export async function refreshDueLists(home: Home, call: Call): Promise<void> {
  const { constraints } = await readHomeTrust(home, call);
  if (constraints.revocation_lists.length === 0) return;
  for (const { followed, record, standing } of await lookLists(trustPlace(home), constraints.revocation_lists, call.now)) {
    const age = call.now - (record?.fetched_at_unix_ms ?? 0);
    // Heard of in what is the future by now: a clock was wrong, and says nothing of when to ask again.
    const due = record === undefined || standing !== "fresh" || age < 0 || age >= REFRESH_INTERVAL_MS;
    if (!due) continue;
    const { error } = await refreshList(home, followed, call);
    if (error !== undefined) call.warn(`The revocation list ${followed.issuer} could not be renewed (${error.code}).`);
  }
}

async function refreshList(home: Home, followed: FollowedList, call: Call): Promise<Refreshed> {
  const { issuer } = followed;
  try {
    const fetched = await fetchVerified(home, followed, call);
    return { issuer, changed: await keepList(home, followed, fetched, call, { isFollowed: true }) };
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof SkillError) && !(error instanceof PalyraError)) throw error;
    return { issuer, changed: false, error };
  }
}

async function fetchVerified({ platform }: Home, followed: FollowedList, call: Call): Promise<FetchedList> {
  call.progress(`fetching the revocation list ${followed.issuer}`);
  const bytes = await fetchList(followed, call.signal);
  const verified = await verifyRevocationList(parseRevocationList(bytes, followed.source), platform);
  decideList(verified, followed); // Before the lock, and again beside what is remembered.
  return { verified, bytes };
}

/** Remembers a list, in the vault, before anything is decided by it; false where it was known. Journaled first, where it is new. */
async function keepList(
  home: Home,
  followed: FollowedList,
  { verified, bytes }: FetchedList,
  call: Call,
  { isFollowed = false } = {},
): Promise<boolean> {
  const purpose = "skills trust revocations";
  const place = trustPlace(home);
  const { issuer, source } = followed;
  return exclusively(home, call, purpose, (writer) =>
    withTrustLock(place, { purpose, signal: call.signal }, async () => {
      // Fetching takes its time: a key that an operator took off the list meanwhile says nothing more, nor does an issuer.
      const now = isFollowed ? await followedNow(place, issuer) : followed;
      if (now === undefined) return false;
      const records = await readListRecords(place);
      const seen = records.find((record) => record.issuer === issuer);
      const isNew = decideList(verified, now, seen) === "new";
      const { sequence } = verified.terms;
      const record: ListRecord = { issuer, sequence, sha256: verified.sha256, fetched_at_unix_ms: call.now };
      const next = [...records.filter((each) => each.issuer !== issuer), record];
      faultPoint("revocations.begin");
      // Under a name of its own: until the vault names it, the list before it counts, killed or not.
      await writeCached(place, verified, bytes);
      faultPoint("revocations.cached");
      if (isNew) {
        const { keys, payloads, expires_at_unix_ms } = verified.terms;
        const counts = { keys: keys.length, payloads: payloads.length, expires_at_unix_ms };
        const payload = { change: "revocation_list", issuer, source, sequence, statement_sha256: verified.sha256, ...counts };
        const event = makeEvent(home, call, "skill.trust_changed", payload);
        const journal = await writer.journal();
        await journal.transaction((open) => void open.append(event));
        await projectNow(writer, call);
      }
      faultPoint("revocations.journaled");
      await putListRecords(place, next);
      faultPoint("revocations.recorded");
      await removeOthers(place, next);
      return isNew;
    }),
  );
}

async function followedNow(place: ListPlace, issuer: string): Promise<FollowedList | undefined> {
  const { constraints } = await readTrust(place);
  return constraints.revocation_lists.find((list) => list.issuer === issuer);
}

/** All that are followed, as they are here. */
export async function knownLists(home: Home, call: Call): Promise<readonly KnownList[]> {
  const { constraints } = await readHomeTrust(home, call);
  return lookLists(trustPlace(home), constraints.revocation_lists, call.now);
}
