import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FileToWrite, readArchive, writeArchive } from "../../src/archive/index.ts";
import { nodePlatform, platforms } from "../platforms.ts";
import { fileSets } from "./arbitraries.ts";
import { type Contents, digest, oracles } from "./oracles.ts";

/** In path order. */
function contentsOf(files: readonly FileToWrite[]): Contents {
  const ordered = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return new Map(ordered.map(({ path, bytes }) => [path, digest(bytes)]));
}

describe("what is written", () => {
  it.each(platforms)("is read again, the same, on $engine", async (platform) => {
    await fc.assert(
      fc.asyncProperty(fileSets, async (files) => {
        const { entries } = await readArchive(writeArchive(files), platform);
        expect(entries.map(({ path, bytes }) => [path, digest(bytes)])).toEqual([...contentsOf(files)]);
        expect(entries.map(({ path, sha256 }) => [path, sha256])).toEqual([...contentsOf(files)]);
      }),
      { numRuns: 50 },
    );
  });

  it.each(oracles)("is read by %s, the same", async (_, readBy) => {
    await fc.assert(
      fc.asyncProperty(fileSets, async (files) => {
        expect(await readBy(writeArchive(files))).toEqual(contentsOf(files));
      }),
      { numRuns: 30 },
    );
  });

  it("is the same bytes whatever the order of the files, and written again from what was read", async () => {
    await fc.assert(
      fc.asyncProperty(fileSets, async (files) => {
        const bytes = writeArchive(files);
        expect(digest(writeArchive(files.toReversed()))).toBe(digest(bytes));
        expect(digest(writeArchive((await readArchive(bytes, nodePlatform)).entries))).toBe(digest(bytes));
      }),
      { numRuns: 30 },
    );
  });

  it("is the same bytes on every machine and release (spec 1.7)", () => {
    const bytes = writeArchive([
      { path: "b/é.txt", bytes: Buffer.alloc(10_000, "deterministic ") },
      { path: "a.txt", bytes: new Uint8Array() },
      { path: "b/a.wasm", bytes: Uint8Array.from({ length: 3_000 }, (_, at) => (at * at) >>> 5) },
    ]);
    expect(digest(bytes)).toMatchInlineSnapshot(`"6150f6d949b60cde710a8fa6705828598bd73fb1ea8a8e5393151240e483f7cd"`);
  });
});
