import { describe, expect, it } from "vitest";
import { writeArchive } from "../../src/archive/index.ts";
import { openArtifact, VerifiedArtifact } from "../../src/artifact/index.ts";
import { SkillError } from "../../src/errors.ts";
import { nodePlatform } from "../platforms.ts";
import { build } from "./samples.ts";

/**
 * Bytes of a ZIP that may be others without a refusal. Nothing reads them: neither what is signed nor what is shown
 * comes from them, and the format leaves their value open (spec 1.6, vectors A1 and own-flat-other-times).
 */
const FREE_FIELDS = {
  "version made by": "only its system decides how the attributes are read, and those are checked",
  "version needed": "a level up to 4.5 is one that this reader has (vector A26)",
  "time and date": "DOS time; nothing is dated by it",
  "internal attributes": "a hint for text files",
  "end of a deflate stream": "bits that fill its last byte up; bytes after it are refused",
  "external attributes": "permission bits and DOS flags: files are installed with fixed modes",
} as const;

describe("a signed artifact of which one byte is another", () => {
  it("is refused, or has nothing changed that is signed or shown: every byte of a small one", async () => {
    const { bytes, artifact } = await build({
      assets: [{ path: "note.txt", bytes: new TextEncoder().encode("note ".repeat(20)) }],
    });
    const offsets = Array.from(bytes, (_, offset) => offset);
    const free = await acceptedFields(bytes, artifact, offsets, [1, 0x80, 0xff]);
    expect([...free].sort()).toEqual(Object.keys(FREE_FIELDS).sort());
  });

  it("the same, sampled in a large one", async () => {
    const noise = Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * index * 31 + (index >> 7)) & 0xff);
    const { bytes, artifact } = await build({ assets: [{ path: "noise.bin", bytes: noise }] });
    const step = Math.ceil(bytes.length / 250);
    const offsets = Array.from({ length: 250 }, (_, index) => (index * step + index) % bytes.length);
    const free = await acceptedFields(bytes, artifact, offsets, [0x10]);
    expect([...free].every((field) => field in FREE_FIELDS)).toBe(true);
  });
});

describe("a signed artifact packed anew with one byte of an entry changed, checksums right", () => {
  it("is refused, or it is white space or the time of the signature document, which nothing is decided by (T34)", async () => {
    const { artifact } = await build({ layout: "flat" });
    const { entries } = artifact.archive;
    for (const entry of entries) {
      // Every byte of what is not signed itself; of the rest some, since one hash holds all.
      const step = entry.path === "signature.json" ? 1 : 7;
      for (let offset = 0; offset < entry.bytes.length; offset += step) {
        const changed = { path: entry.path, bytes: entry.bytes.with(offset, (entry.bytes[offset] ?? 0) ^ 2) };
        const bytes = writeArchive(entries.map((each) => (each === entry ? changed : each)));
        const opened = await openArtifact(bytes, nodePlatform).catch((error: unknown) => error);
        if (opened instanceof SkillError) continue;
        if (!(opened instanceof VerifiedArtifact))
          throw new Error(`${entry.path}, ${offset}: no error of ours`, { cause: opened });
        expect(entry.path).toBe("signature.json");
        expect({ ...opened.signature, signed_at_unix_ms: 0n }).toEqual({ ...artifact.signature, signed_at_unix_ms: 0n });
      }
    }
  });
});

/** Changes the bytes one by one and gives the ZIP fields of those that were accepted, each having changed nothing. */
async function acceptedFields(
  bytes: Uint8Array,
  original: VerifiedArtifact,
  offsets: readonly number[],
  masks: readonly number[],
): Promise<Set<string>> {
  const fieldAt = fieldsOf(bytes);
  const accepted = new Set<string>();
  const changed = bytes.slice();
  for (const offset of offsets) {
    for (const mask of masks) {
      changed[offset] = (bytes[offset] ?? 0) ^ mask;
      const opened = await openArtifact(changed, nodePlatform).catch((error: unknown) => error);
      changed[offset] = bytes[offset] ?? 0;
      if (opened instanceof SkillError) continue;
      if (!(opened instanceof VerifiedArtifact)) throw new Error(`offset ${offset}: no error of ours`, { cause: opened });
      expect(shown(opened)).toEqual(shown(original));
      accepted.add(fieldAt(offset));
    }
  }
  return accepted;
}

/** All of an artifact but the function by which its archive is asked. */
function shown({ archive, ...rest }: VerifiedArtifact): object {
  return { ...rest, entries: archive.entries, size: archive.size };
}

/** Names the ZIP field in which an offset lies, for archives as our writer makes them: no extra fields, no comments. */
function fieldsOf(bytes: Uint8Array): (offset: number) => string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 22;
  const names = new Map<number, string>();
  const mark = (start: number, length: number, name: string): void => {
    for (let at = start; at < start + length; at++) names.set(at, name);
  };
  for (let at = view.getUint32(end + 16, true); at < end; at += 46 + view.getUint16(at + 28, true)) {
    mark(at + 4, 2, "version made by");
    mark(at + 6, 2, "version needed");
    mark(at + 12, 4, "time and date");
    mark(at + 36, 2, "internal attributes");
    mark(at + 38, 4, "external attributes");
    const local = view.getUint32(at + 42, true);
    mark(local + 4, 2, "version needed");
    mark(local + 10, 4, "time and date");
    const content = local + 30 + view.getUint16(local + 26, true);
    mark(content + view.getUint32(local + 18, true) - 1, 1, "end of a deflate stream");
  }
  return (offset) => names.get(offset) ?? `offset ${offset}`;
}
