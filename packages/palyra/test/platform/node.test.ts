import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/platform/index.ts";

/** What only Node's has to show; the contract of the port is core's test. */
describe("Node's platform", () => {
  it("names itself", () => expect(nodePlatform.engine).toBe(`Node ${process.versions.node}`));

  it("inflates large streams beside its caller where there is another core, many at once, without a copy", async () => {
    const contents = Array.from({ length: 12 }, () => randomBytes(200_000));
    let ended = 0;
    const inflating = contents.map((content) =>
      nodePlatform.inflateRaw(deflateRawSync(content), content.length).finally(() => ended++),
    );
    // What its caller does itself, as on one core, is over by the end of its turn, whose promises are all settled here.
    for (let turn = 0; turn < 1000; turn++) await null;
    expect(ended).toBe(nodePlatform.inflatesBeside ? 0 : contents.length);
    const inflated = await Promise.all(inflating);
    for (const [index, each] of inflated.entries()) {
      expect(each.ok && contents[index]?.equals(each.bytes)).toBe(true);
      // One buffer of the declared size and the byte that shows a stream that goes on.
      expect(each.ok && each.bytes.buffer.byteLength).toBe(200_001);
    }
  });

  it("gives plain bytes, not a Buffer whose slices are other things", async () => {
    const inflated = await nodePlatform.inflateRaw(deflateRawSync(Buffer.from("abc")), 3);
    expect(inflated.ok && Object.getPrototypeOf(inflated.bytes) === Uint8Array.prototype).toBe(true);
  });
});
