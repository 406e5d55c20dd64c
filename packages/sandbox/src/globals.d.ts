/** What the child uses of the engine's WebAssembly, whose types belong to the DOM's. */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: { readonly [name: string]: unknown };
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }
  class Table {
    private constructor();
    /** Of a 64-bit table a bigint. */
    readonly length: number | bigint;
  }
  class Global {
    private constructor();
    value: unknown;
  }
  class RuntimeError extends Error {}
  class LinkError extends Error {}
  class CompileError extends Error {}
}
