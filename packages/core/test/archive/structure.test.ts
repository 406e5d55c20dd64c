import { randomBytes } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  DESCRIPTOR_FLAG,
  descriptor,
  extra,
  type ForgedEntry,
  type ForgedZip,
  forgeZip,
  text,
  u16,
  u32,
  unicodePath,
  unixMode,
  wideExtra,
  withCrc,
} from "../../../../testing/forge/zip.ts";
import { readArchive } from "../../src/archive/index.ts";
import { platforms } from "../platforms.ts";

const content = text("hello, hello, hello");
const a: ForgedEntry = { name: "a.txt", content };
const b: ForgedEntry = { name: "b.txt", content: text("other") };
const one = (entry: Partial<ForgedEntry>): ForgedZip => ({ entries: [{ ...a, ...entry }, b] });
const ones = 0xffffffff;
const deflated = deflateRawSync(content);
const wide = wideExtra(content.length, deflated.length);
/** Content whose CRC has the bytes of a data descriptor's signature. */
const forged = withCrc(content, 0x08074b50);
const described = { descriptor: descriptor(a) };

/** An entry whose end stands behind it alone. */
const stored = (bytes: Uint8Array, form?: Parameters<typeof descriptor>[1]): Partial<ForgedEntry> => ({
  method: 0,
  content: bytes,
  descriptor: descriptor({ content: bytes, method: 0 }, form),
});
/** For a reader that goes forward: the end of "start", then another entry. */
const inner = forgeZip({ entries: [{ name: "hidden", content: text("evil") }] });
const hiding = bytesOf(text("start"), descriptor({ content: text("start"), method: 0 }), inner);
const hasCrc = (checksum: number): Uint8Array => withCrc(text("x"), checksum);
/** Ends in the first three bytes of a descriptor's signature; the first of its CRC is the fourth. */
const straddling =
  Array.from({ length: 5000 }, (_, number) => text(`${number}PK\u0007`)).find((bytes) => (crc32(bytes) & 0xff) === 8) ??
  expect.fail();

/** Bytes in which no encoder finds anything. */
const noise = new Uint8Array(randomBytes(5000));
const SYNC_FLUSH = Uint8Array.of(0, 0, 0, 0xff, 0xff);
const LAST_BLOCK = Uint8Array.of(3, 0);

/** A deflate stream of stored blocks of so many bytes, each flushed; then flushes alone. */
function flushed(bytes: Uint8Array, step: number, more = 0): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step);
    blocks.push(Uint8Array.of(0), u16(piece.length), u16(0xffff - piece.length), piece);
  }
  return bytesOf(...blocks, ...Array.from({ length: more }, () => SYNC_FLUSH), LAST_BLOCK);
}

/** Right in every point, or odd in a way that leaves nothing open: read. */
const READ: { readonly [what: string]: ForgedZip } = {
  plain: one({}),
  stored: one({ method: 0 }),
  "no entry": {},
  "an empty file, stored and deflated": { entries: [{ name: "a" }, { name: "b", method: 0 }] },
  "folders, also one that is deflated": { entries: [a, { name: "f/", method: 0 }, { name: "g/" }] },
  "a directory in another order (A4)": { entries: [a, b], directory: [1, 0] },
  "no Unix mode (A1)": one({ central: { attributes: 0 } }),
  "a mode without a type (A1)": one({ central: { attributes: unixMode(0o755) } }),
  "made on DOS, read-only": one({ central: { madeBy: 20, attributes: 0x21 } }),
  "a descriptor": one(described),
  "a descriptor without signature": one({ descriptor: descriptor(a, { signature: false }) }),
  "a descriptor behind stored content (A2)": one({ method: 0, descriptor: descriptor({ ...a, method: 0 }) }),
  "stored records where the local header has the sizes": one({ method: 0, content: hiding }),
  "deflated records behind a descriptor": one({ content: hiding, descriptor: descriptor({ content: hiding }) }),
  "stored content that only begins like a record": one(stored(text("PK PK\u0003 PPK"))),
  "stored content that ends like the start of the descriptor": one(stored(text("PK\u0007"))),
  "deflate in stored blocks": one({ compressed: deflateRawSync(noise, { level: 0 }), content: noise }),
  "deflate of what cannot be made smaller": one({ content: noise }),
  "deflate with a flush after each few bytes": one({
    content: noise.subarray(0, 1000),
    compressed: flushed(noise.subarray(0, 1000), 8),
  }),
  "deflate of nothing with some flushes": one({ content: text(""), compressed: flushed(text(""), 0, 200) }),
  "a descriptor beside right local fields": one({
    ...described,
    local: { crc32: crc32(content), compressedSize: deflated.length, size: content.length },
  }),
  "a descriptor that only the local header announces": one({ ...described, central: { flags: 0 } }),
  "a 64-bit descriptor behind a zip64 field": one({
    descriptor: descriptor(a, { wide: true }),
    local: { extra: wideExtra(0, 0) },
  }),
  "a 64-bit descriptor behind marked fields": one({
    descriptor: descriptor(a, { wide: true }),
    local: { extra: wide, size: ones, compressedSize: ones },
  }),
  "zip64 fields in place of marked ones (A5)": one({
    local: { size: ones, compressedSize: ones, extra: wide },
    central: { size: ones, compressedSize: ones, offset: ones, extra: wideExtra(content.length, deflated.length, 0) },
  }),
  "a zip64 field for one marked number": one({ central: { compressedSize: ones, extra: wideExtra(deflated.length) } }),
  "a zip64 field that repeats unmarked numbers": one({ central: { extra: wide }, local: { extra: wide } }),
  "a zip64 field with the disk": one({
    central: { disk: 0xffff, extra: extra(1, bytesOf(wideExtra(content.length, deflated.length, 0).subarray(4), u32(0))) },
  }),
  "a zip64 end that agrees": { entries: [a, b], wideEnd: {} },
  "a zip64 end in place of marked fields (A5)": {
    entries: [a, b],
    wideEnd: {},
    end: { disk: 0xffff, directoryDisk: 0xffff, entriesHere: 0xffff, entries: 0xffff, size: ones, offset: ones },
  },
  "extra fields of no weight (A3)": one({
    local: { extra: bytesOf(extra(0x5455, new Uint8Array(9)), extra(0xd935, u16(4))) },
    central: { extra: extra(0x000d, new Uint8Array(12)) },
  }),
  "a Unicode path that is the name (A3)": one({ local: { extra: unicodePath("a.txt", "a.txt") } }),
  "names with their flag": { entries: [{ name: "é", content }] },
  "the flag on an ASCII name": one({ local: { flags: 0x800 }, central: { flags: 0x800 } }),
  "level bits": one({ local: { flags: 6 }, central: { flags: 6 } }),
  "a descriptor with signature whose CRC reads as one": one({ content: forged, descriptor: descriptor({ content: forged }) }),
  "a CRC of 0 where it is the true one": { entries: [{ name: "f/", method: 0 }, { name: "f/a" }] },
};

const ZIP: { readonly [what: string]: ForgedZip } = {
  "a byte before the first header": { entries: [a], prefix: u16(0).subarray(1) },
  "a prefix, offsets not moved": { entries: [a, { ...b, central: { offset: 0 } }], prefix: text("MZ") },
  "bytes between records": { entries: [a, { ...b, before: text("gap") }] },
  "a whole entry that nobody lists": { entries: [a, b], directory: [0] },
  "a first entry that nobody lists": { entries: [a, b], directory: [1] },
  "bytes before the directory": { entries: [a], beforeDirectory: text("APK Sig Block 42") },
  "bytes behind the directory": { entries: [a], beforeEnd: text("x") },
  "bytes behind the directory, counted in": { entries: [a], beforeEnd: text("x"), end: { size: 52 } },
  "bytes behind the end": { entries: [a], suffix: text("\n") },
  "an archive comment": { entries: [a], comment: text("hi") },
  "a comment that holds an end record": { entries: [a], comment: forgeZip({}) },
  "a comment length without comment": { entries: [a], end: { commentLength: 1 } },
  "two names for one local entry": { entries: [a, { ...b, central: { offset: 0 } }] },
  "an entry inside another": {
    entries: [
      { name: "outer", method: 0, content: forgeZip({ entries: [b] }) },
      { ...b, central: { offset: 35 } },
    ],
  },
  "another name in the local header": one({ local: { name: text("c.txt") } }),
  "a shorter name in the local header": one({ local: { name: text("a.tx") } }),
  "another method in the local header": one({ local: { method: 0 } }),
  "another method in the directory": one({ central: { method: 0 } }),
  "another size in the local header": one({ local: { size: 1 } }),
  "another size in the directory": one({ central: { size: 1 } }),
  "another compressed size in the local header": one({ local: { compressedSize: 1 } }),
  "no sizes in the local header, no descriptor": one({ local: { crc32: 0, compressedSize: 0, size: 0 } }),
  "another CRC in the local header": one({ local: { crc32: 1 } }),
  "another CRC in both": one({ local: { crc32: 1 }, central: { crc32: 1 } }),
  "a CRC of 0 in both": one({ local: { crc32: 0 }, central: { crc32: 0 } }),
  "a UTF-8 flag in one header": one({ local: { flags: 0x800 } }),
  "a level flag in one header": one({ central: { flags: 2 } }),
  "a descriptor announced in the directory alone": one({ central: { flags: DESCRIPTOR_FLAG } }),
  "a descriptor announced and missing": one({ descriptor: text("") }),
  "a byte behind a descriptor without signature": one({ descriptor: bytesOf(descriptor(a, { signature: false }), text("x")) }),
  "a descriptor's worth behind one": one({ descriptor: bytesOf(descriptor(a, { signature: false }), descriptor(a)) }),
  "a byte behind a descriptor": one({ descriptor: bytesOf(descriptor(a), text("x")) }),
  "a descriptor not announced": one({ ...described, local: { flags: 0 }, central: { flags: 0 } }),
  "a descriptor with another CRC": one({ descriptor: descriptor({ ...a, content: text("jello, hello, hello") }) }),
  "a descriptor with other sizes": one({ descriptor: bytesOf(descriptor(a).subarray(0, 8), u32(1), u32(1)) }),
  "a descriptor with another signature": one({ descriptor: bytesOf(u32(0x08074b51), descriptor(a).subarray(4)) }),
  "a 64-bit descriptor without zip64 (A22)": one({ descriptor: descriptor(a, { wide: true }) }),
  "a 32-bit descriptor behind a zip64 field": one({ ...described, local: { extra: wideExtra(0, 0) } }),
  "a wrong local size beside a descriptor (A22)": one({ ...described, local: { size: 7 } }),
  "a descriptor without signature whose CRC reads as one": one({
    content: forged,
    descriptor: descriptor({ content: forged }, { signature: false }),
  }),
  encryption: one({ local: { flags: 1 }, central: { flags: 1 } }),
  "strong encryption": one({ local: { flags: 0x41 }, central: { flags: 0x41 } }),
  "patched data (A21)": one({ local: { flags: 0x20 }, central: { flags: 0x20 } }),
  "masked headers (A21)": one({ local: { flags: 0x2000 }, central: { flags: 0x2000 } }),
  "a flag of no meaning": one({ local: { flags: 0x8000 }, central: { flags: 0x8000 } }),
  "a method that few know": one({ local: { method: 9 }, central: { method: 9 } }),
  "a later version needed (A26)": one({ local: { versionNeeded: 46 }, central: { versionNeeded: 46 } }),
  "a later version needed by one header (A26)": one({ local: { versionNeeded: 63 } }),
  "an entry comment (A23)": one({ central: { comment: text("hi") } }),
  "an entry on another disk": one({ central: { disk: 1 } }),
  "several disks": { entries: [a], end: { disk: 1 } },
  "a directory on another disk": { entries: [a], end: { directoryDisk: 1 } },
  "fewer entries on this disk": { entries: [a, b], end: { entriesHere: 1 } },
  "fewer entries counted": { entries: [a, b], end: { entries: 1 } },
  "more entries counted": { entries: [a, b], end: { entries: 3 } },
  "a smaller directory": { entries: [a, b], end: { size: 51 } },
  "a directory elsewhere": { entries: [a, b], end: { offset: 0 } },
  "a directory outside": { entries: [a, b], end: { offset: 0xfffffff0 } },
  "a local header outside": one({ central: { offset: 0xfffffff0 } }),
  "a local header beyond all others": { entries: [a, { ...b, central: { offset: 150 } }] },
  "no central signature": one({ central: { signature: 0x02014b51 } }),
  "no local signature": one({ local: { signature: 0x04034b51 } }),
  "no end signature": { entries: [a], end: { signature: 0x06054b51 } },
  "a truncated extra field": one({ central: { extra: Uint8Array.of(1, 2, 3) } }),
  "an extra field that is longer than all": one({ local: { extra: bytesOf(u16(0x5455), u16(5), u32(0)) } }),
  "a marker without zip64 field": one({ local: { size: ones }, central: { size: ones } }),
  "a zip64 field that disagrees with plain numbers": one({ central: { extra: wideExtra(content.length + 1, deflated.length) } }),
  "a local zip64 field that disagrees": one({ local: { extra: wideExtra(99, 99) } }),
  "a zip64 field that is too long": one({ central: { size: ones, extra: extra(1, new Uint8Array(12)) } }),
  "a zip64 field that is too short": one({ central: { size: ones, compressedSize: ones, extra: wideExtra(content.length) } }),
  "two zip64 fields": one({ central: { extra: bytesOf(wide, wide) } }),
  "a zip64 size beyond all": one({
    local: { compressedSize: ones, size: ones, extra: wideExtra(content.length, 2n ** 63n) },
    central: { compressedSize: ones, size: ones, extra: wideExtra(content.length, 2n ** 63n) },
  }),
  "a zip64 end that counts otherwise": { entries: [a, b], wideEnd: { entries: 1 } },
  "a zip64 end with another size": { entries: [a, b], wideEnd: { size: 1 } },
  "a zip64 end with another offset": { entries: [a, b], wideEnd: { offset: 0 } },
  "a zip64 end on another disk": { entries: [a, b], wideEnd: { directoryDisk: 1 }, end: { directoryDisk: 0xffff } },
  "a zip64 end with extensible data": { entries: [a, b], wideEnd: { extensible: new Uint8Array(8) } },
  "bytes between a zip64 end and its locator": { entries: [a, b], wideEnd: { beforeLocator: text("gap") } },
  "a zip64 end that gives itself another length": { entries: [a, b], wideEnd: { rest: 45 } },
  "a zip64 end that needs a later version": { entries: [a, b], wideEnd: { versionNeeded: 62 } },
  "a zip64 end of another signature": { entries: [a, b], wideEnd: { signature: 1 } },
  "a locator that points elsewhere": { entries: [a, b], wideEnd: { locatorOffset: 0 } },
  "a locator of several disks": { entries: [a, b], wideEnd: { disks: 2 } },
  "a zip64 end without its locator": { entries: [a, b], wideEnd: { locatorSignature: 1 } },
  "markers without a zip64 end": { entries: [a, b], end: { entries: 0xffff, size: ones, offset: ones } },
  "a symlink": one({ central: { attributes: unixMode(0o120777) } }),
  "a symlink, made on DOS": one({ central: { madeBy: 20, attributes: unixMode(0o120777) } }),
  "a symlink, made on macOS": one({ central: { madeBy: 0x1314, attributes: unixMode(0o120777) } }),
  "a pipe": one({ central: { attributes: unixMode(0o010644) } }),
  "a device": one({ central: { attributes: unixMode(0o020644) } }),
  "setuid (A25)": one({ central: { attributes: unixMode(0o104755) } }),
  "setgid (A25)": one({ central: { attributes: unixMode(0o102755) } }),
  "a sticky bit (A25)": one({ central: { attributes: unixMode(0o101644) } }),
  "a reparse point": one({ central: { attributes: 0x400 } }),
  "a file with a folder's mode (A18)": one({ central: { attributes: unixMode(0o040755) } }),
  "a file with DOS's folder bit (A18)": one({ central: { attributes: unixMode(0o100644, 0x10) } }),
  "a folder with a file's mode (A18)": { entries: [{ name: "f/", central: { attributes: unixMode(0o100644) } }] },
  "a folder with content": { entries: [{ name: "f/", content }] },
  "a folder with hidden content": { entries: [{ name: "f/", content, local: { size: 0 }, central: { size: 0 } }] },
  "a Unix mode in an extra field": one({ central: { extra: extra(0x756e, new Uint8Array(14)) } }),
  "a link in an extra field": one({ local: { extra: extra(0x000d, new Uint8Array(20)) } }),
  "a Macintosh name": one({ local: { extra: extra(0x2605, new Uint8Array(20)) } }),
  "a Unicode path with another CRC": one({ local: { extra: unicodePath("a.txt", "b.txt") } }),
  "a Unicode path of another version": one({ local: { extra: unicodePath("a.txt", "a.txt", 2) } }),
  "a cut Unicode path": one({ local: { extra: extra(0x7075, Uint8Array.of(1, 2)) } }),
  "content shorter than declared": one({ local: { size: 50 }, central: { size: 50 } }),
  "content longer than declared": one({ local: { size: 5 }, central: { size: 5 } }),
  "content longer than declared, CRC of its start": one({
    local: { size: 5, crc32: crc32(content.subarray(0, 5)) },
    central: { size: 5, crc32: crc32(content.subarray(0, 5)) },
  }),
  "stored content shorter than declared": one({ method: 0, local: { size: 50 }, central: { size: 50 } }),
  "stored content longer than declared": one({ method: 0, local: { size: 5 }, central: { size: 5 } }),
  "an entry hidden behind a descriptor in stored content": one(stored(hiding)),
  "the same, its own descriptor without signature": one(stored(hiding, { signature: false })),
  "the same, beside right local fields": one({
    ...stored(hiding),
    local: { crc32: crc32(hiding), compressedSize: hiding.length, size: hiding.length },
  }),
  "the same, announced in the local header alone": one({ ...stored(hiding), central: { flags: 0 } }),
  "a local header in stored content behind a descriptor": one(stored(inner)),
  "a central record there": one(stored(text("aPK\u0001\u0002b"))),
  "an end record there": one(stored(text("PK\u0005\u0006"))),
  "a descriptor there": one(stored(text("PK\u0007\b"))),
  "a record that begins in stored content and ends in the descriptor": one(stored(straddling, { signature: false })),
  "a descriptor without signature whose CRC reads as a header": one(stored(hasCrc(0x04034b50), { signature: false })),
  "a deflate stream of empty blocks": one({
    content: text(""),
    compressed: flushed(text(""), 0, 210),
  }),
  "a deflate stream twice as long as its content and more": one({ content: noise, compressed: flushed(noise, 2) }),
  "bytes behind the deflate stream": one({ compressed: bytesOf(deflated, text("x")) }),
  "a second deflate stream": one({ compressed: bytesOf(deflated, deflated) }),
  "a deflate stream that ends early": one({ compressed: deflated.subarray(0, -1) }),
  "no deflate stream at all": one({ compressed: text("") }),
  "garbage for a deflate stream": one({ compressed: text("\u0007garbage") }),
  "a bomb": one({ compressed: deflateRawSync(new Uint8Array(17 * 1024 * 1024)) }),
};

const NAMES: { readonly [what: string]: ForgedZip } = {
  "not UTF-8": one({ name: Uint8Array.of(0x61, 0xff) }),
  "an overlong slash": one({ name: Uint8Array.of(0x61, 0xc0, 0xaf) }),
  "a surrogate": one({ name: Uint8Array.of(0xed, 0xa0, 0x80) }),
  "UTF-8 without its flag (A24)": one({ name: "é", local: { flags: 0 }, central: { flags: 0 } }),
  empty: one({ name: "" }),
  "a folder without name": one({ name: "/", content: text("") }),
  "a folder outside (A17)": one({ name: "../", content: text("") }),
  "a folder with a back-slash (A17)": one({ name: "a\\b/", content: text("") }),
  "a Unicode path that renames": one({ local: { extra: unicodePath("evil", "a.txt") } }),
  "a Unicode path that renames, in the directory": one({ central: { extra: unicodePath("evil", "a.txt") } }),
  "a second Unicode path that renames": one({
    local: { extra: bytesOf(unicodePath("a.txt", "a.txt"), unicodePath("evil", "a.txt")) },
  }),
  "the same letters in another case": { entries: [a, { ...b, name: "A.TXT" }] },
  "a file and a folder": { entries: [a, { name: "a.txt/", content: text("") }] },
  "a file with the name of a folder": { entries: [a, { ...b, name: "a.txt/b" }] },
};

const DUPLICATES: { readonly [what: string]: ForgedZip } = {
  "the same name twice": { entries: [a, { ...b, name: "a.txt" }] },
  "the same entry listed twice": { entries: [a], directory: [0, 0] },
  "the same folder twice": { entries: [{ name: "f/" }, { name: "f/" }] },
};

describe.each(platforms)("T13: two readers could see two archives: $engine", (platform) => {
  const read = (zip: ForgedZip) => readArchive(forgeZip(zip), platform);

  it.each(Object.entries(READ))("read: %s", async (_, zip) => {
    const { entries } = await read(zip);
    const files = (zip.entries ?? []).filter(({ name }) => !String(name).endsWith("/"));
    expect(entries.map(({ path, bytes }) => [path, bytes])).toEqual(files.map((file) => [file.name, file.content ?? text("")]));
  });

  it.each(Object.entries(ZIP))("Zip: %s", async (_, zip) => {
    await expect(read(zip)).rejects.toHaveCode("Zip");
  });

  it.each(Object.entries(NAMES))("InvalidArtifactPath: %s", async (_, zip) => {
    await expect(read(zip)).rejects.toHaveCode("InvalidArtifactPath");
  });

  it.each(Object.entries(DUPLICATES))("DuplicateArtifactEntry: %s", async (_, zip) => {
    await expect(read(zip)).rejects.toHaveCode("DuplicateArtifactEntry");
  });
});

describe("a refusal", () => {
  it("names the entry and the offset (spec 1.6)", async () => {
    const zip = forgeZip({ entries: [a, { ...b, local: { crc32: 1 } }] });
    const offset = 30 + 5 + deflated.length;
    await expect(readArchive(zip, platforms[0] ?? expect.fail())).rejects.toMatchObject({ details: { entry: "b.txt", offset } });
  });
});
