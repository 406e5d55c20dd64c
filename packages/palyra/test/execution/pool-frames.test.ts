import fc from "fast-check";
import { encodeFromProcess, type FromProcess, HEADER_BYTES } from "palyra-sandbox/protocol";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { FrameReader } from "../../src/execution/pool/frames.ts";

const message: fc.Arbitrary<FromProcess> = fc.oneof(
  fc.constant({ is: "prepared" } as const),
  fc.record({ is: fc.constant("log" as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ is: fc.constant("ask" as const), body: fc.uint8Array({ maxLength: 40 }) }),
);

describe("T39: what a process says, however it comes", () => {
  it("the same messages, wherever their bytes are cut, and nothing of a chunk in them", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), cuts, (messages, lengths) => {
        const said = Buffer.concat(messages.map(encodeFromProcess));
        const reader = new FrameReader();
        const heard: FromProcess[] = [];
        for (let at = 0, turn = 0; at < said.length; turn += 1) {
          const chunk = Uint8Array.from(said.subarray(at, at + (lengths[turn % lengths.length] ?? 1)));
          heard.push(...reader.take(chunk));
          at += chunk.length;
          chunk.fill(255);
        }
        expect(heard).toEqual(messages);
      }),
    );
  });

  it("a message that comes byte by byte costs as much for each byte", () => {
    const body = new Uint8Array(300_000).fill(7);
    const said = encodeFromProcess({ is: "ask", body });
    const reader = new FrameReader();
    const heard: FromProcess[] = [];
    const since = busyMs();
    for (let at = 0; at < said.length; at += 1) heard.push(...reader.take(said.subarray(at, at + 1)));
    // With an array of chunks: 92 s; as it is a tenth of a second.
    expect(busyMs() - since).toBeLessThan(10_000);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ is: "ask", body: { length: body.length } });
  });

  it("a length that is not allowed is refused by its header, before anything is kept for it", () => {
    const header = Uint8Array.from(encodeFromProcess({ is: "log", bytes: new Uint8Array(1) }).subarray(0, HEADER_BYTES));
    header.fill(255, 0, 4);
    expect(() => [...new FrameReader().take(header)]).toThrow(/./);
  });
});
