/** What the fuzzer uses of the engine's WebAssembly, whose types belong to the DOM's. */
declare namespace WebAssembly {
  interface Listed {
    readonly name: string;
    readonly kind: string;
  }
  function validate(bytes: Uint8Array): boolean;
  class Module {
    static imports(module: Module): readonly (Listed & { readonly module: string })[];
    static exports(module: Module): readonly Listed[];
    constructor(bytes: Uint8Array);
  }
}
