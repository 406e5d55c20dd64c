import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ifThere, io } from "./io.ts";

/** What the vault knows a file by: the first 32 hex digits of SHA-256(lower-cased canonical path), spec 3.3 and 5.3. */
export async function placeDigest(file: string): Promise<string> {
  const path = resolve(file);
  const real = canonicalNow(path) ?? (await canonical(path));
  const digest =
    digests.get(real) ??
    process.getBuiltinModule("node:crypto").createHash("sha256").update(real.toLowerCase()).digest("hex").slice(0, 32);
  if (digests.size >= MOST_KEPT) digests.clear();
  digests.set(real, digest);
  return digest;
}

/** Of the few places that a process has. */
const digests = new Map<string, string>();
const MOST_KEPT = 64;

/** Without a trip to the thread pool: each start of a tool asks several times. Undefined: see the other. */
function canonicalNow(path: string): string | undefined {
  try {
    return join(realpathSync.native(dirname(path)), basename(path));
  } catch {
    return undefined;
  }
}

/** With the links of its folder followed, as far as there is one: a folder that is taken away does not make another place of it. */
async function canonical(path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === path) return path;
  const real = await ifThere(() => io("use the folder", folder, () => realpath(folder)));
  return join(real ?? (await canonical(folder)), basename(path));
}
