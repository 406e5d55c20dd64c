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
