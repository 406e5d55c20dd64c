import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/platform/index.ts";
import { inflateInPieces } from "../../src/platform/inflate-in-pieces.ts";

const whole = (deflated: Uint8Array, limit: number) => nodePlatform.inflateRaw(deflated, limit);

/** Its answer in the words of the port, and what was taken. */
async function inPieces(deflated: Uint8Array, limit: number, pieceBytes: number) {
  const taken: Uint8Array[] = [];
  const answer = await inflateInPieces(deflated, limit, pieceBytes, (piece) => taken.push(piece)).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : error;
    const problem = { Z_BUF_ERROR: "truncated", Z_DATA_ERROR: "corrupt" }[String(code)] ?? code;
    return { ok: false as const, problem };
  });
  return { answer, taken: Buffer.concat(taken) };
}

describe("inflating in pieces", () => {
  it("answers as inflating at once does, wherever the stream ends, is cut or damaged", async () => {
    const content = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(2_000)));
    const change = fc.record({ cut: fc.nat(20), rest: fc.uint8Array({ maxLength: 40 }), at: fc.nat(), byte: fc.nat(255) });
    const pieceBytes = fc.integer({ min: 1, max: 60 });
    await fc.assert(
      fc.asyncProperty(content, change, pieceBytes, fc.boolean(), fc.integer({ min: -2, max: 2 }), async (...drawn) => {
        const [bytes, { cut, rest, at, byte }, size, damaged, room] = drawn;
        const stream = deflateRawSync(bytes);
        const deflated = damaged ? Buffer.concat([stream.subarray(0, Math.max(0, stream.length - cut)), rest]) : stream;
        if (damaged && deflated.length > 0) deflated[at % deflated.length] = byte;
        const limit = Math.max(0, bytes.length + room);
        const { answer, taken } = await inPieces(deflated, limit, size);
        const expected = await whole(deflated, limit);
        // At the limit, zlib sees the damage behind it or not, as its pieces fall; no content either way.
        expect(answer.ok).toBe(expected.ok);
        if (!answer.ok || !expected.ok) return;
        expect(answer).toEqual(expected);
        expect(taken.equals(answer.bytes)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("names what is wrong as inflating at once does", async () => {
    const content = randomBytes(5_000);
    const stream = deflateRawSync(content);
    const problems = [stream.subarray(0, -1), stream.subarray(0, 1_000), Buffer.from([7, 1, 2]), Buffer.alloc(0)];
    for (const deflated of problems) expect((await inPieces(deflated, 5_000, 512)).answer).toEqual(await whole(deflated, 5_000));
    expect((await inPieces(stream, 4_999, 512)).answer).toEqual({ ok: false, problem: "limit" });
    expect((await inPieces(deflateRawSync(Buffer.alloc(50_000_000)), 100_000, 512)).answer).toEqual({
      ok: false,
      problem: "limit",
    });
  });

  it("leaves what follows the stream, over many pieces as over one (spec 1.6, T13)", async () => {
    const content = randomBytes(2_000);
    const stream = deflateRawSync(content);
    // The end of the stream in the middle of a piece, and at its end.
    for (const pieceBytes of [100, stream.length]) {
      const { answer } = await inPieces(Buffer.concat([stream, deflateRawSync(content)]), 2_000, pieceBytes);
      expect(answer).toMatchObject({ ok: true, consumed: stream.length, bytes: { length: 2_000 } });
    }
  });

  it("copies nothing: what was taken lies in the buffer that it answers with", async () => {
    const content = Buffer.alloc(500_000, randomBytes(60_000));
    const taken: Uint8Array[] = [];
    const answer = await inflateInPieces(deflateRawSync(content), content.length, 4_096, (piece) => taken.push(piece));
    expect(answer.ok && content.equals(answer.bytes)).toBe(true);
    expect(taken.length).toBeGreaterThan(3);
    expect(new Set(taken.map(({ buffer }) => buffer))).toEqual(new Set([answer.ok && answer.bytes.buffer]));
    expect(answer.ok && answer.bytes.buffer.byteLength).toBe(content.length + 1);
  });

  it("hands on what its taker throws", async () => {
    const content = randomBytes(20_000);
    const refusing = (): never => {
      throw new RangeError("the taker's own");
    };
    await expect(inflateInPieces(deflateRawSync(content), 20_000, 1_000, refusing)).rejects.toThrow(RangeError);
  });
});
