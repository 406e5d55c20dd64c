/**
 * The revocation lists as they were fetched: `<state root>/revocations/<store's 32 hex digits>/<sha256>.json`, mode 0600, named after the
 * list's message. A file counts only where the vault names it, so one that is put there says nothing, and one that is gone is missed.
 */
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { SkillError } from "palyra-skills";
import type { Platform } from "palyra-skills/platform";
import {
  MAX_REVOCATION_LIST_BYTES,
  parseRevocationList,
  type RevocationListTerms,
  type VerifiedRevocationList,
  verifyRevocationList,
} from "palyra-skills/signature";
import { decideList, type FollowedList, freshnessOf } from "palyra-skills/trust";
import { ifThere, io, makeFolder, placeDigest, readRegular, writeFileAtomically } from "../files/index.ts";
import { sha256, type TrustPlace } from "./integrity.ts";
import { type ListRecord, readListRecords } from "./list-records.ts";

/** A trust store, and where lists are kept for it. */
export interface ListPlace extends TrustPlace {
  /** `<state root>/revocations`. */
  readonly lists: string;
  readonly platform: Platform;
}

/** A list that is followed, as it is here. */
export interface KnownList {
  readonly followed: FollowedList;
  readonly record?: ListRecord;
  /** Where it can be used. */
  readonly terms?: RevocationListTerms;
  /** `unfetched`: never seen; `unusable`: seen, and the cache does not have it. */
  readonly standing: "fresh" | "expired" | "stale" | "unfetched" | "unusable";
  /** Of one that is unusable: the file, and what is wrong with it. */
  readonly fault?: { readonly file: string; readonly problem: string };
}

/** All lists that are followed, verified anew: in the order of the constraints. `VaultUnavailable`, `Io`. */
export async function lookLists(place: ListPlace, followed: readonly FollowedList[], now: number): Promise<readonly KnownList[]> {
  if (followed.length === 0) return [];
  let records = await readListRecords(place);
  // Read without the lock: a writer may take a file away between the vault and it. Found twice under one record it is no writer of ours.
  for (let attempt = 1; ; attempt += 1) {
    const known = await Promise.all(followed.map((list) => lookList(place, list, records, now)));
    if (!known.some(({ standing }) => standing === "unusable")) return known;
    const later = await readListRecords(place);
    if (JSON.stringify(later) === JSON.stringify(records) || attempt === MAX_ATTEMPTS) return known;
    records = later;
  }
}

/** Each has met another writer. */
const MAX_ATTEMPTS = 100;

async function lookList(
  place: ListPlace,
  followed: FollowedList,
  records: readonly ListRecord[],
  now: number,
): Promise<KnownList> {
  const record = records.find(({ issuer }) => issuer === followed.issuer);
  if (record === undefined) return { followed, standing: "unfetched" };
  const file = await cachedFile(place, record.sha256);
  const unusable = (problem: string): KnownList => ({ followed, record, standing: "unusable", fault: { file, problem } });
  const read = await readRegular(file, MAX_REVOCATION_LIST_BYTES);
  if (read === undefined) return unusable("it is missing");
  if (!read.ok) return unusable("it is too large");
  try {
    const verified = await verifiedOf(read.bytes, file, place.platform);
    // What the vault names, and nothing else: an older list, even a genuine one, is refused here. Spec 7.
    if (decideList(verified, followed, record) !== "same") return unusable("it is not the list that was seen last");
    return { followed, record, terms: verified.terms, standing: freshnessOf(verified.terms, followed, now) };
  } catch (error) {
    if (error instanceof SkillError) return unusable(PROBLEMS[error.code] ?? "it is damaged");
    throw error;
  }
}

/** Of the very bytes, by their digest: a large list takes half a second, and a process asks for it more than once. */
const verifiedBefore = new Map<string, VerifiedRevocationList>();
const MAX_VERIFIED = 8;

async function verifiedOf(bytes: Uint8Array, file: string, platform: Platform): Promise<VerifiedRevocationList> {
  const digest = sha256(bytes);
  const before = verifiedBefore.get(digest);
  if (before !== undefined) return before;
  const verified = await verifyRevocationList(parseRevocationList(bytes, file), platform);
  const [oldest] = verifiedBefore.keys();
  if (oldest !== undefined && verifiedBefore.size >= MAX_VERIFIED) verifiedBefore.delete(oldest);
  verifiedBefore.set(digest, verified);
  return verified;
}

const PROBLEMS: { readonly [code: string]: string } = {
  RevocationListRefused: "its signer may not sign this list any more",
  RevocationListRolledBack: "it is older than the list that was seen last",
  ConflictingRevocationList: "it is another list with the same number",
};

/** The files that the vault names for this store: other lists are other names. */
export async function listFiles(place: ListPlace): Promise<readonly string[]> {
  const records = await readListRecords(place);
  return Promise.all(records.map(({ sha256 }) => cachedFile(place, sha256)));
}

/** Keeps a list under its name; nothing counts of it until the vault has that name. */
export async function writeCached(place: ListPlace, { sha256 }: VerifiedRevocationList, bytes: Uint8Array): Promise<void> {
  const file = await cachedFile(place, sha256);
  const folder = join(file, "..");
  await io("create", folder, () => makeFolder(folder, 0o700));
  await writeFileAtomically(file, bytes, { mode: 0o600, temporary: `${file}.tmp` });
}

/** Names of the files that are kept for this store. */
export async function cachedLists(place: ListPlace): Promise<readonly string[]> {
  const folder = join(place.lists, await placeDigest(place.file));
  return (await ifThere(() => io("read", folder, () => readdir(folder)))) ?? [];
}

/** What nobody names any more goes; that it cannot is no failure. */
export async function removeOthers(place: ListPlace, records: readonly ListRecord[]): Promise<void> {
  const folder = join(place.lists, await placeDigest(place.file));
  const kept = new Set(records.map(({ sha256 }) => `${sha256}.json`));
  for (const name of await cachedLists(place).catch(() => []))
    if (!kept.has(name)) await unlink(join(folder, name)).catch(() => {});
}

async function cachedFile(place: ListPlace, sha256: string): Promise<string> {
  return join(place.lists, await placeDigest(place.file), `${sha256}.json`);
}
