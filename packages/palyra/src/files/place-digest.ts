import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ifThere, io } from "./io.ts";

/** What the vault knows a file by: the first 32 hex digits of SHA-256(lower-cased canonical path), spec 3.3 and 5.3. */
export async function placeDigest(file: string): Promise<string> {
  const path = (await canonical(resolve(file))).toLowerCase();
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(path).digest("hex").slice(0, 32);
}

/** With the links of its folder followed, as far as there is one: a folder that is taken away does not make another place of it. */
async function canonical(path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === path) return path;
  const real = await ifThere(() => io("use the folder", folder, () => realpath(folder)));
  return join(real ?? (await canonical(folder)), basename(path));
}
