/** WASI commands by the text of their bodies. */
import { assemble } from "../../packages/core/test/audit/wat.ts";

const IMPORTS = {
  fd_read: `(func $fd_read (param i32 i32 i32 i32) (result i32))`,
  fd_write: `(func $fd_write (param i32 i32 i32 i32) (result i32))`,
  proc_exit: `(func $proc_exit (param i32))`,
  random_get: `(func $random_get (param i32 i32) (result i32))`,
  clock_time_get: `(func $clock_time_get (param i32 i64 i32) (result i32))`,
  environ_sizes_get: `(func $environ_sizes_get (param i32 i32) (result i32))`,
  environ_get: `(func $environ_get (param i32 i32) (result i32))`,
  args_sizes_get: `(func $args_sizes_get (param i32 i32) (result i32))`,
  args_get: `(func $args_get (param i32 i32) (result i32))`,
  poll_oneoff: `(func $poll_oneoff (param i32 i32 i32 i32) (result i32))`,
  sched_yield: `(func $sched_yield (result i32))`,
  fd_prestat_get: `(func $fd_prestat_get (param i32 i32) (result i32))`,
  path_open: `(func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32))`,
};

/** A command: `body` is its `_start`, `more` stands beside it. */
export function command(body: string, more = "", memory = '(memory (export "memory") 2)'): Promise<Uint8Array> {
  const imports = Object.entries(IMPORTS)
    .filter(([name]) => `${body}${more}`.includes(`$${name}`))
    .map(([name, type]) => `(import "wasi_snapshot_preview1" "${name}" ${type})`);
  return assemble(`(module ${imports.join("\n")} ${memory} ${more} (func $start (export "_start") ${LOCALS} ${body}))`);
}
const LOCALS = "(local $i i32) (local $j i32) (local $n i64)";

/** Writes a stretch of the memory to stdout (1) or stderr (2). */
export const write = (fd: 1 | 2, address: number, length: number | string): string =>
  `(i32.store (i32.const 0) (i32.const ${address})) (i32.store (i32.const 4) ${typeof length === "number" ? `(i32.const ${length})` : length}) (drop (call $fd_write (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 8)))`;

/** Reads stdin to address 1024; its length is then at address 16. */
export const READ =
  "(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 60000)) (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))";

/** stdout is stdin; `log` goes to stderr first, in ASCII, as the text form has it between quotes. */
export function echo(log = "", length = log.length): Promise<Uint8Array> {
  const said = log === "" ? "" : write(2, 512, length);
  const data = log === "" ? "" : `(data (i32.const 512) "${log}")`;
  return command(`${said} ${READ} ${write(1, 1024, "(i32.load (i32.const 16))")}`, data);
}

export const spin = (): Promise<Uint8Array> => command("(loop (br 0))");
