/** The module's memory, as host functions may touch it: each range is looked at before anything is done with it (spec 10.4, T40). */
import { decodeUtf8 } from "palyra-skills/encoding";
import { MAX_CALL_BYTES } from "../host-messages.ts";
import type { HostContext } from "./context.ts";
import { fault } from "./errno.ts";

/** Spec 10.4. Vectors of one read or write, and subscriptions of one poll. */
export const MAX_VECTORS = 1024;
/** Bytes of a path. */
export const MAX_PATH_BYTES = 4096;

const VECTOR_BYTES = 8;

export interface Vector {
  readonly address: number;
  readonly length: number;
}

export class Memory {
  readonly #context: Pick<HostContext, "memory" | "charge">;

  constructor(context: Pick<HostContext, "memory" | "charge">) {
    this.#context = context;
  }

  /** Not copied: good until the module runs again. Numbers of a module come signed. `fault` */
  range(address: number, length: number): Uint8Array {
    const [start, size] = [address >>> 0, length >>> 0];
    const bytes = this.#context.memory();
    if (size > bytes.byteLength - start) throw fault("fault");
    return bytes.subarray(start, start + size);
  }

  /** As `range`, of what a call moves, which costs its length. `fault`; `inval` beyond what one call may move. */
  moved(address: number, length: number): Uint8Array {
    const bytes = this.range(address, length);
    if (bytes.byteLength > MAX_CALL_BYTES) throw fault("inval");
    this.#context.charge(bytes.byteLength);
    return bytes;
  }

  charge(bytes: number): void {
    this.#context.charge(bytes);
  }

  view(address: number, length: number): DataView {
    const bytes = this.range(address, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  setU32(address: number, value: number): void {
    this.view(address, 4).setUint32(0, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.view(address, 8).setBigUint64(0, value, true);
  }

  /**
   * The vectors of a read or write: every one lies in the memory. Together they are cut at what one call may move, as a short read or write, which
   * every program expects. What is moved is charged for by who moves it: there may be less to read than there is room for. `inval` for more than 1,024, `fault`.
   */
  vectors(address: number, count: number): { readonly vectors: readonly Vector[]; readonly total: number } {
    const number = count >>> 0;
    if (number > MAX_VECTORS) throw fault("inval");
    this.#context.charge(number * VECTOR_BYTES);
    const view = this.view(address, number * VECTOR_BYTES);
    const vectors: Vector[] = [];
    let total = 0;
    for (let at = 0; at < view.byteLength; at += VECTOR_BYTES) {
      const [start, size] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      this.range(start, size);
      const length = Math.min(size, MAX_CALL_BYTES - total);
      if (length > 0) vectors.push({ address: start, length });
      total += length;
    }
    return { vectors, total };
  }

  /** What vectors hold, in one piece: a copy where there is more than one. It costs its length. */
  gather({ vectors, total }: { readonly vectors: readonly Vector[]; readonly total: number }): Uint8Array {
    this.#context.charge(total);
    const [first] = vectors;
    if (vectors.length === 1 && first !== undefined) return this.range(first.address, first.length);
    const bytes = new Uint8Array(total);
    let at = 0;
    for (const { address, length } of vectors) {
      bytes.set(this.range(address, length), at);
      at += length;
    }
    return bytes;
  }

  /** Puts bytes where vectors say, as far as they reach. It costs their length. */
  scatter(vectors: readonly Vector[], bytes: Uint8Array): void {
    this.#context.charge(bytes.byteLength);
    let at = 0;
    for (const { address, length } of vectors) {
      if (at >= bytes.byteLength) return;
      const part = bytes.subarray(at, at + length);
      this.range(address, part.byteLength).set(part);
      at += part.byteLength;
    }
  }

  /** `nametoolong`, `fault`, `ilseq` where it is no UTF-8, `inval` for a zero byte, `noent` where it is empty. */
  path(address: number, length: number): string {
    if (length >>> 0 > MAX_PATH_BYTES) throw fault("nametoolong");
    const text = decodeUtf8(this.moved(address, length));
    if (text === undefined) throw fault("ilseq");
    if (text === "") throw fault("noent");
    if (text.includes("\0")) throw fault("inval");
    return text;
  }
}
