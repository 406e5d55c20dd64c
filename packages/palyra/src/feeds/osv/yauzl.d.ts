/** What reading a feed uses of yauzl 3.4, which comes without types. */
declare module "yauzl" {
  interface Entry {
    readonly fileName: string;
    readonly compressionMethod: number;
    readonly compressedSize: number;
    readonly uncompressedSize: number;
    readonly crc32: number;
    isEncrypted(): boolean;
  }
  interface ZipFile {
    eachEntry(): AsyncIterable<Entry>;
    readLocalFileHeader(
      entry: Entry,
      options: { readonly minimal: true },
      callback: (error: Error | null, header?: { readonly fileDataStart: number }) => void,
    ): void;
  }
  export function openPromise(
    path: string,
    options: { readonly lazyEntries: true; readonly strictFileNames?: boolean },
  ): Promise<ZipFile>;
}
