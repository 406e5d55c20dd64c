import { describe, expect, it } from "vitest";
import { fromHex } from "../../src/encoding/index.ts";
import { type Platform, webPlatform } from "../../src/platform/index.ts";
import { FEATURE_PROBES, type Feature, missingFeatures, readModule } from "../../src/wasm/index.ts";
import { type Bytes, body, FUNCREF, functionModule, functionType, I32, join, list, moduleOf, section, text } from "./build.ts";

const features = Object.keys(FEATURE_PROBES) as Feature[];
const probe = (feature: Feature): Uint8Array => fromHex(FEATURE_PROBES[feature]) ?? new Uint8Array();

const usedBy = (module: Uint8Array): Feature[] => {
  const reading = readModule(module);
  if (!reading.ok) throw new Error(`${reading.problem} at ${reading.offset}`);
  return [...reading.facts.features.keys()];
};

describe("features of the accepted list (spec 4.5)", () => {
  it.each(features)("the probe of %s uses it, and no other that an engine could lack", (feature) => {
    // Relaxed SIMD is of no use without SIMD, and a parameter of its type is the shortest way to use it.
    expect(usedBy(probe(feature)).filter((used) => used !== "simd" || feature === "simd")).toEqual([feature]);
  });

  const memory = section(5, [1, 0, 1]);
  const table = section(4, [1, FUNCREF, 0, 1]);
  it.each<[Feature, string, Uint8Array]>([
    [
      "several_memories",
      "an index in a memory argument",
      functionModule({ code: [0x41, 0, 0x28, 0x42, 0, 0, 0x1a] }, { before: [memory] }),
    ],
    ["several_memories", "a long index 0", functionModule({ code: [0x3f, 0x80, 0, 0x1a] }, { before: [memory] })],
    [
      "several_memories",
      "a segment for memory 1",
      moduleOf(section(5, [2, 0, 1, 0, 1]), section(11, [1, 2, 1, 0x41, 0, 0x0b, 0])),
    ],
    [
      "memory64",
      "an offset of more than five bytes",
      functionModule({ code: [0x41, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x1a] }, { before: [memory] }),
    ],
    ["reference_tables", "a table's long index", functionModule({ code: [0x41, 0, 0x11, 0, 0x80, 0] }, { before: [table] })],
    ["reference_tables", "a parameter of funcref", moduleOf(section(1, list(functionType([FUNCREF], []))))],
    ["multi_value", "a block with a type's index", functionModule({ code: [0x02, 0, 0x0b] })],
    ["bulk_memory", "a passive segment", moduleOf(section(11, [1, 1, 0]))],
    ["extended_constants", "a sum as a segment's offset", moduleOf(memory, section(11, [1, 0, 0x41, 0, 0x41, 0, 0x6a, 0x0b, 0]))],
    [
      "mutable_globals",
      "an export of one",
      moduleOf(section(6, [1, I32, 1, 0x41, 0, 0x0b]), section(7, list(join(text("g"), [3, 0])))),
    ],
    ["simd", "a local", functionModule({ code: [], locals: [[1, 0x7b]] })],
  ])("%s: %s", (feature, _, module) => {
    expect(usedBy(module)).toContain(feature);
  });

  it("of the first WebAssembly are none", () => {
    expect(usedBy(functionModule({ code: [0x41, 0, 0x28, 2, 0, 0x1a, 0x3f, 0, 0x1a] }, { before: [memory] }))).toEqual([]);
    expect(usedBy(moduleOf(section(6, [1, I32, 1, 0x41, 0, 0x0b])))).toEqual([]);
  });
});

describe("what an engine lacks", () => {
  /** An engine without some features, which counts how often it is asked. */
  function engineWithout(...lacking: Feature[]): { platform: Platform; asked: () => number } {
    let count = 0;
    const platform: Platform = {
      ...webPlatform,
      validateModule: (bytes) => {
        count += 1;
        return Promise.resolve(!lacking.some((feature) => usedBy(bytes).includes(feature)));
      },
    };
    return { platform, asked: () => count };
  }
  const using = (...used: Feature[]) => ({ features: new Map(used.map((feature) => [feature, 0])) });

  it("is what the module uses and the engine refuses", async () => {
    const { platform } = engineWithout("memory64", "table64");
    expect(await missingFeatures(using("simd", "memory64"), platform)).toEqual(["memory64"]);
    expect(await missingFeatures(using("simd", "several_memories"), platform)).toEqual([]);
    expect(await missingFeatures(using(), platform)).toEqual([]);
  });

  it("is asked once of each platform", async () => {
    const { platform, asked } = engineWithout("simd");
    await Promise.all([missingFeatures(using("simd", "memory64"), platform), missingFeatures(using("simd"), platform)]);
    expect(await missingFeatures(using("simd"), platform)).toEqual(["simd"]);
    expect(asked()).toBe(2);
    const other = engineWithout();
    expect(await missingFeatures(using("simd"), other.platform)).toEqual([]);
  });

  it("is nothing of what all engines from Node 20 on have", async () => {
    const young: Feature[] = ["relaxed_simd", "several_memories", "memory64", "table64", "extended_constants"];
    const old = features.filter((feature) => !young.includes(feature));
    expect(await missingFeatures(using(...old), webPlatform)).toEqual([]);
  });
});

describe("features that are refused are named (spec 4.5)", () => {
  const type = (bytes: Bytes) => moduleOf(section(1, join([1], bytes)));
  const code = (bytes: Bytes) => functionModule({ code: bytes }, { before: [section(5, [1, 0, 1])] });
  it.each<[string, Uint8Array]>([
    ["externref", type([0x60, 1, 0x6f, 0])],
    ["externref", moduleOf(section(4, [1, 0x6f, 0, 0]))],
    ["externref", code([0xd0, 0x6f])],
    ["externref", code([0x02, 0x6f, 0x0b])],
    ["externref", functionModule({ code: [], locals: [[1, 0x6f]] })],
    ["typed function references", type([0x60, 1, 0x64, 0x70, 0])],
    ["typed function references", code([0x14, 0])],
    ["typed function references", code([0xd4])],
    // `ref.null` of a type's index, which the fuzzer found refused without its name.
    ["typed function references", code([0xd0, 0x00, 0x1a])],
    ["typed function references", moduleOf(section(4, [1, 0x40, 0, FUNCREF, 0, 0, 0xd0, FUNCREF, 0x0b]))],
    ["garbage collection", type([0x5f, 0])],
    ["garbage collection", type([0x5e, I32, 0])],
    ["garbage collection", type([0x4e, 1, 0x60, 0, 0])],
    ["garbage collection", type([0x50, 0, 0x60, 0, 0])],
    ["garbage collection", code([0xfb, 0x1c])],
    ["garbage collection", code([0xd3])],
    ["garbage collection", moduleOf(section(6, [2, I32, 0, 0x41, 0, 0x0b, I32, 0, 0x23, 0, 0x0b]))],
    ["exceptions", code([0x06, 0x40, 0x0b])],
    ["exceptions", code([0x08, 0])],
    ["exceptions", code([0x0a])],
    ["exceptions", code([0x1f, 0x40, 0, 0x0b])],
    ["exceptions", type([0x60, 1, 0x69, 0])],
    ["exceptions", moduleOf(section(1, list(functionType([], []))), section(13, [1, 0, 0]))],
    ["exceptions", moduleOf(section(1, list(functionType([], []))), section(2, list(join(text("e"), text("t"), [4, 0, 0]))))],
    ["threads", moduleOf(section(5, [1, 3, 1, 1]))],
    ["threads", moduleOf(section(4, [1, FUNCREF, 3, 0, 1]))],
    ["threads", moduleOf(section(2, list(join(text("env"), text("memory"), [2, 3, 1, 1]))))],
    ["threads", code([0xfe, 0x03, 0])],
    ["custom page sizes", moduleOf(section(5, [1, 8, 1, 0]))],
    ["wide arithmetic", code([0xfc, 0x13])],
    ["stack switching", type([0x5d, 0])],
    ["stack switching", code([0xe0, 0])],
    ["half-precision floats", code([0xfd, 0xa0, 0x02])],
    ["memory control", code([0xfc, 0x12, 0])],
    ["string references", type([0x60, 1, 0x67, 0])],
  ])("%s", (feature, module) => {
    expect(readModule(module)).toMatchObject({ ok: false, feature });
  });

  it("and what belongs to nothing is refused without a name", () => {
    expect(readModule(code([0x27]))).toMatchObject({ ok: false });
    expect(readModule(code([0x27]))).not.toHaveProperty("feature");
    expect(readModule(functionModule({ code: [], locals: [[1, 0x42]] }))).not.toHaveProperty("feature");
    expect(
      readModule(moduleOf(section(1, list(functionType([], []))), section(3, [1, 0]), section(10, list(body([]))))),
    ).toHaveProperty("facts");
  });
});
