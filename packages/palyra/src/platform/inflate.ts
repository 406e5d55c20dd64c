import type { ZlibOptions } from "node:zlib";
import type { Inflated } from "palyra-skills/platform";
import { inflateInPieces } from "./inflate-in-pieces.ts";

const zlib = () => process.getBuiltinModule("node:zlib");

/** Bytes of output up to which inflating at once is cheaper than a trip to the thread pool and back. */
const AT_ONCE_BYTES = 32 * 1024;

/** The thread pool has no core of its own then, and its trips cost a tenth. */
export const oneCore = () => process.getBuiltinModule("node:os").availableParallelism() === 1;

/** `Platform.inflateRaw` by Node's zlib: large streams inflate on the thread pool, beside the caller, and the largest in pieces. */
export async function inflate(deflated: Uint8Array, limit: number, take?: (piece: Uint8Array) => void): Promise<Inflated> {
  // A buffer of one byte more than allowed shows a stream that goes on, and is never copied.
  const options = {
    info: true,
    maxOutputLength: Math.max(limit, 1),
    chunkSize: Math.max(limit + 1, zlib().constants.Z_MIN_CHUNK),
  };
  try {
    if (limit <= AT_ONCE_BYTES || oneCore()) return described(zlib().inflateRawSync(deflated, options), limit);
    if (take !== undefined && deflated.length > PIECE_BYTES) return await inflateInPieces(deflated, limit, PIECE_BYTES, take);
    return described(await onThreadPool(deflated, options), limit);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/**
 * Bytes of input for one trip to the thread pool, at least: its caller hashes one piece while the next inflates, and waits for no more than
 * one at the end, a millisecond or two. Half of that makes as many trips again, and on an idle machine each is the waking up of a core.
 */
const PIECE_BYTES = 256 * 1024;

const onThreadPool = (deflated: Uint8Array, options: ZlibOptions): Promise<unknown> =>
  new Promise((resolve, reject) => {
    zlib().inflateRaw(deflated, options, (error, inflated) => (error === null ? resolve(inflated) : reject(error)));
  });

/** With `info`, zlib hands back the bytes together with its engine, which knows how much of the input it took. */
function described(result: unknown, limit: number): Inflated {
  if (!isInflatedWithEngine(result)) throw new TypeError("node:zlib answered without its engine");
  const { buffer, engine } = result;
  if (buffer.length > limit) return { ok: false, problem: "limit" };
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  return { ok: true, bytes, consumed: engine.bytesWritten };
}

const isInflatedWithEngine = (
  result: unknown,
): result is { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } =>
  typeof result === "object" && result !== null && "buffer" in result && "engine" in result;

function problemOf(error: unknown): "limit" | "truncated" | "corrupt" {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") return "limit";
  if (code === "Z_BUF_ERROR") return "truncated";
  if (code === "Z_DATA_ERROR") return "corrupt";
  throw error;
}
