import type { Inflated, Platform } from "../platform/index.ts";
import { STORED } from "./central.ts";
import type { NamedEntry } from "./entries.ts";
import { zipFault } from "./fault.ts";

/** The content of an entry, at its declared size to the byte and with the right CRC (spec 1.6). */
export function checkContent(entry: NamedEntry, inflated: Inflated, platform: Platform): Uint8Array {
  const { record, compressed, size } = entry;
  const fault = (problem: string) => zipFault(problem, record.localOffset, record.name);
  if (!inflated.ok) throw fault(PROBLEMS[inflated.problem]);
  // Two streams, or bytes behind one, are content that only some readers see (T13).
  if (inflated.consumed !== compressed.length) throw fault("bytes left over behind its compressed content");
  if (inflated.bytes.length !== size) throw fault("shorter than declared");
  if (platform.crc32(inflated.bytes) !== record.crc32) throw fault("the CRC of its content is another");
  return inflated.bytes;
}

/** Undoes an entry's compression, to no more than its declared size. */
export async function inflateEntry({ record, compressed, size }: NamedEntry, platform: Platform): Promise<Inflated> {
  if (record.method !== STORED) return platform.inflateRaw(compressed, size);
  return compressed.length > size
    ? { ok: false, problem: "limit" }
    : { ok: true, bytes: compressed, consumed: compressed.length };
}

const PROBLEMS = {
  limit: "longer than declared",
  truncated: "its compressed content ends early",
  corrupt: "its compressed content is no deflate stream",
} as const;
