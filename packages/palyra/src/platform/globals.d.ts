/** What this module uses of the engine's WebAssembly, whose types belong to the DOM's. */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
}
