import { assemble } from "../../../packages/core/test/audit/wat.ts";
import { command } from "../command.ts";
import { moduleOf, OP } from "./binary.ts";
import { type Hostile, invalid } from "./hostile.ts";

const importing = (import_: string) => assemble(`(module ${import_} (memory (export "memory") 1) (func (export "_start")))`);
const WASI = "wasi_snapshot_preview1";

const FOREIGN: readonly (readonly [name: string, module: string, field: string])[] = [
  ["a module that nobody provides", "env", "system"],
  ["Node's own", "node:child_process", "spawn"],
  ["the prototype as a module", "__proto__", "fd_write"],
  ["the constructor as a module", "constructor", "call"],
  ["a module without a name", "", ""],
  ["the prototype as a function", WASI, "__proto__"],
  ["a method of all objects", WASI, "hasOwnProperty"],
  ["the constructor as a function", WASI, "constructor"],
  ["a function that WASI does not have", WASI, "fd_exec"],
  ["sockets of another runtime", WASI, "sock_open_v9"],
  ["a handle that there is none of", "palyra:plugins/host-capabilities@0.1.0", "root-handle"],
  ["another version of Palyra's interface", "palyra:plugins/host-capabilities@9.9.9", "http-count"],
  ["a function that the host does not have", "palyra:skills/host@1", "shell"],
];

const WRONG: readonly (readonly [name: string, text: string])[] = [
  ["fd_write with an i64", `(import "${WASI}" "fd_write" (func (param i32 i32 i32 i64) (result i32)))`],
  ["fd_write without a result", `(import "${WASI}" "fd_write" (func (param i32 i32 i32 i32)))`],
  ["proc_exit with a result", `(import "${WASI}" "proc_exit" (func (param i32) (result i32)))`],
  ["random_get with floats", `(import "${WASI}" "random_get" (func (param f64 f64) (result i32)))`],
  ["secret-read with three parameters", '(import "palyra:skills/host@1" "secret-read" (func (param i32 i32 i32) (result i32)))'],
  ["a global of a function's name", `(import "${WASI}" "fd_write" (global i32))`],
  ["a memory of the host's", '(import "env" "memory" (memory 1))'],
  ["a table of the host's", '(import "env" "table" (table 1 funcref))'],
  ["the counter of fuel", '(import "palyra:fuel" "palyra:fuel" (global (mut i64)))'],
];

const exporting = (exports: string) =>
  assemble(`(module (import "${WASI}" "fd_write" (func (param i32 i32 i32 i32) (result i32))) ${exports})`);

export const FORGED: readonly Hostile[] = [
  ...FOREIGN.map(
    ([name, module, field]): Hostile => ({
      name: `imports ${name}`,
      module: () => importing(`(import "${module}" "${field}" (func))`),
      ...invalid("import"),
    }),
  ),
  ...WRONG.map(
    ([name, text]): Hostile => ({
      name: `imports ${name}`,
      module: () => assemble(`(module ${text} (func (export "_start")))`),
      ...invalid("import"),
    }),
  ),
  {
    name: "exports a function as its memory",
    module: () => exporting('(func (export "memory")) (func (export "_start"))'),
    ...invalid("export"),
  },
  {
    name: "exports a table as its memory",
    module: () => exporting('(table (export "memory") 1 funcref) (func (export "_start"))'),
    ...invalid("export"),
  },
  {
    name: "exports a global as its memory",
    module: () => exporting('(global (export "memory") i32 (i32.const 1)) (func (export "_start"))'),
    ...invalid("export"),
  },
  { name: "exports no memory", module: () => exporting('(memory 1) (func (export "_start"))'), ...invalid("export") },
  {
    name: "exports a memory as its _start",
    module: () => assemble('(module (memory (export "_start") 1))'),
    ...invalid("entrypoint"),
  },
  {
    name: "exports a _start that takes something",
    module: () => assemble('(module (func (export "_start") (param i32)))'),
    ...invalid("entrypoint"),
  },
  {
    name: "exports a _start that gives two",
    module: () => assemble('(module (func (export "_start") (result i32 i32) (i32.const 1) (i32.const 2)))'),
    ...invalid("entrypoint"),
  },
  { name: "exports nothing", module: () => assemble("(module)"), ...invalid("entrypoint") },
  {
    name: "is called by the name of the prototype",
    module: () => assemble("(module)"),
    ...invalid("entrypoint"),
    job: { entrypoint: "__proto__", kind: "palyra" },
  },
  {
    name: "is called by the name of the prototype, and has it",
    module: () => assemble('(module (func (export "__proto__") (result i32) (i32.const 7)))'),
    kinds: ["Ok"],
    job: { entrypoint: "__proto__", kind: "palyra" },
  },
  {
    name: "exports the counter of fuel",
    module: () => assemble('(module (global (export "palyra:fuel") (mut i64) (i64.const 0)) (func (export "_start")))'),
    ...invalid("module"),
  },
  {
    name: "exports the counter of refusals",
    module: () => assemble('(module (func (export "palyra:refused")) (func (export "_start")))'),
    ...invalid("module"),
  },
  // Spec 10.2: it becomes valid once the counter is appended, and would refuel itself.
  { name: "refuels itself by a global that it does not have", module: () => refuelling(), ...invalid("module") },
  { name: "is nothing", module: async () => new Uint8Array(0), ...invalid("module") },
  { name: "is cut off", module: async () => (await command("(loop (br 0))")).subarray(0, 40), ...invalid("module") },
  { name: "is text", module: async () => new TextEncoder().encode('(module (func (export "_start")))'), ...invalid("module") },
  { name: "is a component", module: async () => new Uint8Array([0, 97, 115, 109, 13, 0, 1, 0]), ...invalid("module") },
  { name: "is a megabyte of anything", module: async () => new Uint8Array(1_000_000).fill(0x41), ...invalid("module") },
  {
    name: "is of sections without an end",
    module: async () => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ...invalid("module"),
  },
  { name: "has a body whose types do not fit", module: () => untyped(), ...invalid("module") },
];

/** `global.set 0` in a module without globals. */
const refuelling = async () => moduleOf([{ body: [OP.i64, 0x80, 0x80, 0x80, 0x80, 0x78, 0x24, 0] }]);
/** An i32 where an i64 is added. */
const untyped = async () => moduleOf([{ body: [OP.i32, 1, OP.i64, 1, 0x7c, OP.drop] }]);
