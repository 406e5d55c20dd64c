import { deflateRawSync } from "node:zlib";
import {
  bytesOf,
  type CentralFields,
  descriptor,
  extra,
  type ForgedEntry,
  type ForgedZip,
  forgeZip,
  text,
  u32,
  unicodePath,
  unixMode,
  wideExtra,
} from "../forge/zip.ts";
import { type Corpus, interesting, mutate, seed } from "./mutate.ts";
import type { Random } from "./random.ts";

const NAMES: readonly [string, ...string[]] = [
  "a",
  "b",
  "A",
  "a/",
  "a/b",
  "a/B",
  "é",
  "e\u0301",
  "ß",
  "SS",
  "ı",
  "I",
  "i",
  "ς",
  "σ",
  "Σ",
  "con",
  "aux.txt",
  "a.",
  "a ",
  " a",
  "../a",
  "/a",
  "a//b",
  "a\\b",
  "./a",
  "a:b",
  "\u202ea",
  "a\u0000",
  "a\u007f",
  "skill.toml",
  "signature.json",
  "_palyra/signature.json",
  "_palyra/",
  "modules/module.wasm",
  "x".repeat(255),
  "x".repeat(256),
  "d/".repeat(400),
  "😀",
];

/** An archive that is right but for a few points, or right altogether. */
export function forgedArchive(random: Random, corpus: Corpus): Uint8Array {
  const entries = Array.from({ length: random.size(5) }, () => forgedEntry(random, corpus));
  const seldom = <T>(value: () => T): T | undefined => (random.oneIn(10) ? value() : undefined);
  const zip: Defined<ForgedZip> = {
    entries,
    prefix: seldom(() => random.bytes(random.size(6))),
    beforeDirectory: seldom(() => random.bytes(random.size(6))),
    beforeEnd: seldom(() => random.bytes(random.size(6))),
    suffix: seldom(() => random.bytes(random.size(30))),
    comment: seldom(() => random.bytes(random.size(30))),
    directory: seldom(() => entries.map((_, index) => (random.oneIn(3) ? random.below(entries.length) : index))),
    end: seldom(() => ({ [random.pick(END_FIELDS)]: interesting(random) })),
    wideEnd: seldom(() => (random.oneIn(2) ? {} : { [random.pick(WIDE_END_FIELDS)]: interesting(random) })),
  };
  const bytes = forgeZip(defined(zip));
  return random.oneIn(5) ? mutate(bytes, random, corpus) : bytes;
}

const END_FIELDS = ["disk", "directoryDisk", "entriesHere", "entries", "size", "offset", "commentLength"] as const;
const WIDE_END_FIELDS = ["rest", "disk", "entriesHere", "entries", "size", "offset", "locatorOffset", "disks"] as const;

function forgedEntry(random: Random, corpus: Corpus): ForgedEntry {
  const name = random.oneIn(4) ? random.pick(NAMES) : `f${random.below(1000)}${random.oneIn(8) ? "/" : ""}`;
  const isFolder = name.endsWith("/");
  const content = isFolder && !random.oneIn(8) ? new Uint8Array() : contentOf(random, corpus);
  const entry = {
    name: random.oneIn(12) ? random.bytes(1 + random.size(8)) : name,
    content,
    method: random.oneIn(3) ? 0 : 8,
    ...(random.oneIn(6) ? { compressed: streamOf(random, content) } : {}),
  };
  return {
    ...entry,
    ...headers(random, entry),
    ...(random.oneIn(4)
      ? { descriptor: changedAtTimes(random, descriptor(entry, { signature: !random.oneIn(3), wide: random.oneIn(3) })) }
      : {}),
    ...(random.oneIn(20) ? { before: random.bytes(random.size(6)) } : {}),
  };
}

/** The same in both headers, or in one; mostly nothing. */
function headers(random: Random, entry: Pick<ForgedEntry, "content" | "compressed" | "method">): Partial<ForgedEntry> {
  if (!random.oneIn(3)) return {};
  const fields = fieldsOf(random, entry);
  switch (random.below(4)) {
    case 0:
      return { local: fields };
    case 1:
      return { central: fields };
    case 2:
      return { local: fields, central: fields };
    default:
      return { local: fieldsOf(random, entry), central: fields };
  }
}

function fieldsOf(random: Random, { content = new Uint8Array() }: Pick<ForgedEntry, "content">): Partial<CentralFields> {
  switch (random.below(9)) {
    case 0:
      return { flags: random.pick([0, 1, 2, 4, 6, 8, 0x20, 0x40, 0x800, 0x808, 0x2000]) };
    case 1:
      return { method: random.pick([0, 8, 9, 12, 14, 93, 99]) };
    case 2:
      return { extra: extraOf(random, content) };
    case 3:
      return { attributes: attributesOf(random), madeBy: random.pick([0, 0x0314, 0x0a14, 0x0014, 0x0b3f]) };
    case 4:
      return { size: 0xffffffff, compressedSize: 0xffffffff, extra: wideExtra(content.length, deflateRawSync(content).length) };
    case 5:
      return { offset: 0xffffffff, extra: wideExtra(random.below(100)) };
    case 6:
      return { disk: random.pick([0, 1, 0xffff]), versionNeeded: random.pick([0, 10, 20, 45, 46, 63, 0xffff]) };
    case 7:
      return { name: text(random.pick(NAMES)) };
    default:
      return { [random.pick(["crc32", "size", "compressedSize", "offset", "time", "date", "signature"])]: interesting(random) };
  }
}

function attributesOf(random: Random): number {
  const mode = random.pick([0o100644, 0o100755, 0o104755, 0o120777, 0o040755, 0o060600, 0o010644, 0o140777, 0, 0o644]);
  return unixMode(mode, random.pick([0, 0x10, 0x20, 0x08, 0x400, 0x01]));
}

function extraOf(random: Random, content: Uint8Array): Uint8Array {
  switch (random.below(6)) {
    case 0:
      return wideExtra(content.length);
    case 1:
      return wideExtra(interesting(random), interesting(random), interesting(random));
    case 2:
      return unicodePath(random.pick(NAMES), random.pick(NAMES), random.below(3));
    case 3:
      return extra(interesting(random) & 0xffff, random.bytes(random.size(20)));
    case 4:
      return random.bytes(random.size(12));
    default:
      return bytesOf(wideExtra(1), wideExtra(1), extra(0x5455, random.bytes(5)));
  }
}

function contentOf(random: Random, corpus: Corpus): Uint8Array {
  if (random.oneIn(3)) return seed(random, corpus).subarray(0, 4096);
  // Long runs: small streams with much in them.
  if (random.oneIn(10)) return new Uint8Array(random.below(200_000)).fill(random.below(256));
  return random.bytes(random.size(100));
}

/** A stream of that content in another form, or one that ends early, goes on, or is none. */
function streamOf(random: Random, content: Uint8Array): Uint8Array {
  const stream = deflateRawSync(content, { level: random.below(10), strategy: random.below(5), memLevel: 1 + random.below(9) });
  switch (random.below(5)) {
    case 0:
      return stream;
    case 1:
      return stream.subarray(0, random.below(stream.length));
    case 2:
      return bytesOf(stream, random.bytes(1 + random.below(4)));
    case 3:
      return changedAtTimes(random, stream, 1);
    default:
      return bytesOf(stream, u32(interesting(random)), stream);
  }
}

const NOTHING: Corpus = { good: [], bad: [] };

const changedAtTimes = (random: Random, bytes: Uint8Array, times = 5): Uint8Array =>
  random.oneIn(times) ? mutate(bytes, random, NOTHING) : bytes;

type Defined<T> = { readonly [key in keyof T]: T[key] | undefined };

/** Without what is undefined. */
function defined(zip: Defined<ForgedZip>): ForgedZip {
  return Object.fromEntries(Object.entries(zip).filter(([, value]) => value !== undefined));
}
