/**
 * ULIDs (https://github.com/ulid/spec): 48 bits of milliseconds and 80 random ones, as 26 digits of Crockford's base 32. Our own
 * in place of the package `ulid`, which loads `node:crypto` at every start and makes its digits with a function of one random
 * number each.
 */
import { toHex } from "palyra-skills/encoding";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
const RANDOM_BYTES = 10;
const RANDOM_BITS = 80n;
const MADE_AT_ONCE = 32;

/** Makes ULIDs that ascend, also within a millisecond and when the clock goes back. @param randomBytes of the system */
export function monotonicUlids(randomBytes: (size: number) => Uint8Array): (now: number) => string {
  let time = -1;
  let random = 0n;
  // Asked of the system for many at once: that takes as long as for one.
  let left = new Uint8Array(0);
  return (now) => {
    if (now > time) {
      time = now;
      if (left.length === 0) left = Uint8Array.from(randomBytes(RANDOM_BYTES * MADE_AT_ONCE));
      random = BigInt(`0x${toHex(left.subarray(0, RANDOM_BYTES))}`);
      left = left.subarray(RANDOM_BYTES);
    } else {
      random += 1n;
      // So many in one millisecond that the random part is full: the next millisecond's first.
      if (random >> RANDOM_BITS !== 0n) {
        time += 1;
        random = 0n;
      }
    }
    return digits(BigInt(time), TIME_DIGITS) + digits(random, RANDOM_DIGITS);
  };
}

function digits(number: bigint, count: number): string {
  let text = "";
  for (let left = number; text.length < count; left >>= 5n) text = (DIGITS[Number(left & 31n)] ?? "") + text;
  return text;
}
