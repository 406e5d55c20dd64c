/** Thrown by a `Cursor` that is asked for bytes past its end. Its users turn it into their own coded error. */
export class CursorEnd extends Error {
  /** Where the bytes would have begun, from the start of the underlying bytes. */
  readonly offset: number;

  constructor(offset: number) {
    super("unexpected end of bytes");
    this.name = "CursorEnd";
    this.offset = offset;
  }
}

/** Reads little-endian numbers and runs of bytes, one after another, between two bounds. */
export class Cursor {
  /** The next byte to be read, from the start of the underlying bytes. */
  position: number;
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = Math.min(end, bytes.length);
  }

  /** Bytes between the position and the end. */
  get remaining(): number {
    return this.end - this.position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    const start = this.position;
    if (!(length >= 0) || start < 0 || length > this.end - start) throw new CursorEnd(start);
    this.position = start + length;
    return start;
  }
}
