/** What our tests use of yauzl, which comes without types. */
declare module "yauzl" {
  interface Entry {
    readonly fileName: string;
  }
  interface ZipFile {
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<AsyncIterable<Uint8Array>>;
  }
  export function fromBufferPromise(buffer: Buffer, options: { readonly strictFileNames?: boolean }): Promise<ZipFile>;
}
