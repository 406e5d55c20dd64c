/**
 * The few ambient names that core may use: they exist in Node, browsers and workers alike. In place of the DOM's and
 * Node's types (spec: core has no effects).
 */
declare class TextDecoder {
  constructor(label?: "utf-8", options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { readonly read: number; readonly written: number };
}
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
}
