/**
 * Instances of a module, each for one call (spec 10.3). One is made ahead while its process has nothing to do: of it nothing has run either, for the
 * start function was taken out (spec 10.2), and it knows of no call before it is given that call's functions.
 */
import type { ImportFact } from "palyra-skills/wasm";
import type { HostImport } from "./wasi/index.ts";

export class Linked {
  readonly exports: WebAssembly.Instance["exports"];
  readonly #functions: HostImport[] = [];

  /** `WebAssembly.LinkError`, `WebAssembly.RuntimeError`: a segment that does not fit, `RangeError`: no memory. */
  constructor(module: WebAssembly.Module, imports: readonly ImportFact[]) {
    const given: { [module: string]: { [name: string]: HostImport } } = Object.create(null);
    for (const [at, { module, name }] of imports.entries()) {
      given[module] ??= Object.create(null);
      Object.assign(given[module] ?? {}, { [name]: (...values: never[]) => this.#functions[at]?.(...values) });
    }
    this.exports = new WebAssembly.Instance(module, given).exports;
  }

  /** Once, before anything of it runs. @param functions in the order of the imports */
  begin(functions: readonly HostImport[]): void {
    this.#functions.push(...functions);
  }
}

let ahead: { readonly module: WebAssembly.Module; readonly linked: Linked } | undefined;

/** For the next call of the module. What goes wrong is told when it is called. */
export function linkAhead(module: WebAssembly.Module, imports: readonly ImportFact[]): void {
  ahead = undefined;
  try {
    ahead = { module, linked: new Linked(module, imports) };
  } catch {}
}

/** What `Linked` throws. */
export function link(module: WebAssembly.Module, imports: readonly ImportFact[]): Linked {
  const made = ahead;
  ahead = undefined;
  return made?.module === module ? made.linked : new Linked(module, imports);
}
