import { createHash } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../../testing/shared.ts";
import { fromHex, toHex } from "../../src/encoding/index.ts";
import { type Platform, purePlatform } from "../../src/platform/index.ts";
import { publicKeyProblem, verifyEd25519 } from "../../src/signature/index.ts";
import { platforms } from "../platforms.ts";
import { vectorsOf } from "../vectors.ts";

const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const message = new TextEncoder().encode("message");

describe.each(platforms)("strict Ed25519 on $engine", (platform) => {
  describeShared("corpora/ed25519-wycheproof", "Wycheproof", () => {
    const { testGroups } = vectorsOf<WycheproofFile>("corpora", "ed25519-wycheproof", "ed25519_test.json");
    it("has the verdict of all 151 vectors", async () => {
      const wrong: number[] = [];
      let tried = 0;
      for (const { publicKey, tests } of testGroups) {
        for (const { tcId, msg, sig, result } of tests) {
          tried++;
          const valid = await verifyEd25519(platform, bytes(publicKey.pk), bytes(msg), bytes(sig));
          if (valid !== (result === "valid")) wrong.push(tcId);
        }
      }
      expect({ tried, wrong }).toEqual({ tried: 151, wrong: [] });
    });
  });

  it("takes what it signs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), async (secret, text) => {
        const [publicKey, signature] = [await platform.ed25519.publicKey(secret), await platform.ed25519.sign(secret, text)];
        expect(await verifyEd25519(platform, publicKey, text, signature)).toBe(true);
        // Deterministic, so every platform makes the same signature.
        expect(toHex(signature)).toBe(toHex(ed25519.sign(text, secret)));
      }),
      { numRuns: 20 },
    );
  });

  it("refuses a signature with any one bit changed", async () => {
    const { publicKey, signature } = await signed(platform);
    for (let bit = 0; bit < 512; bit += 3) {
      expect(await verifyEd25519(platform, publicKey, message, flipped(signature, bit)), `bit ${bit}`).toBe(false);
    }
  });

  it("refuses S + L, which satisfies the equation as well", async () => {
    const { publicKey, signature } = await signed(platform);
    const s = numberOf(signature.subarray(32));
    const other = Uint8Array.from([...signature.subarray(0, 32), ...encoded(s + ORDER)]);
    expect(await verifyEd25519(platform, publicKey, message, other)).toBe(false);
  });

  it.each(smallOrderEncodings())("refuses everything under the key of small order %s", async (key) => {
    expect(publicKeyProblem(bytes(key))).toMatch(/small order|canonical/);
    // R = [S]B - [k]A: with A of small order and S = 0, R of small order makes forgeries that some engines accept.
    for (const r of smallOrderEncodings()) {
      const forged = Uint8Array.from([...bytes(r), ...new Uint8Array(32)]);
      expect(await verifyEd25519(platform, bytes(key), message, forged)).toBe(false);
    }
  });

  it.each(smallOrderEncodings())("refuses R of small order %s", async (r) => {
    const secret = 7n;
    const key = ed25519.Point.BASE.multiply(secret).toBytes();
    // S = k * a satisfies [S]B = R + [k]A up to R's small order; for R = identity exactly.
    const k = challenge(bytes(r), key, message);
    const forged = Uint8Array.from([...bytes(r), ...encoded((k * secret) % ORDER)]);
    expect(await verifyEd25519(platform, key, message, forged)).toBe(false);
  });

  it("refuses other lengths of key and signature", async () => {
    const { publicKey, signature } = await signed(platform);
    for (const length of [0, 31, 33, 64]) {
      expect(await verifyEd25519(platform, resized(publicKey, length), message, signature)).toBe(false);
    }
    for (const length of [0, 32, 63, 65]) {
      expect(await verifyEd25519(platform, publicKey, message, resized(signature, length))).toBe(false);
    }
  });

  it("refuses a key that is no point, without an exception", async () => {
    const { signature } = await signed(platform);
    expect(await verifyEd25519(platform, encoded(2n), message, signature)).toBe(false);
  });

  it("judges keys and R of mixed order as every other platform does", async () => {
    const torsion = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    for (let index = 0; index < 12; index++) {
      const text = encoded(BigInt(index));
      const [a, r] = [12345n + BigInt(index), 6789n];
      const key = ed25519.Point.BASE.multiply(a).add(torsion).toBytes();
      const point = ed25519.Point.BASE.multiply(r).toBytes();
      const k = challenge(point, key, text);
      const signature = Uint8Array.from([...point, ...encoded((r + k * a) % ORDER)]);
      // The equation holds without the cofactor only where [k] of the torsion part is nothing.
      expect(await verifyEd25519(platform, key, text, signature)).toBe(k % 8n === 0n);
    }
  });
});

describe("a platform that would take anything", () => {
  const lenient: Platform = { ...purePlatform, ed25519: { ...purePlatform.ed25519, verify: async () => true } };
  const [key, r, s] = [ed25519.getPublicKey(encoded(5n)), encoded(3n), encoded(ORDER - 1n)];
  const asks = (publicKey: Uint8Array, first: Uint8Array, second: Uint8Array): Promise<boolean> =>
    verifyEd25519(lenient, publicKey, message, Uint8Array.from([...first, ...second]));

  it("is asked where the encodings are right", async () => expect(await asks(key, r, s)).toBe(true));

  it.each([
    ["S = L", key, r, encoded(ORDER)],
    ["S = 2^256 - 1", key, r, encoded(2n ** 256n - 1n)],
    ["R with y = p + 3", key, encoded(PRIME + 3n), s],
    ["R with y = p + 3 and a sign", key, encoded(PRIME + 3n + 2n ** 255n), s],
    ["A with y = p + 3", encoded(PRIME + 3n), r, s],
    ...smallOrderEncodings().flatMap((point): [string, Uint8Array, Uint8Array, Uint8Array][] => [
      [`R of small order ${point}`, key, bytes(point), s],
      [`A of small order ${point}`, bytes(point), r, s],
    ]),
  ])("is not asked about %s", async (_, publicKey, first, second) => {
    expect(await asks(publicKey, first, second)).toBe(false);
  });
});

it("finds nothing wrong with the keys that people have", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      expect(publicKeyProblem(ed25519.getPublicKey(secret))).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

it("says what is wrong with a key", () => {
  expect(publicKeyProblem(new Uint8Array(31))).toBe("public key of another length");
  expect(publicKeyProblem(encoded(PRIME + 3n))).toBe("public key not in canonical encoding");
  expect(publicKeyProblem(encoded(PRIME - 1n))).toBe("public key of small order");
  expect(publicKeyProblem(encoded(PRIME - 2n))).toBeUndefined();
});

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly tcId: number; readonly msg: string; readonly sig: string; readonly result: string }[];
  }[];
}

/** All encodings of the eight points of small order, the 14 that some decoder takes: canonical or not, with either sign. */
function smallOrderEncodings(): string[] {
  const order8 = numberOf(bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));
  const ys = [0n, 1n, PRIME - 1n, PRIME, PRIME + 1n, order8, PRIME - order8];
  return ys.flatMap((y) => [y, y + 2n ** 255n]).map((y) => toHex(encoded(y)));
}

async function signed(platform: Platform): Promise<{ publicKey: Uint8Array; signature: Uint8Array }> {
  const secret = new Uint8Array(32).fill(9);
  return { publicKey: await platform.ed25519.publicKey(secret), signature: await platform.ed25519.sign(secret, message) };
}

function challenge(r: Uint8Array, key: Uint8Array, text: Uint8Array): bigint {
  return numberOf(sha512(Uint8Array.from([...r, ...key, ...text]))) % ORDER;
}

function sha512(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha512").update(data).digest());
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

function numberOf(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${toHex(littleEndian.toReversed())}`);
}

function encoded(value: bigint): Uint8Array {
  return bytes(value.toString(16).padStart(64, "0")).toReversed();
}

function flipped(signature: Uint8Array, bit: number): Uint8Array {
  return signature.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

function resized(data: Uint8Array, length: number): Uint8Array {
  const other = new Uint8Array(length);
  other.set(data.subarray(0, length));
  return other;
}
