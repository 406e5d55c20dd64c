import { decodeUtf8 } from "../encoding/index.ts";
import type { Place } from "./finding.ts";

const NEWLINE = 0x0a;

/**
 * Places of offsets in a file, in one pass whatever their number: line and column where the file is a text, the offset in each case. Offsets in
 * ascending order.
 */
export function placesOf(file: string, bytes: Uint8Array, offsets: readonly number[]): Place[] {
  if (offsets.length === 0) return [];
  if (bytes.includes(0) || decodeUtf8(bytes) === undefined) return offsets.map((offset) => ({ file, offset }));
  let [line, column, at] = [1, 1, 0];
  return offsets.map((offset) => {
    for (; at < offset; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === NEWLINE) [line, column] = [line + 1, 1];
      // A character begins with any byte but one that goes on with it.
      else if ((byte & 0xc0) !== 0x80) column += 1;
    }
    return { file, offset, line, column };
  });
}
