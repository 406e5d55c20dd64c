/** A file's status as preview 1 has it: 64 bytes. */
import type { BigIntStats } from "node:fs";

const BYTES = 64;
const TYPE = { unknown: 0, directory: 3, file: 4 } as const;

export const fileType = (stat: { isFile(): boolean; isDirectory(): boolean }): number =>
  stat.isFile() ? TYPE.file : stat.isDirectory() ? TYPE.directory : TYPE.unknown;

export interface Times {
  readonly accessed: bigint;
  readonly modified: bigint;
}

export function packStat(stat: BigIntStats, times: Times): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: bigint): void => view.setBigUint64(at, value, true);
  set(0, stat.dev);
  set(8, stat.ino);
  view.setUint8(16, fileType(stat));
  set(24, stat.nlink);
  set(32, stat.size);
  set(40, times.accessed);
  set(48, times.modified);
  set(56, stat.ctimeNs);
  return bytes;
}

/** Of files whose times are remembered at most. */
const MOST = 1024;

/**
 * Times that a call has set, to the nanosecond: Node sets microseconds. What is remembered counts as long as the file still has what was set.
 */
export class SetTimes {
  readonly #known = new Map<string, { readonly asked: Times; readonly had: Times }>();

  of(stat: BigIntStats): Times {
    const had = { accessed: stat.atimeNs, modified: stat.mtimeNs };
    const known = this.#known.get(keyOf(stat));
    if (known === undefined) return had;
    return {
      accessed: known.had.accessed === had.accessed ? known.asked.accessed : had.accessed,
      modified: known.had.modified === had.modified ? known.asked.modified : had.modified,
    };
  }

  /** @param stat as it is once they were set */
  remember(stat: BigIntStats, asked: Times): void {
    const key = keyOf(stat);
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { asked, had: { accessed: stat.atimeNs, modified: stat.mtimeNs } });
  }
}

const keyOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
