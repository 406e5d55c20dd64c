import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type ForgedEntry, forgeZip, wideExtra } from "../../../../testing/forge/zip.ts";
import {
  MAX_ARCHIVE_BYTES,
  MAX_ENTRIES,
  MAX_ENTRY_BYTES,
  MAX_TOTAL_BYTES,
  readArchive,
  writeArchive,
} from "../../src/archive/index.ts";
import type { Platform } from "../../src/platform/index.ts";
import { nodePlatform } from "../platforms.ts";
import { outcomeOf } from "../vectors.ts";

const read = (...entries: readonly ForgedEntry[]) => readArchive(forgeZip({ entries }), nodePlatform);

/** An entry that declares so many bytes and has three. */
const declares = (name: string, size: number): ForgedEntry => ({ name, local: { size }, central: { size } });

/** A platform that would notice that anything is inflated. */
const idle: Platform = {
  ...nodePlatform,
  inflateRaw: () => Promise.reject(new Error("inflated")),
};

describe("limits of an archive (spec 1.2)", () => {
  it("the archive's own bytes, before anything is looked at", async () => {
    const zeros = new Uint8Array(MAX_ARCHIVE_BYTES + 1);
    await expect(readArchive(zeros, idle)).rejects.toMatchObject({
      code: "ArtifactTooLarge",
      details: { actual: MAX_ARCHIVE_BYTES + 1, limit: MAX_ARCHIVE_BYTES },
    });
    await expect(readArchive(zeros.subarray(1), idle)).rejects.toHaveCode("Zip");
  });

  it("entries, folders among them (A20)", async () => {
    const files = Array.from({ length: MAX_ENTRIES }, (_, index) => ({ name: `f${index}` }));
    await expect(read(...files)).resolves.toMatchObject({ entries: { length: MAX_ENTRIES } });
    await expect(read(...files, { name: "folder/" })).rejects.toMatchObject({
      code: "ArtifactTooManyEntries",
      details: { actual: MAX_ENTRIES + 1, limit: MAX_ENTRIES },
    });
  });

  it("a number of entries that is only claimed is another matter", async () => {
    await expect(readArchive(forgeZip({ end: { entries: 300 } }), idle)).rejects.toHaveCode("Zip");
  });

  it.each([MAX_ENTRY_BYTES + 1, 0xfffffffe])("declared bytes of one entry, before it is inflated: %d", async (actual) => {
    const zip = forgeZip({ entries: [{ name: "a" }, declares("b", actual)] });
    await expect(readArchive(zip, idle)).rejects.toMatchObject({
      code: "ArtifactEntryTooLarge",
      details: { path: "b", actual, limit: MAX_ENTRY_BYTES },
    });
  });

  it("declared bytes of one entry beyond a double", async () => {
    const size = 2n ** 60n + 1n;
    const fields = { size: 0xffffffff, extra: wideExtra(size) };
    await expect(read({ name: "a", local: fields, central: fields })).rejects.toMatchObject({ details: { actual: size } });
  });

  it("declared bytes of all entries, before one is inflated", async () => {
    const zip = forgeZip({ entries: ["a", "b", "c", "d", "e"].map((name) => declares(name, MAX_ENTRY_BYTES)) });
    await expect(readArchive(zip, idle)).rejects.toMatchObject({
      code: "ArtifactTooLarge",
      details: { actual: 5 * MAX_ENTRY_BYTES, limit: MAX_TOTAL_BYTES },
    });
  });

  it("an entry of exactly the limit is read", async () => {
    const content = new Uint8Array(MAX_ENTRY_BYTES);
    await expect(read({ name: "a", content })).resolves.toMatchObject({ entries: { length: 1 } });
  });

  it.each([0, 16, MAX_ENTRY_BYTES])("a stream of empty blocks for %d bytes is refused before it is inflated", async (size) => {
    const compressed = new Uint8Array(2 * size + 1025);
    const zip = forgeZip({ entries: [{ name: "a", compressed, local: { size }, central: { size } }] });
    await expect(readArchive(zip, idle)).rejects.toHaveCode("Zip");
  });

  it("a directory is left at the first record that is too many", async () => {
    const files = Array.from({ length: MAX_ENTRIES + 1 }, (_, index) => ({ name: `f${index}` }));
    // What comes behind it is no record, and nobody looks.
    const beyond = { name: "beyond", central: { signature: 0 } };
    const counts = (entries: number) => ({ entries: [...files, beyond], end: { entries, entriesHere: entries } });
    await expect(readArchive(forgeZip(counts(MAX_ENTRIES + 2)), idle)).rejects.toHaveCode("ArtifactTooManyEntries");
    await expect(readArchive(forgeZip(counts(1)), idle)).rejects.toMatchObject({
      code: "Zip",
      details: { problem: "more entries than the end record counts" },
    });
  });

  it("no stream inflates further than declared", async () => {
    const compressed = deflateRawSync(new Uint8Array(MAX_ENTRY_BYTES + 1));
    const asked: number[] = [];
    const watching: Platform = {
      ...nodePlatform,
      inflateRaw: (deflated, limit) => {
        asked.push(limit);
        return nodePlatform.inflateRaw(deflated, limit);
      },
    };
    const fields = { size: MAX_ENTRY_BYTES };
    const zip = forgeZip({ entries: [{ name: "a", compressed, local: fields, central: fields }] });
    await expect(readArchive(zip, watching)).rejects.toHaveCode("Zip");
    expect(asked).toEqual([MAX_ENTRY_BYTES]);
  });

  it("streams are asked for all at once only where they inflate beside the caller, else one by one up to the one refused", async () => {
    const wrong = { crc32: 1 };
    const content = new Uint8Array(100);
    const zip = forgeZip({
      entries: [
        { name: "a", content },
        { name: "b", content, local: wrong, central: wrong },
        { name: "c", content },
      ],
    });
    const seen = async (inflatesBeside: boolean): Promise<string[]> => {
      const steps: string[] = [];
      const inflateRaw: Platform["inflateRaw"] = (...asked) => {
        steps.push("inflate");
        return nodePlatform.inflateRaw(...asked);
      };
      const reading = readArchive(zip, { ...nodePlatform, inflatesBeside, inflateRaw }, (path) => {
        steps.push(path);
        return undefined;
      });
      await expect(reading).rejects.toHaveCode("Zip");
      return steps;
    };
    expect(await seen(true)).toEqual(["inflate", "inflate", "inflate", "a", "b"]);
    expect(await seen(false)).toEqual(["inflate", "a", "inflate", "b"]);
  });
});

describe("the same limits hold when writing (spec 1.2)", () => {
  const file = (path: string, size = 0) => ({ path, bytes: new Uint8Array(size) });
  const written = (files: Parameters<typeof writeArchive>[0]): unknown => outcomeOf(() => writeArchive(files).length);

  it.each([
    ["ArtifactTooManyEntries", Array.from({ length: MAX_ENTRIES + 1 }, (_, index) => file(`f${index}`))],
    ["ArtifactEntryTooLarge", [file("a", MAX_ENTRY_BYTES + 1)]],
    ["ArtifactTooLarge", ["a", "b", "c", "d", "e"].map((path) => file(path, MAX_ENTRY_BYTES))],
    ["InvalidArtifactPath", [file("../a")]],
    ["InvalidArtifactPath", [file("a\ud800")]],
    ["InvalidArtifactPath", [file("a"), file("A")]],
    ["InvalidArtifactPath", [file("a"), file("a/b")]],
    ["DuplicateArtifactEntry", [file("a"), file("a")]],
  ])("%s", (code, files) => {
    expect(written(files)).toHaveCode(code);
  });

  it("an archive that outgrows them by its own headers and by what does not compress", () => {
    const noise = randomBytes(MAX_ENTRY_BYTES);
    expect(written(["a", "b", "c", "d"].map((path) => ({ path, bytes: noise })))).toHaveCode("ArtifactTooLarge");
  });
});
