import { describe, expect, it } from "vitest";
import { describeShared, sharedBytes } from "../../../../testing/shared.ts";
import { layoutOf, readArchive } from "../../src/archive/index.ts";
import { nodePlatform } from "../platforms.ts";
import { vectorsOf } from "../vectors.ts";

/** What `conformance/artifact/expected.json` says of one file. */
interface Expected {
  readonly ok: boolean;
  readonly code?: string;
  readonly also?: readonly string[];
  readonly layout?: string;
  readonly entries?: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
  readonly recipe?: { readonly base: string; readonly append_zero_bytes_up_to: number };
}

/** Step 1 of spec 1.5: what the archive module alone must see. */
const OWN_CODES = new Set([
  "Zip",
  "InvalidArtifactPath",
  "DuplicateArtifactEntry",
  "ArtifactTooLarge",
  "ArtifactEntryTooLarge",
  "ArtifactTooManyEntries",
]);

function bytesOf(file: string, recipe: Expected["recipe"]): Uint8Array {
  if (recipe === undefined) return sharedBytes("conformance", "artifact", file);
  const bytes = new Uint8Array(recipe.append_zero_bytes_up_to);
  bytes.set(sharedBytes("conformance", "artifact", recipe.base));
  return bytes;
}

async function read(bytes: Uint8Array) {
  const visited: { path: string; size: number; bytes: Buffer }[] = [];
  const archive = await readArchive(bytes, nodePlatform, (path, size) => {
    const file = { path, size, bytes: Buffer.alloc(0) };
    visited.push(file);
    return (piece) => {
      file.bytes = Buffer.concat([file.bytes, piece]);
    };
  });
  return { archive, visited, layout: layoutOf(archive.entries.map(({ path }) => path)) };
}

describeShared("conformance/artifact", "artifact vectors, as far as the archive decides them", () => {
  const expected = Object.entries(vectorsOf<Record<string, Expected>>("conformance", "artifact", "expected.json"));

  describe("accepted", () => {
    for (const [file, { entries, layout: name }] of expected.filter(([, { ok }]) => ok)) {
      it(file, async () => {
        const { archive, visited, layout } = await read(sharedBytes("conformance", "artifact", file));
        expect(layout.name).toBe(name);
        expect(archive.entries.map(({ path, bytes, sha256 }) => ({ path, size: bytes.length, sha256 }))).toEqual(entries);
        expect(visited.map(({ path }) => path)).toEqual(archive.entries.map(({ path }) => path));
        for (const { path, size, bytes } of visited) {
          expect(bytes.equals(archive.get(path)?.bytes ?? expect.fail(path))).toBe(true);
          expect(size).toBe(bytes.length);
        }
        for (const entry of archive.entries) expect(archive.get(entry.path)).toBe(entry);
      });
    }
  });

  describe("refused here", () => {
    for (const [file, { code = "", also = [], recipe }] of expected.filter(([, { code }]) => OWN_CODES.has(code ?? ""))) {
      it(file, async () => {
        await expect(read(bytesOf(file, recipe))).rejects.toHaveCode(code, ...also);
      });
    }
  });

  it("the first code of all where the specification leaves a choice", async () => {
    const others: string[] = [];
    for (const [file, { code = "", also, recipe }] of expected) {
      if (!OWN_CODES.has(code) || also === undefined) continue;
      const found = await read(bytesOf(file, recipe)).then(
        () => "none",
        (error: { code: string }) => error.code,
      );
      if (found !== code) others.push(`${file}: ${found}`);
    }
    expect(others).toEqual([]);
  });

  describe("refused only by what comes after", () => {
    for (const [file] of expected.filter(([, { ok, code }]) => !ok && !OWN_CODES.has(code ?? ""))) {
      it(file, async () => {
        await expect(read(sharedBytes("conformance", "artifact", file))).resolves.toBeDefined();
      });
    }
  });
});
