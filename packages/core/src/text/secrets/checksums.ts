import { encodeUtf8 } from "../../encoding/index.ts";
import { crc32 } from "../../platform/index.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Characters of the checksum at the end of a token of GitHub or npm. */
const CHECKSUM = 6;

/** GitHub's and npm's tokens end with the CRC-32 of what stands between prefix and checksum, in base 62 (github.blog, 2021-04-05). */
export function hasChecksum(secret: string): boolean {
  const body = secret.slice(0, -CHECKSUM);
  let rest = crc32(encodeUtf8(body));
  let checksum = "";
  for (let digit = 0; digit < CHECKSUM; digit++) {
    checksum = (BASE62[rest % 62] ?? "") + checksum;
    rest = Math.floor(rest / 62);
  }
  return secret.endsWith(checksum);
}

const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Whether the data, its checksum included, belongs to the prefix (BIP 173). */
export function isBech32(prefix: string, data: string): boolean {
  const values = Array.from(data.toLowerCase(), (character) => BECH32.indexOf(character));
  const codes = Array.from(prefix.toLowerCase(), (character) => character.charCodeAt(0));
  return polymod([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) === 1;
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ff_ffff) << 5) ^ value;
    for (const [bit, generator] of GENERATORS.entries()) if (((top >> bit) & 1) === 1) sum ^= generator;
  }
  return sum;
}
