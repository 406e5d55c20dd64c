import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseRuns, findTraces } from "../../src/text/secrets/index.ts";

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const homes = (text: string): string[] => findTraces(latin(text)).paths.map(({ shown }) => shown);
const contents = (bytes: Uint8Array): string[] => findTraces(bytes).contents.map(({ shown }) => shown);

describe("paths of whoever built a module", () => {
  it.each([
    ["/home/ada/echo/main.c", "/home/ada/"],
    ["\x00/Users/Ada.Lovelace/x.swift", "/Users/Ada.Lovelace/"],
    ["C:\\Users\\ada\\x.rs", "C:\\Users\\ada\\"],
    ['"C:\\\\Users\\\\ada\\\\x.rs"', "C:\\\\Users\\\\ada\\"],
    ["D:/Users/ada/x.rs", "/Users/ada/"],
    ["main.rs/home/ada/.cargo/bin", "/home/ada/"],
  ])("%j", (text, home) => expect(homes(text)).toEqual([home]));

  it.each([
    "/home/",
    "/home/ada",
    "/home/ada/",
    "/home//x",
    "/home/runner/work/x",
    "/Users/Shared-is-31-characters-or-more-long/x",
    "https://acme.io/home/ada/index.html",
    "\\Users\\ada\\x",
    "/home/%s/x",
    "/homes/ada/x",
  ])("not %j", (text) => expect(homes(text)).toEqual([]));
});

describe("what lies inside of other bytes", () => {
  const zip = latin("PK\x03\x04\x14\0\0\0\x08\0aaaabbbbccccdddd\x05\0\0\0hello");
  const pe = new Uint8Array(300);
  pe.set(latin("MZ"));
  pe[0x3c] = 0x80;
  pe.set(latin("PE\0\0"), 0x80);
  it.each([
    ["a WebAssembly module or component", latin("\0asm\x01\0\0\0")],
    ["a WebAssembly module or component", latin("\0asm\x0d\0\x01\0")],
    ["a program for Linux (ELF)", latin("\x7fELF\x01\x01\x01")],
    ["a program for Windows (PE)", pe],
    ["a program for macOS (Mach-O)", latin("\xcf\xfa\xed\xfe\x0c\0\0\x01")],
    ["a zip archive", zip],
    ["gzip data", new Uint8Array(gzipSync("hello"))],
    ["compiled Python", latin("\xcb\x0d\x0d\x0a\0\0\0\0aaaabbbb\xe3\0")],
    ["compiled Lua", latin("\x1bLua\x54\0")],
    ["an interpreter (Lua)", latin("$LuaVersion: Lua 5.4 $")],
  ])("%s", (called, bytes) => {
    expect(contents(bytes)).toEqual([called]);
    expect(contents(Uint8Array.from([1, 2, 3, ...bytes, 4]))).toEqual([called]);
  });

  it("is not there where only its first bytes are", () => {
    expect(contents(latin("\0asm \x7fELF\x05 MZ PK\x03\x04 \x1f\x8b\x08\xff \x0d\x0d\x0a Lua \x1bLua"))).toEqual([]);
  });
});

describe("dense data", () => {
  const random = (length: number): Uint8Array => {
    let state = 1;
    return Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
  };

  it("is what was encrypted or compressed, block by block", () => {
    const bytes = new Uint8Array(40 * 4_096);
    bytes.set(random(20 * 4_096), 5 * 4_096);
    expect(denseRuns(bytes, 0, bytes.length, 16_384)).toEqual([{ kind: "dense", offset: 5 * 4_096, length: 20 * 4_096 }]);
    expect(denseRuns(bytes, 0, bytes.length, 21 * 4_096)).toEqual([]);
  });

  it("is what was put into base 64, and no text, table or program", () => {
    const encoded = latin(Buffer.from(random(60_000)).toString("base64"));
    expect(denseRuns(encoded, 0, encoded.length, 65_536)).toMatchObject([{ kind: "encoded", offset: 0 }]);
    const words = latin("The quick brown fox jumps over the lazy dog, again and again. ".repeat(2_000));
    expect(denseRuns(words, 0, words.length, 16_384)).toEqual([]);
    const table = new Uint8Array(Uint32Array.from({ length: 40_000 }, (_, index) => index * 7).buffer);
    expect(denseRuns(table, 0, table.length, 16_384)).toEqual([]);
  });

  it("lies in the bytes, in whole blocks", () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_000 }), fc.nat({ max: 60_000 }), (from, length) => {
        const bytes = random(70_000);
        const runs = denseRuns(bytes, from, from + length, 4_096);
        const whole = Math.floor(length / 4_096) * 4_096;
        expect(runs).toEqual(whole === 0 ? [] : [{ kind: "dense", offset: from, length: whole }]);
      }),
      { numRuns: 50 },
    );
  });
});
