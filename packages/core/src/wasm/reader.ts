import { decodeUtf8 } from "../encoding/index.ts";
import { MAX_NAME_BYTES } from "./limits.ts";
import { Malformed } from "./malformed.ts";

/**
 * Reads a module's primitive values in order, never beyond `end`. LEB128 numbers may be longer than they need be, but not
 * longer than their type allows, and unused bits must be what the type says (WebAssembly core, 5.2.2).
 */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined || this.at >= this.end) throw this.fault("it ends too early");
    this.at += 1;
    return byte;
  }

  /** The next byte, not taken; -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? -1) : -1;
  }

  skip(count: number): void {
    if (count > this.remaining) throw this.fault("it ends too early");
    this.at += count;
  }

  u32(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.byte();
    if (last > 0x0f) throw this.fault("an integer is too long", this.at - 1);
    return value + last * 0x1000_0000;
  }

  u64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 63n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.byte();
    if (last > 1) throw this.fault("an integer is too long", this.at - 1);
    return value | (BigInt(last) << 63n);
  }

  /** An unsigned integer of 64 bits as a double: exact up to 2^53. */
  u64Rounded(): number {
    let value = 0;
    let unit = 1;
    for (let index = 0; index < 9; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
    }
    const last = this.byte();
    if (last > 1) throw this.fault("an integer is too long", this.at - 1);
    return value + last * unit;
  }

  /** Passes a signed integer of 32, 33 or 64 bits; the value is of no interest. */
  skipSigned(bits: 32 | 33 | 64): void {
    const before = bits === 64 ? 9 : 4;
    for (let index = 0; index < before; index++) if (this.byte() < 0x80) return;
    const last = this.byte();
    // What is left of the last byte beyond the type's bits repeats the sign.
    const sign = last >> (bits - 7 * before - 1);
    if (sign !== 0 && sign !== 0x7f >> (bits - 7 * before - 1)) throw this.fault("an integer is too long", this.at - 1);
  }

  /** A number of things that take at least `size` bytes each: more than can follow is refused before anything is made for them. */
  count(what: string, limit: number, size: number): number {
    const at = this.at;
    const count = this.u32();
    if (count > limit) throw new Malformed(`more than ${limit} ${what}`, at);
    if (count * size > this.remaining) throw new Malformed(`it ends before its ${what}`, at);
    return count;
  }

  /** An index into something of which there are `count`. */
  index(what: string, count: number): number {
    const at = this.at;
    const index = this.u32();
    if (index >= count) throw new Malformed(`there is no ${what} ${index}`, at);
    return index;
  }

  name(): string {
    const at = this.at;
    const length = this.u32();
    if (length === 0) return "";
    if (length > MAX_NAME_BYTES) throw new Malformed(`a name of more than ${MAX_NAME_BYTES} bytes`, at);
    const from = this.at;
    this.skip(length);
    const name = decodeUtf8(this.bytes.subarray(from, this.at));
    if (name === undefined) throw new Malformed("a name is not UTF-8", from);
    return name;
  }

  fault(problem: string, offset = this.at): Malformed {
    return new Malformed(problem, offset);
  }
}
