/** SHA-256 of files as they are now, one by one or many as one, synchronously and in the memory of one buffer. */
import { closeSync, constants, openSync, readSync } from "node:fs";
import type { Sha256 } from "palyra-skills/platform";
import { asIo, systemCode } from "./io.ts";

export interface Hashing {
  readonly sha256: () => Sha256;
  /** What files are read into; the same one for all of them, and at least 1 MiB. */
  readonly buffer: Buffer;
}

export interface HashedFile {
  /** 32 bytes; absent: there is more in it than there was room for. */
  readonly sha256?: Uint8Array;
  /** Bytes that were read. */
  readonly bytes: number;
}

// Windows has neither flag.
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Undefined: nothing is there under that name, or a link. `Io`. */
export function hashFile(file: string, room: number, { sha256, buffer }: Hashing): HashedFile | undefined {
  return withFile(file, (descriptor) => restOf(descriptor, room, sha256(), 0, buffer));
}

function restOf(descriptor: number, room: number, hash: Sha256, before: number, buffer: Buffer): HashedFile {
  for (let bytes = before; ; ) {
    const read = readSync(descriptor, buffer, 0, buffer.length, null);
    bytes += read;
    if (bytes > room) return { bytes };
    hash.update(buffer.subarray(0, read));
    // Of a regular file less than was asked for is the end.
    if (read < buffer.length) return { sha256: hash.digest(), bytes };
  }
}

function withFile<Result>(file: string, work: (descriptor: number) => Result): Result | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, PLAIN_FILE);
  } catch (error) {
    if (["ENOENT", "ELOOP", "EMLINK"].includes(systemCode(error) ?? "")) return undefined;
    throw asIo("read", file, error);
  }
  try {
    return work(descriptor);
  } catch (error) {
    throw asIo("read", file, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes up to which a content is hashed as it is; of a longer one its digest is, so that one buffer has room for what is read. */
const AS_IT_IS_BYTES = 512 * 1024;
/** Before each content: bytes of the path, bytes of the content, and whether its digest stands for it. */
const HEADER_BYTES = 4 + 8 + 1;

/**
 * One hash, begun by the caller, of many files, each with its path and length. Small ones are gathered, so that a folder of a few of them
 * is one update, where a hash for each costs as much as the reading. What is added:
 *
 *            ( for each file, in the order in which they are added:
 *              u32-BE length of the path's bytes, u64-BE length of the content, u8 1 where its digest stands for it else 0,
 *              the path's bytes, the content or its SHA-256 )
 */
export class FilesHash {
  readonly #hash: Sha256;
  readonly #hashing: Hashing;
  /** Bytes of the buffer that wait to be hashed. */
  #gathered = 0;

  constructor(hashing: Hashing, hash: Sha256) {
    this.#hashing = hashing;
    this.#hash = hash;
  }

  /** Bytes that were read of it; undefined: there is no such file, or more in it than there is room for, and this hash is of no use. `Io`. */
  addFile(path: string, file: string, room: number): number | undefined {
    const { buffer, sha256 } = this.#hashing;
    const start = this.#begin(path);
    const added = withFile(file, (descriptor): HashedFile => {
      const read = readSync(descriptor, buffer, start, AS_IT_IS_BYTES + 1, null);
      if (read <= AS_IT_IS_BYTES) {
        this.#end(start, read, read, false);
        return { bytes: read };
      }
      const hash = sha256().update(buffer.subarray(start, start + read));
      // The buffer is needed for the rest; the header comes again, with the digest.
      this.#flush();
      return restOf(descriptor, room, hash, read, buffer);
    });
    if (added === undefined || added.bytes > room) return undefined;
    if (added.sha256 !== undefined) this.#add(path, added.sha256, added.bytes, true);
    return added.bytes;
  }

  /** The same of what is in memory. */
  addBytes(path: string, bytes: Uint8Array): void {
    const isDigest = bytes.length > AS_IT_IS_BYTES;
    this.#add(path, isDigest ? this.#hashing.sha256().update(bytes).digest() : bytes, bytes.length, isDigest);
  }

  digest(): Uint8Array {
    this.#flush();
    return this.#hash.digest();
  }

  #add(path: string, content: Uint8Array, length: number, isDigest: boolean): void {
    const start = this.#begin(path);
    this.#hashing.buffer.set(content, start);
    this.#end(start, content.length, length, isDigest);
  }

  /** Writes the path where its content will follow, and says where. */
  #begin(path: string): number {
    const { buffer } = this.#hashing;
    // A path has at most three bytes for each of its characters.
    if (this.#gathered + HEADER_BYTES + 3 * path.length + AS_IT_IS_BYTES + 1 > buffer.length) this.#flush();
    const at = this.#gathered + HEADER_BYTES;
    const length = buffer.write(path, at);
    buffer.writeUInt32BE(length, this.#gathered);
    return at + length;
  }

  #end(start: number, size: number, length: number, isDigest: boolean): void {
    const { buffer } = this.#hashing;
    // A length is far below 2^48.
    buffer.writeUInt16BE(0, this.#gathered + 4);
    buffer.writeUIntBE(length, this.#gathered + 6, 6);
    buffer.writeUInt8(isDigest ? 1 : 0, this.#gathered + 12);
    this.#gathered = start + size;
  }

  #flush(): void {
    if (this.#gathered > 0) this.#hash.update(this.#hashing.buffer.subarray(0, this.#gathered));
    this.#gathered = 0;
  }
}
