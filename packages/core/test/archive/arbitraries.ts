import fc from "fast-check";
import { descriptor, extra, type ForgedEntry, type ForgedZip, unicodePath, wideExtra } from "../../../../testing/forge/zip.ts";
import type { FileToWrite } from "../../src/archive/index.ts";

const segments = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcdxyz0123_-"), minLength: 1, maxLength: 8 }),
  fc.constantFrom("é", "文件", "😀", "Ünïcode.txt", "a b", ".dot"),
);

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(40_000))
    .map(([unit, size]) => new Uint8Array(Buffer.alloc(size, unit))),
);

/** Files whose paths do not meet: each in a folder of its own number. */
export const fileSets: fc.Arbitrary<readonly FileToWrite[]> = fc
  .array(fc.record({ folders: fc.array(segments, { maxLength: 3 }), bytes: contents }), { maxLength: 8 })
  .map((files) => files.map(({ folders, bytes }, index) => ({ path: [`f${index}`, ...folders].join("/"), bytes })));

const names = fc.constantFrom("a", "b", "c", "d/", "d/e", "é", "long/er/name.txt");
const numbers = fc.oneof(fc.constantFrom(0, 1, 5, 8, 0xffff, 0xffffffff), fc.nat(0xffff));
const fields = fc.constantFrom(
  "versionNeeded",
  "flags",
  "method",
  "time",
  "crc32",
  "compressedSize",
  "size",
  "attributes",
  "disk",
  "offset",
  "madeBy",
);
const extras = fc.constantFrom(
  new Uint8Array(),
  wideExtra(3),
  wideExtra(0, 0),
  extra(0x5455, new Uint8Array(5)),
  unicodePath("a", "a"),
);

/** Seldom: most fields stay right, so that some archives pass and others fail in one point. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const overrides = fc
  .record({ field: seldom(fc.tuple(fields, numbers)), extra: seldom(extras) })
  .map(({ field, extra: bytes }) => ({
    ...(field === undefined ? {} : { [field[0]]: field[1] }),
    ...(bytes === undefined ? {} : { extra: bytes }),
  }));

const entries = fc
  .record({
    name: names,
    content: fc.uint8Array({ maxLength: 40 }),
    method: fc.constantFrom(0, 8),
    described: fc.constantFrom("no", "yes", "bare", "wide"),
    local: overrides,
    central: overrides,
    before: seldom(fc.uint8Array({ maxLength: 4 })),
  })
  .map(({ name, content, method, described, local, central, before }): ForgedEntry => {
    const entry = { name, content: name.endsWith("/") ? new Uint8Array() : content, method, local, central };
    const form = { signature: described !== "bare", wide: described === "wide" };
    return {
      ...entry,
      ...(described === "no" ? {} : { descriptor: descriptor(entry, form) }),
      ...(before === undefined ? {} : { before }),
    };
  });

/** Archives that are right but for a few points, or right altogether. */
export const forgedZips: fc.Arbitrary<ForgedZip> = fc
  .record({
    entries: fc.uniqueArray(entries, { maxLength: 3, selector: ({ name }) => String(name) }),
    bytes: seldom(
      fc.tuple(fc.constantFrom("prefix", "beforeDirectory", "beforeEnd", "suffix", "comment"), fc.uint8Array({ maxLength: 4 })),
    ),
    end: seldom(fc.tuple(fc.constantFrom("disk", "entries", "size", "offset", "commentLength"), numbers)),
    wideEnd: seldom(fc.constant({})),
  })
  .map(({ entries: forged, bytes, end, wideEnd }) => ({
    entries: forged,
    ...(bytes === undefined ? {} : { [bytes[0]]: bytes[1] }),
    ...(end === undefined ? {} : { end: { [end[0]]: end[1] } }),
    ...(wideEnd === undefined ? {} : { wideEnd }),
  }));
