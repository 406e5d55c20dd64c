/** What a process says, taken apart as it comes: nothing is kept of a message before its kind and length are known to be allowed (T39). */
import { decodeFromProcess, type FromProcess, HEADER_BYTES, readHeader } from "palyra-sandbox/protocol";

export class FrameReader {
  #parts: Uint8Array[] = [];
  #buffered = 0;
  #header: ReturnType<typeof readHeader<"process">> | undefined;

  /** The messages that are whole by now, one after another. Throws `WireFault`; then nothing more may be read. */
  *take(chunk: Uint8Array): Generator<FromProcess> {
    this.#parts.push(chunk);
    this.#buffered += chunk.length;
    for (;;) {
      if (this.#header === undefined) {
        if (this.#buffered < HEADER_BYTES) return;
        this.#header = readHeader("process", this.#exactly(HEADER_BYTES));
      }
      const { is, length } = this.#header;
      if (this.#buffered < length) return;
      this.#header = undefined;
      yield decodeFromProcess(is, this.#exactly(length));
    }
  }

  /** A copy: what is kept of a message must not keep what came with it. */
  #exactly(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const [first] = this.#parts;
      if (first === undefined) break;
      const part = first.subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#parts.shift();
      else this.#parts[0] = first.subarray(part.length);
    }
    this.#buffered -= length;
    return bytes;
  }
}
