/** One line of a stream, without its line feed; undefined `bytes` for one that is longer than is read. */
export interface Line {
  readonly bytes: Uint8Array | undefined;
}

const LINE_FEED = 10;

/** Splits a stream into lines. One that is over `limit` bytes is thrown away as it comes, so no line can fill the memory. */
export async function* readLines(stream: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array): void => {
    length += part.byteLength;
    if (length > limit) parts = [];
    else parts.push(part);
  };
  const line = (): Line => {
    const whole = length > limit ? undefined : joined(parts, length);
    parts = [];
    length = 0;
    return { bytes: whole };
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      yield line();
    }
    if (start < chunk.byteLength) take(chunk.subarray(start));
  }
  if (length > 0) yield line();
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
