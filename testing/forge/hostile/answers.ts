import { command, READ, write } from "../command.ts";
import { ENDLESS_FUEL, type Hostile, outOfFuel, SHORT_MS } from "./hostile.ts";

const notAnAnswer = { kinds: ["RuntimeFailure"], details: { fault: "output" }, job: { outputSchema: "{}" } } as const;
const SMALL = 1024;

/** Says these bytes on stdout. */
const saying = (bytes: Uint8Array | string) => {
  const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const text = [...content].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
  return command(
    write(1, SMALL, content.length),
    `(data (i32.const ${SMALL}) "${text}")`,
    `(memory (export "memory") ${2 + (content.length >>> 16)})`,
  );
};

const ANSWERS: readonly (readonly [name: string, bytes: Uint8Array | string])[] = [
  ["nothing", ""],
  ["what is not UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ["UTF-8 that is cut off", new Uint8Array([0x22, 0xe2, 0x82])],
  ["what is not JSON", "{ok}"],
  ["two answers", "{} {}"],
  ["an answer that is cut off", '{"a":[1,2'],
  ["a key twice", '{"a":1,"a":2}'],
  ["half a character", '"\\ud800"'],
  ["a number beyond all", "1e999"],
  ["NaN", "NaN"],
  ["a byte order mark", "\ufeff{}"],
  ["JSON 20 000 deep", "[".repeat(20_000)],
  ["objects 10 000 deep", '{"a":'.repeat(10_000)],
];

const flood = (fd: 1 | 2, length: number) => `(loop $l ${write(fd, SMALL, length)} (br $l))`;
const evil = '{"type":"string","pattern":"^(a+)+$"}';
const aaaa = JSON.stringify(`${"a".repeat(40)}!`);
/** Each level is tried in two ways. */
const doubling = JSON.stringify({
  $ref: "#/$defs/d0",
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `d${at}`,
      { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
    ]).concat([["d40", {}]] as never),
  ),
});
const timed = { kinds: ["TimedOut"], details: { quota: "wall_clock_timeout_ms" }, quotas: { wallMs: SHORT_MS } } as const;

export const ANSWERING: readonly Hostile[] = [
  ...ANSWERS.map(([name, bytes]): Hostile => ({ name: `answers ${name}`, module: () => saying(bytes), ...notAnAnswer })),
  {
    name: "answers a million of numbers",
    module: () => command(`(memory.fill (i32.const 1024) (i32.const 0x30) (i32.const 60000)) ${flood(1, 60_000)}`),
    kinds: ["QuotaExceeded"],
    details: { quota: "output_bytes" },
    job: { outputSchema: "{}" },
  },
  {
    name: "answers what its own schema's expression never ends on",
    module: () => saying(aaaa),
    ...timed,
    job: { outputSchema: evil },
  },
  {
    name: "has a schema whose expression never ends on the request",
    module: () => command(""),
    ...timed,
    job: { inputSchema: evil, input: new TextEncoder().encode(aaaa) },
  },
  { name: "has a schema that doubles forty times", module: () => command(""), ...timed, job: { inputSchema: doubling } },
  {
    name: "has a schema that goes round",
    module: () => command(""),
    kinds: ["InvalidInput"],
    details: { fault: "input_schema" },
    job: { inputSchema: '{"$ref":"#"}' },
  },
  {
    name: "has a schema that is fetched from elsewhere",
    module: () => command(""),
    kinds: ["InvalidInput"],
    details: { fault: "input_schema" },
    job: { inputSchema: '{"$ref":"http://169.254.169.254/latest"}' },
  },
  {
    name: "has a schema whose expression is none",
    module: () => command(""),
    kinds: ["InvalidInput"],
    details: { fault: "input_schema" },
    job: { inputSchema: '{"pattern":"("}', input: new TextEncoder().encode('"x"') },
  },
  {
    name: "floods stdout",
    module: () => command(flood(1, 60_000)),
    kinds: ["QuotaExceeded"],
    details: { quota: "output_bytes" },
  },
  { name: "floods stdout a byte at a time", module: () => command(flood(1, 1)), ...outOfFuel },
  { name: "floods stderr", module: () => command(flood(2, 60_000)), ...outOfFuel },
  {
    name: "floods stderr without end of fuel",
    module: () => command(flood(2, 60_000)),
    kinds: ["TimedOut"],
    quotas: { fuel: ENDLESS_FUEL, wallMs: SHORT_MS },
  },
  {
    // T40: refused before any of them is looked at.
    name: "writes by eight million vectors",
    module: () =>
      command(
        `(loop $l (if (i32.eqz (call $fd_write (i32.const 1) (i32.const 0) (i32.const 8000000) (i32.const 8))) (then unreachable)) (br $l))`,
      ),
    ...outOfFuel,
  },
  {
    name: "reads by eight million vectors",
    module: () =>
      command(
        `(loop $l (if (i32.eqz (call $fd_read (i32.const 0) (i32.const 0) (i32.const 8000000) (i32.const 8))) (then unreachable)) (br $l))`,
      ),
    ...outOfFuel,
  },
  {
    name: "writes 1 024 vectors of the same page",
    module: () =>
      command(
        `(loop $v (i32.store (i32.add (i32.const 66000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 0)) (i32.store offset=4 (i32.add (i32.const 66000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 65536)) (br_if $v (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1024)))) (loop $l (drop (call $fd_write (i32.const 1) (i32.const 66000) (i32.const 1024) (i32.const 8))) (br $l))`,
      ),
    kinds: ["QuotaExceeded"],
  },
  {
    name: "waits for a million things",
    module: () =>
      command("(loop $l (drop (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 1000000) (i32.const 8))) (br $l))"),
    ...outOfFuel,
  },
  {
    name: "wants four gigabytes of randomness",
    module: () => command("(loop $l (drop (call $random_get (i32.const 0) (i32.const -1))) (br $l))"),
    ...outOfFuel,
  },
  {
    name: "gives vectors that are outside its memory",
    module: () =>
      command(
        "(loop $l (if (i32.eqz (call $fd_write (i32.const 1) (i32.const -16) (i32.const 2) (i32.const 8))) (then unreachable)) (br $l))",
      ),
    ...outOfFuel,
  },
  {
    name: "wants answers outside its memory",
    module: () => command("(if (i32.eqz (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const -4))) (then unreachable))"),
    kinds: ["Ok"],
  },
  {
    name: "never reads a request of a megabyte",
    module: () => command(""),
    kinds: ["Ok"],
    job: { input: new Uint8Array(1024 * 1024).fill(0x20) },
  },
  {
    name: "reads its request a byte at a time",
    module: () =>
      command(
        "(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 1)) (loop $l (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))) (br_if $l (i32.load (i32.const 8))))",
      ),
    kinds: ["Ok"],
    job: { input: new Uint8Array(10_000).fill(0x20) },
  },
  {
    name: "ends with an exit code beyond all",
    module: () => command(`${READ} (call $proc_exit (i32.const -1))`),
    kinds: ["RuntimeFailure"],
    details: { fault: "exit", exit_code: 0xffff_ffff },
  },
  {
    name: "asks for files until its fuel ends",
    module: () =>
      command(
        "(loop $l (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 64))) (br $l))",
        '(data (i32.const 1024) "../../..")',
      ),
    ...outOfFuel,
  },
];
