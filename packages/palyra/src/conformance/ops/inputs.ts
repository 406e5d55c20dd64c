/** What several operations take. */
import { stat } from "node:fs/promises";

import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { encodeUtf8, type Fields, type JsonObject, type JsonReader, writeJson } from "palyra-skills/encoding";
import { EMPTY_TRUST_STORE, parseTrustStore, type TrustStore } from "palyra-skills/trust";
import { PalyraError } from "../../errors.ts";
import { io, readBounded } from "../../files/index.ts";
import { base64, optionalOf, optionalValue } from "../protocol.ts";

/** `bytes`, or in their place `file` (spec 12). A file over the size of an archive is refused as one. */
export function bytesOf(request: Fields): () => Promise<Uint8Array> {
  const file = optionalOf(request, "file", pathOf);
  if (file !== undefined) return () => readFileOf(file);
  const bytes = base64(request.required("bytes"));
  return async () => bytes;
}

export const pathOf = (at: JsonReader): string => at.string((path) => (path.includes("\0") ? "not a path" : undefined));

export async function readFileOf(file: string): Promise<Uint8Array> {
  // Opening a pipe that nobody writes to would wait for ever, and hold up every request after this one.
  if (!(await io("read", file, () => stat(file))).isFile())
    throw new PalyraError("Io", { action: "read", file, code: "ENOTSUP" });
  const read = await readBounded(file, MAX_ARCHIVE_BYTES);
  if (read.ok) return read.bytes;
  throw new SkillError("ArtifactTooLarge", { actual: read.size, limit: MAX_ARCHIVE_BYTES });
}

export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function namedBytes(at: JsonReader): NamedBytes {
  const fields = at.object();
  return { path: fields.required("path").string(), bytes: base64(fields.required("bytes")) };
}

/** A store as JSON; absent or null is the empty one. Read when the operation runs, since its faults are a refusal of spec 3.1. */
export function trustOf(request: Fields): () => TrustStore {
  const value = optionalValue(request, "trust");
  if (value === undefined) return () => EMPTY_TRUST_STORE;
  const text = typeof value === "string" ? value : writeJson(value);
  return () => parseTrustStore(encodeUtf8(text), "trust");
}

/** The store in normal form. */
export function trustDocument({ trusted, pinned }: TrustStore): JsonObject {
  return { trusted_publishers: Object.fromEntries(trusted), tofu_publishers: Object.fromEntries(pinned) };
}
