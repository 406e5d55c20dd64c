// The call that the benchmarks of the sandbox and of runs make: a WASI command that answers what it is asked, and the least that does the same without one.
import loadWabt from "wabt";

const TEXT = `(module (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 2)
  (func (export "_start") (local $i i32)
    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 60000))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))
    (i32.store (i32.const 4) (i32.load (i32.const 16)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))`;

export const INPUT = new TextEncoder().encode('{"text":"hello"}');
export const SCHEMA = '{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}';

export const echoModule = async () => Uint8Array.from((await loadWabt()).parseWat("bench.wat", TEXT).toBinary({}).buffer);

/** The same module, not metered, in this process: its two imports are the least that does the same. */
export function bare(bytes) {
  const module = new WebAssembly.Module(bytes);
  return () => {
    let memory;
    const view = () => new DataView(memory.buffer);
    const wasi_snapshot_preview1 = {
      fd_read: (_fd, vector, _count, result) => {
        new Uint8Array(memory.buffer).set(INPUT, view().getUint32(vector, true));
        view().setUint32(result, INPUT.length, true);
        return 0;
      },
      fd_write: (_fd, vector, _count, result) => {
        const length = view().getUint32(vector + 4, true);
        view().setUint32(result, length, true);
        return 0;
      },
    };
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1 });
    memory = instance.exports.memory;
    instance.exports._start();
  };
}
