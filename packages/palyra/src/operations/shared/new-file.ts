import { open } from "node:fs/promises";
import { SkillError } from "palyra-skills";
import { parseSigningKey } from "palyra-skills/signature";
import { io, readBounded } from "../../files/index.ts";
import { MAX_KEY_BYTES } from "../services.ts";

/** Writes a file that is not there yet, mode 0644, and waits for the disk. `Io`, with `EEXIST` where there is one. */
export async function writeNewFile(file: string, bytes: Uint8Array): Promise<void> {
  await io("write", file, async () => {
    const handle = await open(file, "wx", 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** The secret key of a key file. `InvalidSigningKeyLength`, `Io`. */
export async function readKeyFile(file: string): Promise<Uint8Array> {
  const read = await readBounded(file, MAX_KEY_BYTES);
  if (!read.ok) throw new SkillError("InvalidSigningKeyLength", { actual: read.size });
  return parseSigningKey(read.bytes);
}
