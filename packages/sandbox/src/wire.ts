/**
 * Fields of a message, one after another and without names: numbers little-endian, bytes and texts after their length (u32), a flag
 * and the presence of what is optional as one byte, a list after its number of items (u32). Both sides read strictly: each field is bounded
 * by whoever reads it, nothing is left over, and there is one spelling of everything.
 */
import { Cursor, CursorEnd, decodeUtf8 } from "palyra-skills/encoding";

/** What was received is no message of ours; nothing of it may be used. */
export class WireFault extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "WireFault";
  }
}

const encoder = new TextEncoder();
/** Bytes of UTF-8 that a unit of UTF-16 takes at most. */
const MOST_OF_UNIT = 3;
/** Room for most messages: their names and schemas are short. */
export const FIRST_BYTES = 1024;

export class FieldWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length: number;

  /** @param before bytes that are left free @param room bytes after them, to begin with */
  constructor(before = 0, room = FIRST_BYTES) {
    this.#bytes = new Uint8Array(before + room);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = before;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** From 0 to 2^64 - 1. */
  u64(value: bigint | number): this {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  text(value: string): this {
    const at = this.#room(4 + value.length * MOST_OF_UNIT);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(at + 4));
    this.#view.setUint32(at, written, true);
    this.#length = at + 4 + written;
    return this;
  }

  optional<T>(value: T | undefined, write: (value: T) => void): this {
    this.flag(value !== undefined);
    if (value !== undefined) write(value);
    return this;
  }

  list<T>(values: readonly T[], write: (value: T) => void): this {
    this.u32(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** All that was written, after the bytes that were left free. Not to be written to after that. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Where so many bytes can be written. */
  #room(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = needed;
    return at;
  }
}

/** Reads what a `FieldWriter` wrote. Throws only `WireFault`. */
export class FieldReader {
  readonly #cursor: Cursor;

  constructor(bytes: Uint8Array) {
    this.#cursor = new Cursor(bytes);
  }

  u8(): number {
    return this.#read(() => this.#cursor.u8());
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new WireFault("a flag is 0 or 1");
    return value === 1;
  }

  u32(): number {
    return this.#read(() => this.#cursor.u32());
  }

  u64(): bigint {
    return this.#read(() => this.#cursor.u64());
  }

  /** A number of bytes, milliseconds and the like. */
  safeInteger(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireFault("a number is too large");
    return Number(value);
  }

  /** Not copied: of the message's own bytes. */
  bytes(most: number): Uint8Array {
    const length = this.u32();
    if (length > most) throw new WireFault("a field is too long");
    return this.#read(() => this.#cursor.take(length));
  }

  /** `most`: bytes of its UTF-8. */
  text(most: number): string {
    const text = decodeUtf8(this.bytes(most));
    if (text === undefined) throw new WireFault("a text is not UTF-8");
    return text;
  }

  optional<T>(read: () => T): T | undefined {
    return this.flag() ? read() : undefined;
  }

  list<T>(most: number, read: () => T): T[] {
    const length = this.u32();
    if (length > most) throw new WireFault("a list is too long");
    return Array.from({ length }, read);
  }

  /** One of a fixed list, written as its place in it. */
  oneOf<T>(all: readonly T[]): T {
    const found = all[this.u8()];
    if (found === undefined) throw new WireFault("there is no such kind");
    return found;
  }

  /** Nothing may be left over. */
  end(): void {
    if (this.#cursor.remaining > 0) throw new WireFault("there is more than the message");
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof CursorEnd) throw new WireFault("the message ends early");
      throw error;
    }
  }
}
