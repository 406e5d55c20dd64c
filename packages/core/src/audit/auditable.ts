import type { Platform } from "../platform/index.ts";
import { type Dependency, MAX_AUDITABLE_BYTES, type ModuleFacts, readDependencies } from "../wasm/index.ts";

/** What `.dep-v0` says; `problem` where it is there and says nothing. */
export interface ListedDependencies {
  readonly dependencies?: readonly Dependency[];
  readonly dependencyProblem?: string;
}

/** RFC 1950: two bytes before the deflate stream, four behind it. */
const ZLIB_HEADER = 2;
const ZLIB_CHECKSUM = 4;

/** Inflates the list, up to a bound, and reads it. It is a hint of the builder's, signed with the rest, and no proof of anything. */
export async function listedDependencies(
  bytes: Uint8Array,
  { auditable }: Pick<ModuleFacts, "auditable">,
  platform: Platform,
): Promise<ListedDependencies> {
  if (auditable === undefined) return {};
  const stored = bytes.subarray(auditable.offset, auditable.offset + auditable.size);
  const [method = 0, flags = 0] = stored;
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & 0x20) !== 0)
    return { dependencyProblem: "it is not zlib" };
  const inflated = await platform.inflateRaw(stored.subarray(ZLIB_HEADER), MAX_AUDITABLE_BYTES);
  if (!inflated.ok) {
    const problem = inflated.problem === "limit" ? `it has more than ${MAX_AUDITABLE_BYTES} bytes` : "it cannot be inflated";
    return { dependencyProblem: problem };
  }
  const rest = stored.subarray(ZLIB_HEADER + inflated.consumed);
  if (rest.length < ZLIB_CHECKSUM || adler32(inflated.bytes) !== uint32(rest))
    return { dependencyProblem: "its checksum is wrong" };
  const dependencies = readDependencies(inflated.bytes);
  return dependencies === undefined ? { dependencyProblem: "it is no list of packages" } : { dependencies };
}

const uint32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);

/** RFC 1950, section 9. Sums are reduced before they can be wrong. */
function adler32(bytes: Uint8Array): number {
  const MODULUS = 65_521;
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % MODULUS;
    high = (high + low) % MODULUS;
  }
  return high * 65_536 + low;
}
