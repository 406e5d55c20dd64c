import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inflated } from "../../src/platform/index.ts";
import { nodePlatform, platforms } from "../platforms.ts";

/** One contract for every implementation of the port, and each against the others. */
describe.each(platforms)("the platform port: $engine", (platform) => {
  const inflate = (bytes: Uint8Array, limit: number): Promise<Inflated> => platform.inflateRaw(bytes, limit);

  it("inflates what zlib deflated, at any level, and takes all of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 0, max: 9 }), async (content, level) => {
        const deflated = deflateRawSync(content, { level });
        expect(await inflate(deflated, content.length)).toEqual({ ok: true, bytes: content, consumed: deflated.length });
      }),
    );
  });

  it("says how much of the input the stream took, whatever follows it (spec 1.6)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1 }), async (content, rest) => {
        const deflated = deflateRawSync(content);
        expect(await inflate(Buffer.concat([deflated, rest]), 300)).toMatchObject({ ok: true, consumed: deflated.length });
      }),
    );
  });

  it.each([0, 1, 63, 64, 1_000, 32_768, 32_769, 100_000])("stops at the limit: %d bytes", async (size) => {
    const deflated = deflateRawSync(Buffer.alloc(size, "ab"));
    expect(await inflate(deflated, size)).toMatchObject({ ok: true, bytes: { length: size } });
    if (size > 0) expect(await inflate(deflated, size - 1)).toEqual({ ok: false, problem: "limit" });
    expect(await inflate(deflated.subarray(0, -1), size)).toEqual({ ok: false, problem: "truncated" });
  });

  it("gives the content in pieces as it comes, all of it or none", async () => {
    const contents = [randomBytes(600_000), Buffer.alloc(8_000_000, randomBytes(70_000)), Buffer.from("short")];
    for (const content of contents) {
      const pieces: Uint8Array[] = [];
      const inflated = await platform.inflateRaw(deflateRawSync(content), content.length, (piece) => pieces.push(piece));
      expect(inflated.ok && content.equals(inflated.bytes)).toBe(true);
      if (pieces.length > 0) expect(content.equals(Buffer.concat(pieces))).toBe(true);
    }
  });

  it("stops a bomb at the limit", async () => {
    const bomb = deflateRawSync(Buffer.alloc(50_000_000));
    expect(await inflate(bomb, 10)).toEqual({ ok: false, problem: "limit" });
    expect(await inflate(bomb, 100_000)).toEqual({ ok: false, problem: "limit" });
  });

  it("tells what is no deflate stream", async () => {
    for (const limit of [10, 100_000]) {
      expect(await inflate(Uint8Array.of(7, 1, 2), limit)).toEqual({ ok: false, problem: "corrupt" });
      expect(await inflate(new Uint8Array(), limit)).toEqual({ ok: false, problem: "truncated" });
    }
  });

  it("agrees with Node on any bytes", async () => {
    const limits = fc.constantFrom(0, 5, 200, 70_000);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), limits, async (bytes, limit) => {
        const [own, nodes] = [await inflate(bytes, limit), await nodePlatform.inflateRaw(bytes, limit)];
        expect(own.ok).toBe(nodes.ok);
        if (own.ok) expect(own).toEqual(nodes);
      }),
      { numRuns: 500 },
    );
  });

  it("hashes in pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const hash = platform.sha256();
        for (const piece of pieces) hash.update(piece);
        const expected = createHash("sha256").update(Buffer.concat(pieces)).digest();
        expect(Buffer.from(hash.digest()).equals(expected)).toBe(true);
      }),
    );
  });

  it("has the CRC that everyone has", () => {
    expect(platform.crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(platform.crc32(bytes)).toBe(nodePlatform.crc32(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const inPieces = pieces.reduce((before, piece) => platform.crc32(piece, before), 0);
        expect(inPieces).toBe(platform.crc32(Buffer.concat(pieces)));
      }),
    );
  });

  it("signs as RFC 8032 says, and verifies nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array(),
        fc.nat(63),
        async (secret, message, at) => {
          const { ed25519 } = platform;
          const publicKey = await ed25519.publicKey(secret);
          const signature = await ed25519.sign(secret, message);
          expect(Buffer.from(publicKey)).toEqual(Buffer.from(await nodePlatform.ed25519.publicKey(secret)));
          expect(Buffer.from(signature)).toEqual(Buffer.from(await nodePlatform.ed25519.sign(secret, message)));
          expect(await ed25519.verify(publicKey, message, signature)).toBe(true);
          expect(await ed25519.verify(publicKey, Buffer.concat([message, Buffer.of(0)]), signature)).toBe(false);
          const forged = new Uint8Array(signature);
          forged[at] = (forged[at] ?? 0) ^ 1;
          expect(await ed25519.verify(publicKey, message, forged)).toBe(false);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("answers false to keys and signatures that are none", async () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const key = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(12));
    const { verify } = platform.ed25519;
    for (const length of [0, 63, 65]) expect(await verify(key, key, new Uint8Array(length))).toBe(false);
    for (const length of [0, 31, 33]) expect(await verify(new Uint8Array(length), key, new Uint8Array(64))).toBe(false);
    // y = 2 is on no point of the curve; S = 2^256 - 1 is beyond the order.
    expect(
      await verify(
        Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 2 : 0)),
        key,
        new Uint8Array(64),
      ),
    ).toBe(false);
    expect(await verify(key, key, new Uint8Array(64).fill(255))).toBe(false);
  });
});

describe("modules", () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const cut = empty.subarray(0, 7);

  it("are validated by the engine where there is one, and pass nowhere else", async () => {
    const verdicts = await Promise.all(platforms.map((platform) => platform.validateModule(empty)));
    expect(verdicts).toEqual(platforms.map(({ engine }) => engine !== "JavaScript alone"));
    for (const platform of platforms) expect(await platform.validateModule(cut)).toBe(false);
  });
});
