import { createHash } from "node:crypto";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { unzipSync } from "fflate";
import { fromBufferPromise } from "yauzl";

/** Path of each file and the digest of its content, as a reader sees them. */
export type Contents = ReadonlyMap<string, string>;

export const digest = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Readers that others wrote. None is as strict as ours; where ours reads, they must see the same. */
export const oracles: readonly (readonly [name: string, read: (bytes: Uint8Array) => Promise<Contents>])[] = [
  ["zip.js", byZipJs],
  ["yauzl", byYauzl],
  ["fflate", byFflate],
];

async function byZipJs(bytes: Uint8Array): Promise<Contents> {
  const options = { checkSignature: true, checkOverlappingEntry: true, useWebWorkers: false };
  const reader = new ZipReader(new Uint8ArrayReader(bytes), options);
  const contents = new Map<string, string>();
  for (const entry of await reader.getEntries()) {
    if (!entry.directory) contents.set(entry.filename, digest(await entry.getData(new Uint8ArrayWriter())));
  }
  return contents;
}

async function byYauzl(bytes: Uint8Array): Promise<Contents> {
  const zip = await fromBufferPromise(Buffer.from(bytes), { strictFileNames: true });
  const contents = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece);
    contents.set(entry.fileName, digest(Buffer.concat(pieces)));
  }
  return contents;
}

async function byFflate(bytes: Uint8Array): Promise<Contents> {
  const files = Object.entries(unzipSync(bytes)).filter(([path]) => !path.endsWith("/"));
  return new Map(files.map(([path, content]) => [path, digest(content)]));
}
