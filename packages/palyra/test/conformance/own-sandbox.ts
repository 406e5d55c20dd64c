/** Modules of the area `sandbox`, what they are run with and how that ends, by hand from spec 10. */
import type { JsonObject } from "palyra-skills/encoding";
import { command, echo, READ, spin, write } from "../../../../testing/forge/command.ts";
import { assemble } from "../../../core/test/audit/wat.ts";

export interface SandboxVector extends JsonObject {
  readonly outcome: string;
}

const bytes = (text: string): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode(text));
const hex = (text: string): Promise<Uint8Array> => Promise.resolve(new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex")));
const failed = (exit_code: number | null = null): SandboxVector => ({ outcome: "RuntimeFailure", exit_code });
const ok = (stdout = ""): SandboxVector => ({ outcome: "Ok", stdout, exit_code: 0 });
const INVALID: SandboxVector = { outcome: "InvalidInput", exit_code: null };
const OVER: SandboxVector = { outcome: "QuotaExceeded", exit_code: null };
const handles = (name: string, index: number, exit_code: number): readonly [Promise<Uint8Array>, SandboxVector] => [
  assemble(
    `(module (import "palyra:plugins/host-capabilities@0.1.0" "${name}" (func $h (param i32) (result i32))) (func (export "run") (result i32) (call $h (i32.const ${index}))))`,
  ),
  {
    outcome: "Ok",
    exit_code,
    grants: {
      http_hosts: ["b.example", "a.example"],
      secret_keys: ["skill:a.b/k"],
      storage_prefixes: ["notes"],
      channels: ["c"],
    },
  },
];
const must = (condition: string): string => `(if (i32.eqz ${condition}) (then unreachable))`;
const refused = "(i32.eq (memory.grow (i32.const 100)) (i32.const -1))";
const ONE_PAGE = '(memory (export "memory") 1)';
const fills =
  "(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))";

/** By name. */
export const SANDBOX: { readonly [name: string]: readonly [module: Promise<Uint8Array>, vector: SandboxVector] } = {
  echo: [echo(), { ...ok('{"hello":"world"}'), stdin: '{"hello":"world"}' }],
  "says-nothing": [command(""), { ...ok(), stdin: "never read" }],
  "log-is-not-output": [echo("a log"), { ...ok("x"), stdin: "x" }],
  "exit-0": [command("(call $proc_exit (i32.const 0)) unreachable"), ok()],
  "exit-7": [command("(call $proc_exit (i32.const 7))"), failed(7)],
  "output-before-a-trap": [command(`${READ} ${write(1, 1024, 1)} unreachable`), { ...failed(), stdin: "x", stdout: "x" }],
  "trap-unreachable": [command("unreachable"), failed()],
  "trap-memory": [command("(drop (i32.load (i32.const 200000)))"), failed()],
  "trap-division": [command("(drop (i32.div_u (i32.const 1) (i32.const 0)))"), failed()],
  "stack-exhausted": [
    command("(call $f)", "(func $f (call $f) (call $f))"),
    { outcome: "RuntimeFailure", quotas: { fuel_budget: 4_000_000_000 } },
  ],
  "fuel-loop": [spin(), { ...OVER, quotas: { fuel_budget: 5_000 } }],
  "fuel-start-function": [
    assemble(`(module ${ONE_PAGE} (func $s (loop (br 0))) (start $s) (func (export "_start")))`),
    { ...OVER, quotas: { fuel_budget: 5_000 } },
  ],
  "fuel-of-bulk-operations-by-the-byte": [command(fills, "", ONE_PAGE), { ...OVER, quotas: { fuel_budget: 100_000 } }],
  "fuel-of-bulk-operations-flat": [command(fills, "", ONE_PAGE), { ...ok(), mode: "flat", quotas: { fuel_budget: 100_000 } }],
  // Valid only once a counter is appended: it would refuel itself (spec 10.2).
  "fuel-sets-a-counter-that-is-not-there": [
    hex("0061736d01000000 010401600000 03020100 070a01065f737461727400 00 0a080106004200 24000b"),
    INVALID,
  ],
  "fuel-takes-the-counters-name": [
    assemble(
      '(module (memory (export "memory") 1) (global (export "palyra:fuel") (mut i64) (i64.const 0)) (func (export "_start")))',
    ),
    INVALID,
  ],
  "time-out": [
    spin(),
    {
      outcome: "TimedOut",
      exit_code: null,
      quotas: { fuel_budget: 9_000_000_000_000_000, wall_clock_timeout_ms: 300 },
    },
  ],
  "memory-refused-and-borne": [command(must(refused)), { ...ok(), quotas: { max_memory_bytes: 1_000_000 } }],
  "memory-refused-and-failed": [
    command(`(if ${refused} (then unreachable))`),
    { ...OVER, quotas: { max_memory_bytes: 1_000_000 } },
  ],
  "memory-over-at-the-start": [command("", "", '(memory (export "memory") 2000)'), OVER],
  "tables-over-at-the-start": [command("", "(table 60000 funcref) (table 60000 funcref)"), OVER],
  "output-over": [command(`(loop ${write(1, 1024, 60_000)} (br 0))`), { outcome: "QuotaExceeded", exit_code: null }],
  "no-entry-point": [assemble('(module (memory (export "memory") 1) (func (export "other")))'), INVALID],
  "entry-point-takes-something": [
    assemble('(module (memory (export "memory") 1) (func (export "_start") (param i32)))'),
    INVALID,
  ],
  "entry-point-is-a-memory": [assemble('(module (memory (export "run") 1))'), INVALID],
  "import-of-nobody": [assemble('(module (import "env" "f" (func)) (func (export "_start")))'), INVALID],
  "import-of-another-type": [
    assemble(
      '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i64))) (memory (export "memory") 1) (func (export "_start")))',
    ),
    INVALID,
  ],
  "import-of-another-kind": [
    assemble('(module (import "wasi_snapshot_preview1" "proc_exit" (memory 1)) (func (export "_start")))'),
    INVALID,
  ],
  "no-memory-for-wasi": [
    assemble(
      '(module (import "wasi_snapshot_preview1" "args_get" (func (param i32 i32) (result i32))) (func (export "_start")))',
    ),
    INVALID,
  ],
  "no-memory-needed": [
    assemble(
      '(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (func (export "_start") (call $exit (i32.const 7))))',
    ),
    failed(7),
  ],
  "no-module": [hex("00"), INVALID],
  "text-format": [bytes('(module (func (export "_start")))'), INVALID],
  component: [hex("0061736d0d000100"), INVALID],
  "two-variables": [
    command(
      `(drop (call $environ_sizes_get (i32.const 100) (i32.const 104))) ${must("(i32.eq (i32.load (i32.const 100)) (i32.const 2))")}`,
    ),
    ok(),
  ],
  "two-arguments": [
    command(
      `(drop (call $args_sizes_get (i32.const 100) (i32.const 104))) ${must("(i32.eq (i32.load (i32.const 100)) (i32.const 2))")}`,
    ),
    ok(),
  ],
  "no-folder-is-open": [command(must("(i32.eq (call $fd_prestat_get (i32.const 3) (i32.const 100)) (i32.const 8))")), ok()],
  "whole-milliseconds": [
    command(
      `(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 120))) ${must("(i64.eqz (i64.rem_u (i64.load (i32.const 120)) (i64.const 1000000)))")}`,
    ),
    ok(),
  ],
  "sleeps-and-wakes": [
    command(
      `(i64.store (i32.const 24) (i64.const 10000000)) ${must("(i32.eqz (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))")} ${must("(i32.eq (i32.load (i32.const 128)) (i32.const 1))")}`,
    ),
    ok(),
  ],
  "exit-code-is-the-answer": [
    assemble('(module (func (export "run") (result i32) (i32.const 42)))'),
    { outcome: "Ok", exit_code: 42 },
  ],
  "handle-of-a-host": handles("http-handle", 1, 10_001),
  "handle-out-of-range": handles("http-handle", 2, 4_294_967_295),
  "handle-below-range": handles("http-handle", -1, 4_294_967_295),
  "handle-of-a-secret": handles("secret-handle", 0, 20_000),
  "handle-of-a-root": handles("storage-handle", 0, 30_000),
  "handle-of-a-channel": handles("channel-handle", 0, 40_000),
};
