import { encodeUtf8, type JsonObject, writeJson } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { assemble } from "../../../core/test/audit/wat.ts";
import { answerTo } from "../../src/conformance/serve.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { echo, spin, usePool } from "../execution/sandbox-support.ts";

const pool = usePool(useSandboxProgram());
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");
const ask = (request: JsonObject, sandbox: typeof pool | undefined = pool) =>
  answerTo(encodeUtf8(writeJson({ op: "sandbox", ...request })), {
    platform: nodePlatform,
    now: () => 0,
    ...(sandbox === undefined ? {} : { sandbox }),
  });

describe("op sandbox (spec 12)", () => {
  it("runs a command: its outcome, its output, its exit code", async () => {
    expect(await ask({ id: 1, bytes: base64(await echo()), stdin: base64("hello") })).toMatchObject({
      id: 1,
      ok: true,
      outcome: "Ok",
      stdout: base64("hello"),
      exit_code: 0,
    });
  });

  it("runs a module of Palyra's interface with the handles of what it is granted", async () => {
    const module = await assemble(
      '(module (import "palyra:plugins/host-capabilities@0.1.0" "secret-count" (func $c (result i32))) (func (export "run") (result i32) (call $c)))',
    );
    const grants = { secret_keys: ["skill:a.b/one", "skill:a.b/two"] };
    expect(await ask({ bytes: base64(module), grants })).toMatchObject({ ok: true, outcome: "Ok", exit_code: 2, stdout: "" });
  });

  it("holds it to its quotas, and grants it nothing of this host's", async () => {
    expect(await ask({ bytes: base64(await spin()), quotas: { fuel_budget: 5000 } })).toMatchObject({
      ok: true,
      outcome: "QuotaExceeded",
      details: { quota: "fuel_budget" },
      exit_code: null,
    });
    const quotas = { fuel_budget: 2n ** 62n, wall_clock_timeout_ms: 200 };
    expect(await ask({ bytes: base64(await spin()), quotas })).toMatchObject({ ok: true, outcome: "TimedOut", exit_code: null });
    const secret = await assemble(
      '(module (import "palyra:skills/host@1" "secret-read" (func $s (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1) (func (export "run") (result i32) (call $s (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8))))',
    );
    const grants = { secret_keys: ["skill:a.b/one"] };
    expect(await ask({ bytes: base64(secret), grants })).toMatchObject({ ok: true, exit_code: -2 >>> 0 });
  });

  it("says what was used and what was allowed (spec 10.1)", async () => {
    const grows = await assemble(
      `(module (memory 1) (table 10 funcref) (func (export "run") (result i32) (drop (memory.grow (i32.const 4)))
        (if (i32.eq (table.grow (ref.null func) (i32.const 99991)) (i32.const -1)) (then unreachable)) (i32.const 0)))`,
    );
    expect(
      await ask({ bytes: base64(grows), quotas: { max_memory_bytes: 1_000_000, wall_clock_timeout_ms: 5000 } }),
    ).toMatchObject({
      outcome: "QuotaExceeded",
      details: { quota: "table_elements", used: 10, allowed: 100_000 },
      // Of a memory that the module does not export, too.
      used: { memory_bytes: 5 * 65_536 },
      allowed: { fuel: 10_000_000n, memory_bytes: 1_000_000, wall_ms: 5000 },
    });
  });

  it("what nobody granted is refused, and told of a call that then fails (spec 10.4)", async () => {
    const wasi = (name: string, params: string, args: string): Promise<Uint8Array> =>
      assemble(
        `(module (import "wasi_snapshot_preview1" "${name}" (func $f (param ${params}) (result i32))) (memory (export "memory") 1) (func (export "run") (result i32) (call $f ${args})))`,
      );
    const open = (fd: number) =>
      wasi(
        "path_open",
        "i32 i32 i32 i32 i32 i64 i64 i32 i32",
        `(i32.const ${fd}) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)`,
      );
    const make = wasi("path_create_directory", "i32 i32 i32", "(i32.const 3) (i32.const 0) (i32.const 1)");
    const send = wasi("sock_send", "i32 i32 i32 i32 i32", "(i32.const 4)".repeat(5));
    for (const [module, capability, operation] of [
      [open(3), "skill.capability.filesystem.read", "path_open"],
      [make, "skill.capability.filesystem.write", "path_create_directory"],
      [send, "skill.capability.http.egress", "sock_send"],
    ] as const)
      expect(await ask({ bytes: base64(await module) }), operation).toMatchObject({
        outcome: "CapabilityDenied",
        details: { capability, operation },
        exit_code: 76,
      });
    // What libraries ask about that found no folder, and a descriptor that is none.
    for (const module of [open(-1), wasi("fd_prestat_get", "i32 i32", "(i32.const 3) (i32.const 0)")])
      expect(await ask({ bytes: base64(await module) })).toMatchObject({ outcome: "RuntimeFailure", exit_code: 8 });
    expect(await ask({ bytes: base64(await open(0)) })).toMatchObject({ outcome: "RuntimeFailure", exit_code: 54 });
  });

  it("null is as if it were not there", async () => {
    const quotas = { fuel_budget: null, max_memory_bytes: null, wall_clock_timeout_ms: null };
    const grants = { http_hosts: null, secret_keys: null, storage_prefixes: null, channels: null };
    const bytes = base64(await echo());
    expect(await ask({ bytes, file: null, stdin: null, mode: null, quotas, grants })).toMatchObject({ ok: true, outcome: "Ok" });
    expect(await ask({ bytes, quotas: null, grants: null })).toMatchObject({ ok: true, outcome: "Ok" });
  });

  it("is asked with what it takes, and nothing else", async () => {
    expect(await ask({})).toMatchObject({ ok: false, code: "InvalidRequest" });
    for (const quotas of [{ fuel_budget: 0 }, { max_memory_bytes: 2n ** 64n }, { wall_clock_timeout_ms: "1" }])
      expect(await ask({ bytes: "", quotas })).toMatchObject({ ok: false, code: "InvalidRequest" });
    const most = 2n ** 64n - 1n;
    const quotas = { fuel_budget: most, max_memory_bytes: most, wall_clock_timeout_ms: most };
    expect(await ask({ bytes: base64(await echo()), quotas })).toMatchObject({ ok: true, outcome: "Ok" });
    expect(await ask({ bytes: "", stdin: "%" })).toMatchObject({ ok: false, code: "InvalidRequest" });
    expect(await ask({ bytes: "" })).toMatchObject({ ok: true, outcome: "InvalidInput", details: { fault: "module" } });
    expect(await answerTo(encodeUtf8('{"op":"sandbox","bytes":""}'), { platform: nodePlatform, now: () => 0 })).toMatchObject({
      ok: false,
      code: "SandboxUnavailable",
    });
  });
});
