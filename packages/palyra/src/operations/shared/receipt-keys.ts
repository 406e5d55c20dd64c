import type { Home } from "../../lifecycle/home.ts";
import { readRecordKey } from "../../lifecycle/index.ts";

/** The names under which the vault keeps what receipts are signed and salted with. */
const RECEIPT_KEY = "skills.receipts.key";
const SALT_KEY = "skills.receipts.salt";

/** The host's own public key, 64 hex digits; null: no run was signed yet. */
export async function hostPublicKey({ records, platform }: Home): Promise<string | null> {
  const kept = await records.get(RECEIPT_KEY);
  const seed = kept === undefined ? "" : Buffer.from(kept).toString("latin1");
  if (!/^[0-9a-f]{64}$/.test(seed)) return null;
  return Buffer.from(await platform.ed25519.publicKey(Buffer.from(seed, "hex"))).toString("hex");
}

export const receiptKeys = (home: Home) => ({
  platform: home.platform,
  signingKey: async () => new Uint8Array((await readRecordKey(home, RECEIPT_KEY)).export()),
  saltKey: () => readRecordKey(home, SALT_KEY),
});
