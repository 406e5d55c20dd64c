import type { Extract } from "./characters.ts";
import type { Extent, Form } from "./form.ts";

/** What a file of a kind begins with, where bytes in the middle of others look the same by chance too often without the rest of it. */
type Header = (extract: Extract, start: number, end: number) => boolean;

const always: Header = () => true;
const byte = (extract: Extract, place: number): number => extract.at(place) ?? -1;
const little = (extract: Extract, place: number): number => byte(extract, place) + byte(extract, place + 1) * 256;
const little32 = (extract: Extract, place: number): number => little(extract, place) + little(extract, place + 2) * 65_536;

const isPe: Header = (extract, start) => {
  const offset = little32(extract, start + 0x3c);
  return offset >= 0x40 && offset < 4_096 && extract.has(start + offset, "PE\0\0");
};
const isElf: Header = (extract, _, end) =>
  [1, 2].includes(byte(extract, end)) && [1, 2].includes(byte(extract, end + 1)) && byte(extract, end + 2) === 1;
const isZip: Header = (extract, _, end) =>
  byte(extract, end) <= 63 &&
  byte(extract, end + 1) === 0 &&
  [0, 8, 9, 12, 14, 93, 95].includes(little(extract, end + 4)) &&
  little(extract, end + 22) > 0;
const isGzip: Header = (extract, _, end) =>
  byte(extract, end) < 32 &&
  [0, 2, 4].includes(byte(extract, end + 5)) &&
  (byte(extract, end + 6) <= 13 || byte(extract, end + 6) === 255);
// Programs that read these files hold the first bytes of each, but not what follows them.
const is7z: Header = (extract, _, end) => byte(extract, end) === 0 && byte(extract, end + 1) <= 4;
const isXz: Header = (extract, _, end) => byte(extract, end) === 0 && [0, 1, 4, 10].includes(byte(extract, end + 1));
/** The sum of the first block's bytes, in octal. */
const isTar: Header = (extract, start) => /^[0-7]{5,6}[\0 ]/.test(extract.text(start + 148, start + 156));
const isModule: Header = (extract, _, end) => extract.has(end, "\x01\0\0\0") || extract.has(end, "\x0d\0\x01\0");
/** Its flags, then a marshalled code object. */
const isPyc: Header = (extract, _, end) =>
  byte(extract, end) <= 3 && extract.has(end + 1, "\0\0\0") && [0x63, 0xe3].includes(byte(extract, end + 12));
const isLuaChunk: Header = (extract, _, end) =>
  byte(extract, end) >= 0x51 && byte(extract, end) <= 0x54 && byte(extract, end + 1) <= 1;

function content(code: string, called: string, needles: readonly string[], isHeader: Header = always, before = 0): Form {
  return {
    code,
    called,
    needles,
    certain: true,
    read: (extract, start, end): Extent | undefined =>
      start - before >= extract.from && isHeader(extract, start - before, end)
        ? { start: start - before, end, shown: called }
        : undefined,
  };
}

/** Programs, archives and interpreters inside of other bytes: what a reader of the module does not see. */
export const CONTENTS: readonly Form[] = [
  content("embedded_module", "a WebAssembly module or component", ["\0asm"], isModule),
  content("embedded_executable", "a program for Linux (ELF)", ["\x7fELF"], isElf),
  content("embedded_executable", "a program for Windows (PE)", ["MZ"], isPe),
  content("embedded_executable", "a program for macOS (Mach-O)", [
    "\xcf\xfa\xed\xfe\x07\0\0\x01",
    "\xcf\xfa\xed\xfe\x0c\0\0\x01",
  ]),
  content("embedded_archive", "a zip archive", ["PK\x03\x04"], isZip),
  content("embedded_archive", "a 7-Zip archive", ["7z\xbc\xaf\x27\x1c"], is7z),
  content("embedded_archive", "a tar archive", ["ustar\x0000", "ustar  \0"], isTar, 257),
  content("embedded_compressed", "gzip data", ["\x1f\x8b\x08"], isGzip),
  content("embedded_compressed", "xz data", ["\xfd7zXZ\0"], isXz),
  content("embedded_compressed", "bzip2 data", ["BZh91AY&SY", "BZh61AY&SY", "BZh11AY&SY"]),
  content("embedded_bytecode", "compiled Python", ["\x0d\x0d\x0a"], isPyc, 1),
  content("embedded_bytecode", "compiled Lua", ["\x1bLua"], isLuaChunk),
  ...(
    [
      ["QuickJS", "QuickJS memory usage"],
      ["SpiderMonkey", "SpiderMonkey"],
      ["JerryScript", "JerryScript"],
      ["Duktape", "Duktape."],
      ["Lua", "$LuaVersion: "],
      ["Lua", "\x1bLua\0"],
      ["CPython", "PYTHONHASHSEED"],
      ["MicroPython", "MicroPython v"],
      ["Ruby", "RUBY_ENGINE"],
      ["PHP", "Zend Engine v"],
      ["Perl", "PERL5LIB"],
    ] as const
  ).map(([name, needle]) => content("interpreter", `an interpreter (${name})`, [needle])),
];
