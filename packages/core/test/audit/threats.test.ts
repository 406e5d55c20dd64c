import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { readModule } from "../../src/wasm/index.ts";
import { audit, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

/** What a whole artifact must not get past its audit with; the rules on their own are tested beside their fixtures. */
const statusOf = async (module: Uint8Array, id: string): Promise<string | undefined> => {
  const report = await audit(await trustedSkill({ modules: { "module.wasm": module } }));
  return report.checks.find(({ check_id }) => check_id === id)?.status;
};

describe("T14: every import is classed, and refusal is the default", () => {
  const cases = [
    ["a socket", `(import "wasi_snapshot_preview1" "sock_send" (func (param i32 i32 i32 i32 i32) (result i32)))`],
    ["a file without a root", `(import "wasi_snapshot_preview1" "path_unlink_file" (func (param i32 i32 i32) (result i32)))`],
    ["a thread", `(import "wasi" "thread-spawn" (func (param i32) (result i32)))`],
    ["HTTP of preview 2", `(import "wasi:http/outgoing-handler@0.2.0" "handle" (func (param i32 i32 i32)))`],
    ["what nobody knows", `(import "env" "anything" (func))`],
    ["a global of a host's name", `(import "wasi_snapshot_preview1" "random_get" (global i32))`],
  ] as const;
  it.each(cases)("%s", async (_, text) => {
    const run = `(func (export "run") (result i32) i32.const 0)`;
    expect(await statusOf(await assemble(`(module ${text} ${run})`), "wasm_imports_declared")).toBe("fail");
    expect(await statusOf(await assemble(`(module ${run})`), "wasm_imports_declared")).toBe("pass");
  });
});

describe("T17: binary format only", () => {
  it.each(["(module)", "  ;; a comment\n(module)", "\ufeff(module)", "(;nested (; comment ;) ;)(module)", "(func)"])(
    "%j is text, and no module",
    async (text) => {
      expect(readModule(encodeUtf8(text))).toMatchObject({ ok: false, feature: "text format" });
      expect(await statusOf(encodeUtf8(text), "wasm_module_validation")).toBe("fail");
    },
  );

  it("a shared memory is refused by name, however small", async () => {
    const shared = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1);
    expect(readModule(shared)).toMatchObject({ ok: false, feature: "threads" });
    expect(await statusOf(shared, "wasm_module_validation")).toBe("fail");
  });
});

it("places of features lie in the module: a data count of nothing at its end, which the fuzzer found behind it", () => {
  const reading = readModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 12, 1, 0));
  expect(reading).toMatchObject({ ok: true });
  expect(reading.ok && [...reading.facts.features]).toEqual([["bulk_memory", 10]]);
});
