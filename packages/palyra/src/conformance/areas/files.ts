/** Bytes of vectors as a request carries them. */
import { open } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { decodeUtf8, type JsonObject } from "palyra-skills/encoding";
import { ifThere, readBounded } from "../../files/index.ts";
import { toBase64 } from "../protocol.ts";

/** Files up to this size are sent as bytes, larger ones by their path, so that both ways are tried. */
const MAX_SENT_BYTES = 256 * 1024;
/** Bytes of one vector that is sent as text. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** `bytes` or `file` of a request. */
export async function artifactRequest(folder: string, name: string): Promise<JsonObject> {
  const file = within(folder, name);
  const read = await readBounded(file, MAX_SENT_BYTES);
  return read.ok ? { bytes: toBase64(read.bytes) } : { file };
}

/** `globals` of a request of op `fuel`, where there is such a file. */
export async function optionalArtifact(folder: string, name: string): Promise<JsonObject> {
  const read = await ifThere(() => readBounded(within(folder, name), MAX_SENT_BYTES));
  return read?.ok === true ? { globals: toBase64(read.bytes) } : {};
}

/** A text under the name that its op takes; as `bytes` where it is no UTF-8. */
export async function textRequest(folder: string, name: string, member: string): Promise<JsonObject> {
  const file = within(folder, name);
  const read = await readBounded(file, MAX_TEXT_BYTES);
  if (!read.ok) return { file };
  const text = decodeUtf8(read.bytes);
  return text === undefined ? { bytes: toBase64(read.bytes) } : { [member]: text };
}

/** The vectors are strangers' data: their names stay below their folder. */
export function within(folder: string, name: string): string {
  const file = resolve(folder, name);
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw new RangeError(`${name} lies outside its folder`);
  return file;
}

/** Makes a file of a recipe: `base`, then zero bytes up to a length. */
export async function cook(base: string, length: number, folder: string): Promise<string> {
  const { copyFile } = await import("node:fs/promises");
  const file = join(folder, `recipe-${length}`);
  await copyFile(base, file);
  const handle = await open(file, "r+");
  try {
    await handle.truncate(length);
  } finally {
    await handle.close();
  }
  return file;
}
