/** What tests use of the engine's WebAssembly, whose types belong to the DOM's. */
declare namespace WebAssembly {
  interface Listed {
    readonly name: string;
    readonly kind: string;
  }
  interface Imports {
    [module: string]: { [name: string]: unknown };
  }
  type Exported = ((...args: readonly (number | bigint | null)[]) => unknown) | Memory | Table | Global;
  function validate(bytes: Uint8Array): boolean;
  class Module {
    static imports(module: Module): readonly (Listed & { readonly module: string })[];
    static exports(module: Module): readonly Listed[];
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: { readonly [name: string]: Exported };
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(limits: { readonly initial: number; readonly maximum?: number });
  }
  class Table {
    readonly length: number;
    constructor(limits: { readonly initial: number; readonly maximum?: number; readonly element: "anyfunc" });
  }
  class Global {
    value: number | bigint;
    constructor(type: { readonly value: string; readonly mutable?: boolean }, value?: unknown);
  }
  class RuntimeError extends Error {}
}
