import { assemble } from "../../../packages/core/test/audit/wat.ts";
import { command } from "../command.ts";
import { type BinaryFunction, EMPTY, leb, moduleOf, OP, times } from "./binary.ts";
import { type Hostile, outOfFuel, SHORT_MS, trap } from "./hostile.ts";

const memory = { kinds: ["QuotaExceeded"], details: { quota: "max_memory_bytes" } } as const;
/** An engine that has no such memories takes no such module (Node 20). */
const several = { kinds: ["QuotaExceeded", "InvalidInput"] } as const;
const tables = { kinds: ["QuotaExceeded"], details: { quota: "table_elements" } } as const;
const fails = "(if (i32.eq (local.get $i) (i32.const -1)) (then unreachable))";
/** What an engine compiles sooner or later, or a limit of the process ends: each is proper, and nobody else is hurt. */
const held = { kinds: ["Ok", "TimedOut", "QuotaExceeded", "RuntimeFailure"], quotas: { wallMs: SHORT_MS } } as const;

const FILL = [...times(3, [OP.i32, 0]), 0xfc, 0x0b, 0];
const IF = [OP.i32, 0, OP.if, EMPTY];
const NUMBER = [OP.i64, 1];

/** Shapes that have held compilers for seconds (spec 4.4). */
const HOLDING: readonly (readonly [name: string, functions: () => readonly BinaryFunction[]])[] = [
  ["240 KB of memory.fill", () => [{ body: times(24_000, FILL) }]],
  ["240 KB of memory.fill beside 20 000 locals", () => [{ locals: 20_000, body: times(24_000, FILL) }]],
  ["49 000 locals under 1 000 ifs", () => [{ locals: 49_000, body: [...times(1000, IF), ...times(1000, [OP.end])] }]],
  [
    "20 000 values under 20 000 ifs",
    () => [{ body: [...times(20_000, NUMBER), ...times(20_000, IF), ...times(20_000, [OP.end]), ...times(20_000, [OP.drop])] }],
  ],
  ["calls of 1 000 parameters", () => [{ body: times(300, [...times(1000, NUMBER), OP.call, 1]) }, { params: 1000, body: [] }]],
  [
    "calls of 1 000 results",
    () => [{ body: times(300, [OP.call, 1, ...times(1000, [OP.drop])]) }, { results: 1000, body: times(1000, NUMBER) }],
  ],
  [
    "five br_tables of 60 000 targets",
    () => [{ body: times(5, [OP.block, EMPTY, OP.i32, 0, OP.brTable, ...leb(60_000), ...times(60_001, [0]), OP.end]) }],
  ],
  [
    "30 000 blocks in each other beside 5 000 locals",
    () => [{ locals: 5000, body: [...times(30_000, [OP.block, EMPTY]), ...times(30_000, [OP.end])] }],
  ],
  [
    "30 000 functions, all called",
    () => [
      { body: Array.from({ length: 30_000 }, (_, at) => [OP.call, ...leb(at + 1)]).flat() },
      ...Array.from({ length: 30_000 }, () => ({ body: [] })),
    ],
  ],
];

export const GROWS: readonly Hostile[] = [
  {
    name: "grows its memory a page at a time",
    module: () => command(`(loop $l (local.set $i (memory.grow (i32.const 1))) ${fails} (br $l))`),
    ...memory,
  },
  {
    name: "grows its memory and writes to each page",
    module: () =>
      command(
        `(loop $l (local.set $i (memory.grow (i32.const 1))) ${fails} (i32.store (i32.mul (local.get $i) (i32.const 65536)) (i32.const 1)) (br $l))`,
      ),
    ...memory,
  },
  {
    name: "grows its memory by all that there is",
    module: () => command(`(local.set $i (memory.grow (i32.const 65000))) ${fails}`),
    ...memory,
  },
  {
    name: "grows by a negative number of pages",
    module: () => command(`(local.set $i (memory.grow (i32.const -1))) ${fails}`),
    ...memory,
  },
  {
    name: "grows for ever, whatever it is told",
    module: () => command("(loop $l (drop (memory.grow (i32.const 1))) (br $l))"),
    ...outOfFuel,
  },
  {
    name: "begins with more memory than it may have",
    module: () => command("", "", '(memory (export "memory") 40000)'),
    ...memory,
  },
  {
    name: "begins with memories that are too much together",
    module: () => command("", Array.from({ length: 40 }, () => "(memory 100)").join(" ")),
    ...several,
  },
  {
    name: "grows a second memory",
    module: () => command(`(loop $l (local.set $i (memory.grow $m (i32.const 16))) ${fails} (br $l))`, "(memory $m 1)"),
    ...several,
  },
  {
    name: "grows a memory of 64 bits",
    module: () =>
      assemble(
        '(module (memory $m (export "memory") i64 1) (func (export "_start") (if (i64.eq (memory.grow (i64.const 1000000000)) (i64.const -1)) (then unreachable))))',
      ),
    ...several,
  },
  { name: "begins with more table than it may have", module: () => command("", "(table 9000000 funcref)"), ...tables },
  {
    name: "begins with tables that are too much together",
    module: () => command("", Array.from({ length: 60 }, () => "(table 5000 funcref)").join(" ")),
    ...tables,
  },
  {
    name: "grows its table in steps",
    module: () =>
      command(
        `(loop $l (local.set $i (table.grow $t (ref.null func) (i32.const 1000))) ${fails} (br $l))`,
        "(table $t 0 funcref)",
      ),
    ...tables,
  },
  {
    name: "copies a segment to beyond its memory",
    module: () => command("", '(data (i32.const 131070) "abcd")'),
    ...trap("segment_out_of_bounds"),
  },
  { name: "reads beyond its memory", module: () => command("(drop (i32.load (i32.const -4)))"), ...trap("memory_out_of_bounds") },
  {
    name: "fills beyond its memory",
    module: () => command("(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))"),
    ...trap("memory_out_of_bounds"),
  },
  {
    name: "reads beyond its table",
    module: () => command("(drop (table.get 0 (i32.const 64)))", "(table 1 funcref)"),
    ...trap("table_out_of_bounds"),
  },
  { name: "unreachable", module: () => command("unreachable"), ...trap("unreachable") },
  {
    name: "divides by zero",
    module: () => command("(drop (i64.rem_s (i64.const 1) (local.get $n)))"),
    ...trap("divide_by_zero"),
  },
  {
    name: "divides the smallest by minus one",
    module: () => command("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"),
    ...trap("integer_overflow"),
  },
  {
    name: "converts a number that is none",
    module: () => command("(drop (i32.trunc_f64_u (f64.const nan)))"),
    ...trap("invalid_conversion"),
  },
  {
    name: "calls nothing through a table",
    module: () => command("(call_indirect (i32.const 0))", "(table 1 funcref)"),
    ...trap("indirect_call"),
  },
  {
    name: "calls a function of another type through a table",
    module: () => command("(call_indirect (i32.const 0))", "(table 1 funcref) (elem (i32.const 0) $f) (func $f (param i64))"),
    ...trap("indirect_call"),
  },
  {
    name: "traps in its start function",
    module: () => assemble('(module (func $s unreachable) (start $s) (func (export "_start")))'),
    ...trap("unreachable"),
  },
  // T24: what holds a compiler.
  ...HOLDING.map(
    ([name, functions]): Hostile => ({ name: `holds the compiler: ${name}`, module: async () => moduleOf(functions()), ...held }),
  ),
];
