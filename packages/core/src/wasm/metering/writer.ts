/** Bytes in the making. Room is doubled, so that writing takes time linear in what is written. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(room: number) {
    this.#bytes = new Uint8Array(Math.max(room, 64));
  }

  /** Room for so many more bytes. */
  #reserve(count: number): Uint8Array<ArrayBuffer> {
    if (this.length + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  byte(value: number): void {
    const bytes = this.#reserve(1);
    bytes[this.length++] = value;
  }

  /** Part of other bytes. Instructions between two that are metered are few: a call to copy them takes longer than they do. */
  copy(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#reserve(end - start);
    if (end - start > 48) {
      bytes.set(from.subarray(start, end), this.length);
      this.length += end - start;
      return;
    }
    let at = this.length;
    for (let index = start; index < end; index++) bytes[at++] = from[index] ?? 0;
    this.length = at;
  }

  all(bytes: ArrayLike<number>): void {
    const into = this.#reserve(bytes.length);
    for (let index = 0; index < bytes.length; index++) into[this.length++] = bytes[index] ?? 0;
  }

  unsigned(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  unsignedBig(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  signed(value: bigint): void {
    let rest = value;
    for (; rest < -0x40n || rest > 0x3fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest & 0x7fn));
  }

  /** As a signed number, of one that is not negative: a last byte of 0x40 and more would be one. */
  positive(value: number): void {
    let rest = value;
    for (; rest > 0x3f; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  /** Leaves room for a size that is not known yet, in five bytes (the format allows a number to be longer than it need be). */
  placeSize(): number {
    this.#reserve(SIZE_BYTES);
    this.length += SIZE_BYTES;
    return this.length;
  }

  /** The size of all that was written since that place. */
  fillSize(place: number): number {
    const size = this.length - place;
    for (let index = 0, rest = size; index < SIZE_BYTES; index++, rest = Math.floor(rest / 0x80))
      this.#bytes[place - SIZE_BYTES + index] = (rest % 0x80) | (index === SIZE_BYTES - 1 ? 0 : 0x80);
    return size;
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  /** Not to be kept: the next byte may move it. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }
}

const SIZE_BYTES = 5;
