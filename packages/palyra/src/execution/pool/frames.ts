/** What a process says, taken apart as it comes: nothing is kept of a message before its kind and length are known to be allowed (T39). */
import { decodeFromProcess, type FromProcess, HEADER_BYTES, readHeader } from "palyra-sandbox/protocol";

export class FrameReader {
  #header: ReturnType<typeof readHeader<"process">> | undefined;
  /** What there is of the header or the message that is under way: a copy, grown by doubling, so that each byte costs the same however they come. */
  #part = new Uint8Array(HEADER_BYTES);
  #have = 0;

  /** The messages that are whole by now, one after another; of the chunk itself nothing is kept. Throws `WireFault`; then nothing more may be read. */
  *take(chunk: Uint8Array): Generator<FromProcess> {
    for (let at = 0; ; ) {
      const wanted = this.#header?.length ?? HEADER_BYTES;
      at += this.#fill(chunk.subarray(at), wanted);
      if (this.#have < wanted) return;
      const bytes = this.#part;
      const header = this.#header;
      this.#have = 0;
      if (header === undefined) {
        this.#header = readHeader("process", bytes);
        this.#part = new Uint8Array(0);
      } else {
        this.#header = undefined;
        this.#part = new Uint8Array(HEADER_BYTES);
        yield decodeFromProcess(header.is, bytes);
      }
    }
  }

  /** How many of them it took; `#part` is exactly as long as what is wanted once that is there. */
  #fill(bytes: Uint8Array, wanted: number): number {
    const more = bytes.subarray(0, wanted - this.#have);
    const needed = this.#have + more.length;
    if (needed > this.#part.length) {
      const grown = new Uint8Array(Math.min(wanted, Math.max(needed, this.#part.length * 2)));
      grown.set(this.#part.subarray(0, this.#have));
      this.#part = grown;
    }
    this.#part.set(more, this.#have);
    this.#have = needed;
    return more.length;
  }
}
