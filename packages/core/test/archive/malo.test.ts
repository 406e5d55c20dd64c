import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { readArchive } from "../../src/archive/index.ts";
import { nodePlatform } from "../platforms.ts";

const FOLDER = "corpora/zip-malo";
const REFUSALS = ["Zip", "InvalidArtifactPath", "DuplicateArtifactEntry"];

/** Path and text of each entry. */
const ACCEPTED: { readonly [file: string]: { readonly [path: string]: string } } = {
  "data_descriptor.zip": { fixme: "hello" },
  "data_descriptor_zip64.zip": { fixme: "hello" },
  "deflate.zip": { foo: "abcdefgh" },
  "normal_deflate.zip": { fixme: "hello" },
  "normal_deflate_zip64_extra.zip": { fixme: "hello" },
  "store.zip": { foo: "abcdefgh" },
  "subdir.zip": { "foo/bar": "abcdefgh" },
  "zip64_eocd.zip": { fixme: "hello" },
};

/** Refused on purpose (spec 1.6). */
const REFUSED_ON_PURPOSE = { "comment.zip": "an archive comment" };

/** Doubtful for their makers, read here: why they cannot be read in two ways. */
const DOUBTFUL_AND_READ: { readonly [file: string]: string } = {
  "crc_collision_empty_nonempty.zip": "an empty entry and another whose true CRC is 0: both contents match what is said of them",
  "crc_collision_two_nonempty.zip": "two contents with one true CRC: names, sizes and places differ, and all are right",
  "crc_zero_nonempty.zip": "a content whose true CRC is 0, said in both headers",
  "nosubdir.zip": "a file in a folder without an entry of its own: nothing of it is left open",
};

const read = (folder: string, file: string) => readArchive(sharedBytes(FOLDER, folder, file), nodePlatform);
const files = (folder: string): string[] => readdirSync(shared(FOLDER, folder));

describeShared(FOLDER, "T13: zip-malo", () => {
  it("is all there", () => {
    expect(["accept", "iffy", "malicious", "reject"].map((folder) => files(folder).length)).toEqual([9, 49, 8, 13]);
    expect(files("accept").toSorted()).toEqual([...Object.keys(ACCEPTED), ...Object.keys(REFUSED_ON_PURPOSE)].toSorted());
  });

  it.each(Object.entries(ACCEPTED))("accept/%s is read", async (file, expected) => {
    const { entries } = await read("accept", file);
    expect(Object.fromEntries(entries.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]))).toEqual(expected);
  });

  it.each(Object.entries(REFUSED_ON_PURPOSE))("accept/%s is refused on purpose: %s", async (file) => {
    await expect(read("accept", file)).rejects.toHaveCode("Zip");
  });

  it.each(["malicious", "reject"].flatMap((folder) => files(folder).map((file) => [folder, file])))(
    "%s/%s is refused",
    async (folder, file) => {
      await expect(read(folder, file)).rejects.toHaveCode(...REFUSALS);
    },
  );

  it.each(files("iffy").filter((file) => !(file in DOUBTFUL_AND_READ)))("iffy/%s is refused", async (file) => {
    await expect(read("iffy", file)).rejects.toHaveCode(...REFUSALS);
  });

  it.each(Object.entries(DOUBTFUL_AND_READ))("iffy/%s is read: %s", async (file) => {
    await expect(read("iffy", file)).resolves.toMatchObject({ size: sharedBytes(FOLDER, "iffy", file).length });
  });
});
