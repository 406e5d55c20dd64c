/** Bytes that are judged together. */
const BLOCK = 4_096;
/** Bits a byte from which on a block looks like what was encrypted or compressed: chance alone gives 7.95. */
const DENSE_BITS = 7.8;
/** Bits from which on a block of the characters of base 64 alone looks like it: at most six are there. */
const ENCODED_BITS = 5.7;

export interface DenseRun {
  readonly kind: "dense" | "encoded";
  readonly offset: number;
  readonly length: number;
}

const BASE64 = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n")
  BASE64[character.charCodeAt(0)] = 1;

/** `c * log2(c)` of each count in a block. */
const WEIGHTS = Float64Array.from({ length: BLOCK + 1 }, (_, count) => (count === 0 ? 0 : count * Math.log2(count)));

/** Runs of whole blocks that are dense, or in base 64, of at least so many bytes. Linear in the bytes. */
export function denseRuns(bytes: Uint8Array, from: number, to: number, least: number): DenseRun[] {
  const runs: DenseRun[] = [];
  const counts = new Uint32Array(256);
  let [kind, start]: [DenseRun["kind"] | undefined, number] = [undefined, from];
  const close = (end: number): void => {
    if (kind !== undefined && end - start >= least) runs.push({ kind, offset: start, length: end - start });
  };
  let at = from;
  for (; at + BLOCK <= to; at += BLOCK) {
    const found = kindOf(bytes, at, counts);
    if (found === kind) continue;
    close(at);
    [kind, start] = [found, at];
  }
  close(at);
  return runs;
}

function kindOf(bytes: Uint8Array, from: number, counts: Uint32Array): DenseRun["kind"] | undefined {
  counts.fill(0);
  for (let at = from; at < from + BLOCK; at++) {
    const byte = bytes[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  let [sum, encoded] = [0, 0];
  for (let byte = 0; byte < 256; byte++) {
    sum += WEIGHTS[counts[byte] ?? 0] ?? 0;
    if (BASE64[byte] === 1) encoded += counts[byte] ?? 0;
  }
  const bits = Math.log2(BLOCK) - sum / BLOCK;
  if (bits >= DENSE_BITS) return "dense";
  return bits >= ENCODED_BITS && encoded === BLOCK ? "encoded" : undefined;
}
