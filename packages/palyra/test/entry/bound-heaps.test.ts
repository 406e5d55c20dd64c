import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";

const MEBI = 1024 * 1024;
let program: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  program = await bundleForNode(fileURLToPath(new URL("heap-room.ts", import.meta.url)));
});

/** Bytes of a half: of the thread that answers, and of another. */
const roomOf = (how: string): readonly number[] =>
  JSON.parse(execFileSync(process.execPath, [program.file, how], { encoding: "utf8" }));

describe("the heaps of palyrad", () => {
  it("keep little room for what is new, on each thread, after the engine has made another", () => {
    const [main = 0, other = 0] = roomOf("bound");
    // Three megabytes a half where requests are answered, and one elsewhere.
    expect(main).toBeGreaterThan(2.5 * MEBI);
    expect(main).toBeLessThanOrEqual(3 * MEBI);
    expect(other).toBeLessThanOrEqual(2 * MEBI);
    // As they are, they take more: else this would say nothing.
    expect(Math.min(...roomOf("as they are"))).toBeGreaterThan(4 * MEBI);
  });
});
