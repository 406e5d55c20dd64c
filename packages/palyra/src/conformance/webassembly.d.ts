/** What op `fuel` uses of the engine's WebAssembly, whose types belong to the DOM's. */
declare namespace WebAssembly {
  type Exported = ((...args: readonly (number | bigint | null)[]) => unknown) | Memory | Table | Global;
  interface Imports {
    [module: string]: { [name: string]: unknown };
  }
  type Limits =
    | { readonly initial: number; readonly maximum?: number }
    | { readonly address: "i64"; readonly initial: bigint; readonly maximum?: bigint }
    | { readonly index: "i64"; readonly initial: number; readonly maximum?: number };
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: { readonly [name: string]: Exported };
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(limits: Limits);
  }
  class Table {
    readonly length: number;
    constructor(limits: Limits & { readonly element: "anyfunc" });
  }
  class Global {
    value: number | bigint;
  }
  class CompileError extends Error {}
  class RuntimeError extends Error {}
}
