/** What stays free on the disks that the host itself writes: where they are full no quarantine can be journaled, so a tool could not be stopped (T33). */
import { fstatSync, statfsSync, statSync } from "node:fs";
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";
import { byDescriptor } from "./walk.ts";

/** Bytes and files, and of a small disk a part of it. */
const KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_FILES = 1024;
const KEPT_PART = 16;

type Disk = { readonly [part in "bavail" | "blocks" | "bsize" | "ffree" | "files"]: number };

export class Room {
  readonly #places: readonly string[];
  readonly #diskOf: (fd: number) => Disk;
  #disks: ReadonlySet<number> | undefined;

  /** @param places of the host, there or not @param diskOf a test's own */
  constructor(places: readonly string[], diskOf: (fd: number) => Disk = (fd) => statfsSync(byDescriptor(fd))) {
    this.#places = places;
    this.#diskOf = diskOf;
  }

  /** Before something is added where a descriptor is. `nospc` */
  require(fd: number, bytes: number): void {
    this.#disks ??= new Set(this.#places.flatMap((place) => statSync(place, { throwIfNoEntry: false })?.dev ?? []));
    if (!this.#disks.has(fstatSync(fd).dev)) return;
    const { bavail, blocks, bsize, ffree, files } = this.#diskOf(fd);
    const isFull = bavail * bsize - bytes < Math.min(KEPT_BYTES, (blocks * bsize) / KEPT_PART);
    // A file system that makes room for files as it needs it counts none.
    const hasNoFiles = files > 0 && ffree < Math.min(KEPT_FILES, files / KEPT_PART);
    if (isFull || hasNoFiles) throw new FileFault(ERRNO.nospc);
  }
}
