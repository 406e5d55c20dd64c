import fc from "fast-check";
import { HOST_ERROR, reply } from "palyra-sandbox/host-messages";
import { handleImports, hostImports } from "palyra-sandbox/imports/index";
import { describe, expect, it } from "vitest";
import { Exit, Guest } from "../../../../testing/wasi-guest.ts";
import { HANDLES, SKILLS_HOST } from "../../../core/src/capability/host-interfaces.ts";
import { PREVIEW1 } from "../../../core/src/capability/preview1.ts";

const guest = (): Guest => new Guest({ roots: [{ name: "work", write: true }], ask: () => reply(76) });
const grants = { http_hosts: ["a.example", "b.example"], secret_keys: ["skill:x/k"], storage_prefixes: [], channels: [] };

describe("the functions of core's table of imports", () => {
  it("are all there, and no other", () => {
    const { imports } = guest();
    for (const name of PREVIEW1.keys()) expect(imports(name), name).toBeTypeOf("function");
    for (const name of ["proc_stop", "constructor", "__proto__", ""]) expect(imports(name), name).toBeUndefined();
    expect(Object.keys(handleImports(grants)).sort()).toEqual([...HANDLES.keys()].sort());
    const host = hostImports({ memory: () => new Uint8Array(), charge: () => {}, ask: () => reply(0) });
    expect(Object.keys(host).sort()).toEqual([...SKILLS_HOST.keys()].sort());
  });

  const NUMBERS = [0, 1, 2, 3, 4, 8, 16, 24, 255, 4096, 65_535, 65_536, 131_071, 131_072, 0x7fffffff, -1, -2, -2147483648];
  const i32 = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  const i64 = fc.oneof(fc.constantFrom(...NUMBERS).map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
  const replies = fc.oneof(
    fc.constantFrom(reply(0), reply(76), reply(8), reply(HOST_ERROR.denied), reply(0, 2n ** 64n - 1n, new Uint8Array(64))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => reply(0, 5n, bytes)),
  );

  for (const [name, { type }] of PREVIEW1)
    it(`${name} takes whatever a module gives it, and answers with a number`, () => {
      const args = fc.tuple(...type.params.map((param) => (param === "i64" ? i64 : i32)));
      fc.assert(
        fc.property(args, replies, (given, answer) => {
          const module = new Guest({ roots: [{ name: "work", write: true }], ask: () => answer, pages: 2 });
          try {
            const result = module.call(name, ...given);
            expect(Number.isInteger(result) && result >= 0 && result <= 76).toBe(true);
          } catch (error) {
            if (!(error instanceof Exit)) throw error;
            expect(name).toBe("proc_exit");
          }
        }),
        { numRuns: 60 },
      );
    });

  for (const [name, { type }] of SKILLS_HOST)
    it(`${name} takes whatever a module gives it, and answers with a number`, () => {
      const args = fc.tuple(...type.params.map((param) => (param === "i64" ? i64 : i32)));
      fc.assert(
        fc.property(args, replies, (given, answer) => {
          const memory = new Uint8Array(2 * 65_536);
          const run = hostImports({ memory: () => memory, charge: () => {}, ask: () => answer })[name];
          expect(
            Number.isInteger(run === undefined ? Number.NaN : Reflect.apply(run, undefined, given)) || answer.value > 2n ** 53n,
          ).toBe(true);
        }),
        { numRuns: 60 },
      );
    });
});

describe("Palyra's handles", () => {
  it("are a base and the index in the sorted grants, -1 out of range", () => {
    const imports = handleImports({ ...grants, storage_prefixes: ["data"], channels: ["c", "d", "e"] });
    const call = (name: string, ...args: number[]): unknown => {
      const run = imports[name];
      return run === undefined ? undefined : Reflect.apply(run, undefined, args);
    };
    expect(["http", "secret", "storage", "channel"].map((kind) => call(`${kind}-count`))).toEqual([2, 1, 1, 3]);
    expect([0, 1, 2, -1, 2147483647, -2147483648].map((index) => call("http-handle", index))).toEqual([
      10_000, 10_001, -1, -1, -1, -1,
    ]);
    expect([call("secret-handle", 0), call("storage-handle", 0), call("channel-handle", 2)]).toEqual([20_000, 30_000, 40_002]);
  });
});
