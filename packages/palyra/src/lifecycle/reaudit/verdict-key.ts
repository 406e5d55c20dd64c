import type { KeyObject } from "node:crypto";
import { decodeUtf8, fromHex, isSha256Hex } from "palyra-skills/encoding";
import { PalyraError } from "../../errors.ts";
import type { Home } from "../home.ts";

/** Of the secret in scope `global` (spec 5.4): 64 hex digits. */
export const VERDICT_KEY = "skills.verdicts.key";

/** The key that verdicts are authenticated with; made by the first pass. `VaultUnavailable` where it cannot be had. */
export async function readVerdictKey({ records }: Home): Promise<KeyObject> {
  const kept = keyIn(await records.get(VERDICT_KEY));
  if (kept !== undefined) return kept;
  // None yet, or something that no pass has put there: without the key no verdict counts, which costs time alone.
  await records.put(VERDICT_KEY, process.getBuiltinModule("node:crypto").randomBytes(32).toString("hex"));
  // Of another process that came at the same time it may be the other's.
  const made = keyIn(await records.get(VERDICT_KEY));
  if (made === undefined) throw unusable("it does not keep what is put into it");
  return made;
}

function keyIn(bytes: Uint8Array | undefined): KeyObject | undefined {
  const text = bytes === undefined ? "" : (decodeUtf8(bytes) ?? "");
  const key = isSha256Hex(text) ? fromHex(text) : undefined;
  return key === undefined ? undefined : process.getBuiltinModule("node:crypto").createSecretKey(key);
}

const unusable = (problem: string) => new PalyraError("VaultUnavailable", { folder: `global/${VERDICT_KEY}`, problem });
