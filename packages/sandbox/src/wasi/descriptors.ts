/** The descriptors of one run: 0 to 2, then the granted roots, then what the module opens. */
import type { HostReply, HostRequest } from "../host-messages.ts";
import type { Capability, GrantedRoot, Sink, WasiContext } from "./context.ts";
import { fault, WasiFault } from "./errno.ts";
import { directoryRights, STDIN_RIGHTS, STDOUT_RIGHTS, WRITING_RIGHTS } from "./rights.ts";

/** Open at once, the first three and the roots included. */
export const MAX_DESCRIPTORS = 256;

interface Common {
  base: bigint;
  inheriting: bigint;
  /** Flags of `fd_fdstat_get`. */
  flags: number;
}
export interface InputDescriptor extends Common {
  readonly kind: "input";
  readonly bytes: Uint8Array;
  at: number;
}
export interface OutputDescriptor extends Common {
  readonly kind: "output";
  readonly sink: Sink;
}
export interface DirectoryDescriptor extends Common {
  readonly kind: "directory";
  /** Of the parent. */
  readonly handle: number;
  /** What a root is called here; the parent never closes it. */
  readonly preopened?: string;
  /** In which it lies. */
  readonly root: GrantedRoot;
}
export interface FileDescriptor extends Common {
  readonly kind: "file";
  readonly handle: number;
  offset: bigint;
}
export type Descriptor = InputDescriptor | OutputDescriptor | DirectoryDescriptor | FileDescriptor;

const FIRST_FREE = 3;

/** @param root by its name, where it is one that is granted for reading alone */
export type Denied = (capability: Capability, root?: string) => void;

export class Descriptors {
  readonly #open = new Map<number, Descriptor>();
  readonly #context: WasiContext;
  readonly #denied: Denied;

  /** @param denied told of what is refused for want of a root */
  constructor(context: WasiContext, denied: Denied) {
    this.#context = context;
    this.#denied = denied;
    const { stdin, stdout, stderr, roots } = context;
    this.#open.set(0, { kind: "input", bytes: stdin, at: 0, base: STDIN_RIGHTS, inheriting: 0n, flags: 0 });
    for (const [fd, sink] of [stdout, stderr].entries()) {
      this.#open.set(1 + fd, { kind: "output", sink, base: STDOUT_RIGHTS, inheriting: 0n, flags: 0 });
    }
    for (const [handle, root] of roots.entries()) {
      this.add({
        kind: "directory",
        handle,
        preopened: root.guest ?? `/${root.name}`,
        root,
        ...directoryRights(root.write),
        flags: 0,
      });
    }
  }

  /** `badf`; `notcapable` where it lacks one of the rights. */
  get(fd: number, rights = 0n): Descriptor {
    const found = this.#open.get(fd >>> 0);
    if (found === undefined) throw fault("badf");
    if ((found.base & rights) !== rights) throw fault("notcapable");
    return found;
  }

  /** `badf`, `isdir` of a directory, `spipe` of what is no file, `notcapable` */
  file(fd: number, rights = 0n): FileDescriptor {
    const found = this.get(fd);
    if (found.kind === "directory") throw fault("isdir");
    if (found.kind !== "file") throw fault("spipe");
    if ((found.base & rights) !== rights) throw fault("notcapable");
    return found;
  }

  /** `badf`, `notdir`, `notcapable` */
  directory(fd: number, rights = 0n): DirectoryDescriptor {
    this.#requireRoots(fd, rights);
    const found = this.get(fd);
    if (found.kind !== "directory") throw fault("notdir");
    this.requireRights(found, found.base, rights);
    return found;
  }

  /**
   * A directory where no root is granted is what nobody granted: `notcapable` (spec 10.4). Not by a number below 0: libraries that found no
   * pre-opened directory look up names in that one, and go on without.
   */
  #requireRoots(fd: number, rights: bigint): void {
    if (this.#context.roots.length > 0 || this.#open.has(fd >>> 0) || fd < 0) return;
    const writes = (rights & WRITING_RIGHTS) !== 0n;
    this.#denied(writes ? "skill.capability.filesystem.write" : "skill.capability.filesystem.read");
    throw fault("notcapable");
  }

  /**
   * For want of a right `notcapable`. Where it is one that no directory of its root has, since that was granted for reading alone, that is told, and the
   * call goes on: the parent refuses whatever would change anything there, and keeps that it was tried (spec 10.4).
   */
  requireRights({ root }: DirectoryDescriptor, had: bigint, rights: bigint): void {
    const missing = rights & ~had;
    if (missing === 0n) return;
    if (root.write || (missing & ~WRITING_RIGHTS) !== 0n) throw fault("notcapable");
    this.#denied("skill.capability.filesystem.write", root.name);
  }

  /** Before anything is opened for it. `mfile` */
  requireFree(): void {
    if (this.#open.size >= MAX_DESCRIPTORS) throw fault("mfile");
  }

  /** The lowest number that is free. `mfile` */
  add(descriptor: Descriptor): number {
    this.requireFree();
    let fd = FIRST_FREE;
    while (this.#open.has(fd)) fd += 1;
    this.#open.set(fd, descriptor);
    return fd;
  }

  close(fd: number): void {
    const found = this.get(fd);
    this.#open.delete(fd >>> 0);
    this.#release(found);
  }

  /** Both must be open (`badf`); what `to` was is closed. */
  renumber(from: number, to: number): void {
    const [moved, replaced] = [this.get(from), this.get(to)];
    if (from >>> 0 === to >>> 0) return;
    this.#open.set(to >>> 0, moved);
    this.#open.delete(from >>> 0);
    this.#release(replaced);
  }

  /** What the parent answers; its error number as a fault. */
  ask(request: HostRequest): HostReply {
    const reply = this.#context.ask(request);
    if (reply.code !== 0) throw reply.code > 0 ? new WasiFault(reply.code) : fault("io");
    return reply;
  }

  #release(descriptor: Descriptor): void {
    if (descriptor.kind === "file") this.ask({ op: "close", handle: descriptor.handle });
    if (descriptor.kind === "directory" && descriptor.preopened === undefined)
      this.ask({ op: "close", handle: descriptor.handle });
  }
}
