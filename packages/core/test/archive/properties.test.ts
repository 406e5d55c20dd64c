import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { descriptor, type ForgedEntry, forgeZip, text, wideExtra } from "../../../../testing/forge/zip.ts";
import { type Archive, readArchive, writeArchive } from "../../src/archive/index.ts";
import { isSkillError, SkillError } from "../../src/errors.ts";
import type { Platform } from "../../src/platform/index.ts";
import { nodePlatform, platforms } from "../platforms.ts";
import { fileSets, forgedZips } from "./arbitraries.ts";
import { oracles } from "./oracles.ts";

const outcome = (bytes: Uint8Array, platform: Platform): Promise<unknown> =>
  readArchive(bytes, platform).then(seen, (error: unknown) => error);

/** What a caller sees of an archive, but for its size. */
const seen = ({ entries }: Archive) => entries.map(({ path, sha256 }) => `${path} ${sha256}`);

const content = text("some content, some content");
const entry: ForgedEntry = { name: "b/é", content };
const wide = { size: 0xffffffff, compressedSize: 0xffffffff };
const wideField = wideExtra(content.length, deflateRawSync(content).length);

const SMALL = {
  "as we write it": writeArchive([
    { path: "a", bytes: text("") },
    { path: "b/é", bytes: content },
  ]),
  "with folders, stored content and descriptors": forgeZip({
    entries: [
      { name: "b/", method: 0 },
      { ...entry, descriptor: descriptor(entry) },
      {
        name: "c",
        method: 0,
        content: text("stored"),
        descriptor: descriptor({ method: 0, content: text("stored") }, { signature: false }),
      },
    ],
  }),
  "with zip64": forgeZip({
    entries: [{ ...entry, local: { ...wide, extra: wideField }, central: { ...wide, extra: wideField } }],
    wideEnd: {},
  }),
};

describe.each(Object.entries(SMALL))("T13: a small archive %s", (_, bytes) => {
  it("with any byte changed is refused or gives the same entries", async () => {
    const expected = await outcome(bytes, nodePlatform);
    expect(expected).toBeInstanceOf(Array);
    for (const [at, byte] of bytes.entries()) {
      for (const flip of [0x01, 0x08, 0x10, 0x80, 0xff]) {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte ^ flip;
        const found = await outcome(changed, nodePlatform);
        if (!(found instanceof SkillError)) expect({ at, flip, found }).toEqual({ at, flip, found: expected });
      }
    }
  });

  it("with any byte taken away or put in is refused", async () => {
    for (let at = 0; at <= bytes.length; at++) {
      const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
      for (const changed of [Buffer.concat([before, behind.subarray(1)]), Buffer.concat([before, Buffer.of(0), behind])]) {
        if (changed.length !== bytes.length) expect(await outcome(changed, nodePlatform)).toBeInstanceOf(SkillError);
      }
    }
  });

  it("cut anywhere is refused", async () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(await outcome(bytes.slice(0, length), nodePlatform)).toHaveCode("Zip");
    }
  });
});

describe("T13: any archive", () => {
  it("is read, or refused with an error of ours, and the same on all platforms", async () => {
    await fc.assert(
      fc.asyncProperty(forgedZips, async (zip) => {
        const bytes = forgeZip(zip);
        const [first, ...others] = await Promise.all(platforms.map((platform) => outcome(bytes, platform)));
        expect(Array.isArray(first) || first instanceof SkillError).toBe(true);
        for (const other of others) expect(verdict(other)).toEqual(verdict(first));
      }),
      { numRuns: 300 },
    );
  });

  it("that is read is seen the same by other readers", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(forgedZips, async (zip) => {
        const bytes = forgeZip(zip);
        const found = await readArchive(bytes, nodePlatform).catch(() => undefined);
        if (found === undefined) return;
        read++;
        const expected = new Map(found.entries.map((each) => [each.path, each.sha256]));
        for (const [name, readBy] of oracles) {
          // zip.js refuses a descriptor flag in the local header alone; a refusal is no other view (docs/interoperability.md).
          const seen = await readBy(bytes).catch((error: Error) => (name === "zip.js" ? error.message : Promise.reject(error)));
          if (seen !== "Ambiguous archive") expect(sorted(typeof seen === "string" ? new Map() : seen)).toEqual(sorted(expected));
        }
      }),
      { numRuns: 300 },
    );
    expect(read).toBeGreaterThan(30);
  });

  it("that is random bytes is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await outcome(bytes, nodePlatform)).toHaveCode("Zip");
      }),
    );
  });

  it("is the same from a platform that gives its contents in pieces, and none from one whose pieces are others", async () => {
    const inPieces = (size: number, dropped = 0): Platform => ({
      ...nodePlatform,
      inflateRaw: async (deflated, limit, take) => {
        const inflated = await nodePlatform.inflateRaw(deflated, limit);
        const end = inflated.ok ? inflated.bytes.length - dropped : 0;
        for (let at = 0; inflated.ok && at < end; at += size) {
          await Promise.resolve();
          take?.(inflated.bytes.subarray(at, Math.min(at + size, end)));
        }
        return inflated;
      },
    });
    await fc.assert(
      fc.asyncProperty(fileSets, fc.integer({ min: 1, max: 20 }), async (files, size) => {
        const bytes = writeArchive(files);
        expect(await outcome(bytes, inPieces(size))).toEqual(await outcome(bytes, nodePlatform));
        const inTurn = { ...nodePlatform, inflatesBeside: false };
        expect(await outcome(bytes, inTurn)).toEqual(await outcome(bytes, nodePlatform));
      }),
      { numRuns: 30 },
    );
    const bytes = writeArchive([{ path: "a", bytes: text("abc".repeat(99)) }]);
    await expect(readArchive(bytes, inPieces(7, 1))).rejects.toThrow(TypeError);
  });

  it("is visited in path order, up to the entry that is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fileSets, fc.nat(), async (files, pick) => {
        const paths: string[] = [];
        const bytes = writeArchive(files);
        const { entries } = await readArchive(bytes, nodePlatform, (path) => {
          paths.push(path);
          return undefined;
        });
        expect(paths).toEqual(entries.map(({ path }) => path));
        const stop = paths[pick % Math.max(paths.length, 1)];
        const stopped = readArchive(bytes, nodePlatform, (path) => {
          if (path === stop) throw new RangeError("the visitor's own");
          return undefined;
        });
        if (stop !== undefined) await expect(stopped).rejects.toThrow(RangeError);
      }),
      { numRuns: 30 },
    );
  });
});

/** Platforms may say in other words why a stream is none. */
const verdict = (found: unknown): unknown => {
  if (!(found instanceof SkillError)) return found;
  return isSkillError(found, "Zip") ? [found.code, found.details.offset] : [found.code, found.details];
};

const sorted = (contents: ReadonlyMap<string, string>) => [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1));
