import { open, unlink } from "node:fs/promises";
import { toHex } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { keyId, SECRET_KEY_BYTES } from "palyra-skills/signature";
import { io } from "../files/index.ts";

export interface GeneratedKey {
  readonly keyId: string;
  /** 64 lower-case hex digits. */
  readonly publicKeyHex: string;
}

/**
 * Makes an Ed25519 key and gives its secret half, 64 hex digits and a newline, to `keep`: the secret goes nowhere else. Spec 6.1.
 */
export async function generateKey(
  randomBytes: (size: number) => Uint8Array,
  platform: Platform,
  keep: (secret: string) => Promise<void>,
): Promise<GeneratedKey> {
  const secret = randomBytes(SECRET_KEY_BYTES);
  const publicKey = await platform.ed25519.publicKey(secret);
  await keep(`${toHex(secret)}\n`);
  return { keyId: keyId(publicKey, platform), publicKeyHex: toHex(publicKey) };
}

/**
 * Writes a secret into a new file, readable by its owner alone. What is there is never overwritten (`Io` with `EEXIST`), and no folder is
 * made for it (`ENOENT`): nobody would look for a secret in a misspelt one.
 */
export async function writeKeyFile(file: string, secret: string): Promise<void> {
  await io("write", file, async () => {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(secret);
      await handle.sync();
    } catch (error) {
      // Half a key is none, and would be in the way of the next (a full disk).
      await unlink(file).catch(() => {});
      throw error;
    } finally {
      await handle.close();
    }
  });
}
