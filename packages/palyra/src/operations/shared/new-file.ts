import { constants } from "node:fs";
import { access, type FileHandle, lstat, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { SkillError } from "palyra-skills";
import { parseSigningKey } from "palyra-skills/signature";
import { PalyraError } from "../../errors.ts";
import { ifThere, io, readBounded } from "../../files/index.ts";
import { MAX_KEY_BYTES } from "../services.ts";

/** Writes a file that is not there yet, mode 0644, and waits for the disk; of what cannot be written whole nothing stays. `Io`, with `EEXIST` where there is one. */
export async function writeNewFile(file: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  await io("write", file, async () => {
    const handle = await open(file, "wx", 0o644);
    try {
      if (content instanceof Uint8Array) await handle.writeFile(content);
      else for await (const part of content) await handle.writeFile(part);
      await handle.sync();
    } catch (error) {
      await unlessGone(file, handle);
      throw error;
    } finally {
      await handle.close();
    }
  });
}

/** Removes what was begun, where it still is what lies there. */
async function unlessGone(file: string, handle: FileHandle): Promise<void> {
  const [begun, there] = await Promise.all([handle.stat(), lstat(file).catch(() => undefined)]);
  if (there?.isFile() === true && begun.ino === there.ino && begun.dev === there.dev)
    await rm(file, { force: true }).catch(() => {});
}

/** `Io`, as `writeNewFile` would give it; writes nothing. */
export async function requireNew(file: string): Promise<void> {
  const found = await ifThere(() => io("write", file, () => lstat(file)));
  if (found !== undefined) throw new PalyraError("Io", { action: "write", file, code: "EEXIST" });
  await io("write", file, () => access(dirname(file), constants.W_OK));
}

/** The secret key of a key file. `InvalidSigningKeyLength`, `Io`. */
export async function readKeyFile(file: string): Promise<Uint8Array> {
  const read = await readBounded(file, MAX_KEY_BYTES);
  if (!read.ok) throw new SkillError("InvalidSigningKeyLength", { actual: read.size });
  return parseSigningKey(read.bytes);
}
