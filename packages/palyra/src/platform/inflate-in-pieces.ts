import type { Inflated } from "palyra-skills/platform";

/**
 * Inflates on the thread pool, a half of what is left of the input a trip, at least `leastBytes`: each piece of the content is taken while
 * the next one inflates. So there are few trips, for each of which a thread has to wake up, and little is left to be taken at the end.
 * @throws zlib's own error, and what `take` throws
 */
export function inflateInPieces(
  deflated: Uint8Array,
  limit: number,
  leastBytes: number,
  take: (piece: Uint8Array) => void,
): Promise<Inflated> {
  return new Promise((resolve, reject) => {
    // One buffer for all of it and the byte that shows a stream that goes on: its pieces lie behind each other there.
    const stream = process.getBuiltinModule("node:zlib").createInflateRaw({ chunkSize: Math.max(limit + 1, 64) });
    const pieces: Uint8Array[] = [];
    let given = 0;
    let taken = 0;
    let length = 0;
    const settle = (answer: Inflated): void => {
      resolve(answer);
      stream.destroy();
    };
    const refuse = (error: unknown): void => {
      reject(error);
      stream.destroy();
    };
    const takeThere = (): void => {
      for (const piece of pieces.slice(taken)) take(piece);
      taken = pieces.length;
    };
    const feed = (): void => {
      // What is not taken lies behind the end of the stream; "end" is on its way.
      if (stream.destroyed || stream.bytesWritten < given) return;
      const half = Math.ceil((deflated.length - given) / 2);
      const next = deflated.subarray(given, given + Math.max(half, leastBytes));
      given += next.length;
      // First the pool's next piece of work, then ours on what it did before.
      if (next.length === 0) stream.end();
      else stream.write(next, feed);
      try {
        takeThere();
      } catch (error) {
        refuse(error);
      }
    };
    stream.on("data", (piece: Buffer) => {
      length += piece.length;
      if (length > limit) settle({ ok: false, problem: "limit" });
      else pieces.push(piece);
    });
    stream.on("end", () => {
      try {
        takeThere();
        settle({ ok: true, bytes: joined(pieces, length), consumed: stream.bytesWritten });
      } catch (error) {
        refuse(error);
      }
    });
    stream.on("error", refuse);
    feed();
  });
}

/** The pieces as one, without a copy where they lie behind each other, as zlib leaves them. */
function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first === undefined) return new Uint8Array();
  let at = first.byteOffset;
  const inOneBuffer = pieces.every((piece) => {
    const follows = piece.buffer === first.buffer && piece.byteOffset === at;
    at += piece.length;
    return follows;
  });
  if (inOneBuffer) return new Uint8Array(first.buffer, first.byteOffset, length);
  return new Uint8Array(Buffer.concat(pieces, length));
}
