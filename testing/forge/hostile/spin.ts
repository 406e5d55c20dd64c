import { assemble } from "../../../packages/core/test/audit/wat.ts";
import { command, write } from "../command.ts";
import { type Hostile, outOfFuel, outOfTime, trap } from "./hostile.ts";

const ONE = "(i32.const 1)";
const TABLE = "(table $t 64 funcref) (elem $e funcref (ref.func $f) (ref.func $f)) (func $f)";
const PAGE = "(i32.const 65536)";

/** Bodies of loops that never end, and what stands beside them. */
const LOOPS: readonly (readonly [name: string, body: string, more?: string])[] = [
  ["an empty loop", ""],
  ["arithmetic", "(local.set $i (i32.mul (i32.add (local.get $i) (i32.const 7)) (i32.const 31)))"],
  ["divisions of 64 bits", "(local.set $n (i64.div_u (i64.const -1) (i64.or (local.get $n) (i64.const 1))))"],
  ["square roots", "(drop (f64.sqrt (f64.const 2)))"],
  ["vectors of 128 bits", "(drop (i8x16.add (v128.const i32x4 1 2 3 4) (v128.const i32x4 5 6 7 8)))"],
  ["calls", "(call $f)", "(func $f)"],
  ["calls through a table", "(call_indirect (i32.const 0))", "(table 1 funcref) (elem (i32.const 0) $f) (func $f)"],
  ["calls of each other", "(call $f)", "(func $f (call $g)) (func $g (call $h)) (func $h)"],
  ["memory.fill of a page", `(memory.fill (i32.const 0) ${ONE} ${PAGE})`],
  ["memory.fill of nothing", `(memory.fill (i32.const 0) ${ONE} (i32.const 0))`],
  ["memory.copy of a page", `(memory.copy (i32.const 0) ${PAGE} ${PAGE})`],
  ["memory.init", `(memory.init $d (i32.const 0) (i32.const 0) (i32.const 4))`, '(data $d "abcd")'],
  ["memory.grow by nothing", "(drop (memory.grow (i32.const 0)))"],
  ["memory.grow that is refused", "(drop (memory.grow (i32.const 60000)))"],
  ["memory.size", "(drop (memory.size))"],
  ["table.fill", "(table.fill $t (i32.const 0) (ref.null func) (i32.const 64))", TABLE],
  ["table.copy", "(table.copy $t $t (i32.const 0) (i32.const 32) (i32.const 32))", TABLE],
  ["table.init", "(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))", TABLE],
  ["table.grow by nothing", "(drop (table.grow $t (ref.null func) (i32.const 0)))", TABLE],
  ["table.get and table.set", "(table.set $t (i32.const 0) (table.get $t (i32.const 1)))", TABLE],
  ["the clock", "(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 64)))"],
  ["randomness", "(drop (call $random_get (i32.const 0) (i32.const 65536)))"],
  ["sched_yield", "(drop (call $sched_yield))"],
  ["output of nothing", write(1, 1024, 0)],
  [
    "stdin at its end",
    "(i32.store (i32.const 4) (i32.const 10)) (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))",
  ],
  ["descriptors that are none", "(drop (call $fd_prestat_get (i32.const 99) (i32.const 0)))"],
  [
    "files that are not granted",
    "(drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 64)))",
  ],
  ["a br_table of 5 000 targets", `(block $b (br_table ${"$b ".repeat(5000)} (local.get $i)))`],
];

const TIMED = ["an empty loop", "calls", "memory.fill of a page", "the clock", "randomness", "stdin at its end", "table.fill"];

/** An empty command calls nothing: a start function in its place. */
const withStart = (start: string, more = "") =>
  assemble(`(module (memory (export "memory") 2) ${more} (func $s ${start}) (start $s) (func (export "_start")))`);

export const SPINS: readonly Hostile[] = [
  ...LOOPS.map(
    ([name, body, more]): Hostile => ({
      name: `spins: ${name}`,
      module: () => command(`(loop $l ${body} (br $l))`, more),
      ...outOfFuel,
    }),
  ),
  ...LOOPS.filter(([name]) => TIMED.includes(name)).map(
    ([name, body, more]): Hostile => ({
      name: `spins without end of fuel: ${name}`,
      module: () => command(`(loop $l ${body} (br $l))`, more),
      ...outOfTime,
    }),
  ),
  {
    name: "spins: tail calls",
    module: () => command("(call $f)", "(func $f (return_call $g)) (func $g (return_call $f))"),
    ...outOfFuel,
  },
  { name: "spins: loops in each other", module: () => command(`${"(loop ".repeat(60)} (br 0) ${")".repeat(60)}`), ...outOfFuel },
  { name: "spins in its start function", module: () => withStart("(loop (br 0))"), ...outOfFuel },
  { name: "spins in its start function without end of fuel", module: () => withStart("(loop (br 0))"), ...outOfTime },
  {
    name: "spins in _initialize",
    module: () =>
      assemble('(module (func (export "_initialize") (loop (br 0))) (func (export "run") (result i32) (i32.const 0)))'),
    ...outOfFuel,
    job: { entrypoint: "run", kind: "palyra" },
  },
  {
    name: "sleeps for an hour",
    module: () =>
      command(
        "(i64.store (i32.const 24) (i64.const 3600000000000)) (drop (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))",
      ),
    ...outOfTime,
  },
  { name: "recursion", module: () => command("(call $f)", "(func $f (call $f) (call $f))"), ...trap("stack_exhausted") },
  {
    name: "recursion of two functions",
    module: () => command("(call $f)", "(func $f (call $g) (call $g)) (func $g (call $f) (call $f))"),
    ...trap("stack_exhausted"),
  },
  {
    name: "recursion through a table",
    module: () =>
      command(
        "(call $f)",
        "(table 1 funcref) (elem (i32.const 0) $f) (func $f (call_indirect (i32.const 0)) (call_indirect (i32.const 0)))",
      ),
    ...trap("stack_exhausted"),
  },
  {
    name: "recursion with frames of 2 000 values",
    module: () =>
      command("(call $f)", `(func $f (local ${"i64 ".repeat(2000)}) (call $f) (local.set 1 (i64.const 1)) (call $f))`),
    ...trap("stack_exhausted"),
  },
  {
    name: "recursion in its start function",
    module: () => withStart("(call $f)", "(func $f (call $f) (call $f))"),
    ...trap("stack_exhausted"),
  },
  {
    name: "recursion that ends in a host function",
    module: () => command("(call $f)", "(func $f (drop (call $sched_yield)) (call $f) (call $f))"),
    kinds: ["RuntimeFailure"],
    details: { fault: "trap", trap: "stack_exhausted" },
  },
];
