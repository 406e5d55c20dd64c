import type { KeyObject } from "node:crypto";
import { decodeUtf8, fromHex, isSha256Hex } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import type { Home } from "./home.ts";

/** A key that the vault keeps under that name in scope `global`, 64 hex digits; made where there is none. `VaultUnavailable` where it cannot be had. */
export async function readRecordKey({ records }: Home, name: string): Promise<KeyObject> {
  const before = await records.get(name);
  const kept = keyIn(before);
  if (kept !== undefined) return kept;
  // None yet, or something that none of us has put there: without the key nothing that it vouched for counts, which costs time alone.
  const fresh = process.getBuiltinModule("node:crypto").randomBytes(32).toString("hex");
  // Of processes that come at the same time one makes it: what the others had made would sign what nobody can verify.
  await records.replace(name, before === undefined ? undefined : textOf(before), fresh);
  const made = keyIn(await records.get(name));
  if (made === undefined)
    throw new PalyraError("VaultUnavailable", { folder: `global/${name}`, problem: "it does not keep what is put into it" });
  return made;
}

function keyIn(bytes: Uint8Array | undefined): KeyObject | undefined {
  const text = bytes === undefined ? "" : textOf(bytes);
  const key = isSha256Hex(text) ? fromHex(text) : undefined;
  return key === undefined ? undefined : process.getBuiltinModule("node:crypto").createSecretKey(key);
}

const textOf = (bytes: Uint8Array): string => decodeUtf8(bytes) ?? "";

/** What vouches for the indexes of vulnerability feeds by which something is decided (T16, T32). */
const FEED_KEY = "skills.feeds.key";

export const readFeedKey = (home: Home): Promise<KeyObject> => readRecordKey(home, FEED_KEY);
