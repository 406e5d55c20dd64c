import { Z_BUF_ERROR, Z_FINISH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";
import type { Inflated } from "./platform.ts";

/** Raw deflate with the largest window, in zlib's way of saying so. */
const RAW_WINDOW_BITS = -15;

/** `Platform.inflateRaw` in JavaScript, by pako: its stream knows how much it took. */
export function inflateRaw(deflated: Uint8Array, limit: number): Inflated {
  const stream = new ZStream();
  zlibInflateInit2(stream, RAW_WINDOW_BITS);
  stream.input = deflated;
  stream.avail_in = deflated.length;
  // One byte more than allowed: room to see the end of a stream that is just full, and to see that one goes on.
  stream.output = new Uint8Array(limit + 1);
  stream.avail_out = stream.output.length;
  const status = zlibInflate(stream, Z_FINISH);
  if (status !== Z_STREAM_END && status !== Z_OK && status !== Z_BUF_ERROR) return { ok: false, problem: "corrupt" };
  if (stream.total_out > limit) return { ok: false, problem: "limit" };
  if (status !== Z_STREAM_END) return { ok: false, problem: "truncated" };
  return { ok: true, bytes: stream.output.subarray(0, stream.total_out), consumed: stream.total_in };
}
