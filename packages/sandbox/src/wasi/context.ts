import type { HostReply, HostRequest } from "../host-messages.ts";

/** Where a module's output goes. The bytes are the module's memory: they hold only while the call lasts. May throw to end the run. */
export interface Sink {
  write(bytes: Uint8Array): void;
}

/** A root that was granted, by its name in the manifest. */
export interface GrantedRoot {
  readonly name: string;
  readonly write: boolean;
  /** What the module finds it as; absent: `/<name>`. */
  readonly guest?: string;
}

/** What host functions work with, whichever interface they belong to. */
export interface HostContext {
  /** A fresh view of the module's memory 0. */
  memory(): Uint8Array;
  /** Fuel of bytes that a host function moves (spec 10.2); may throw to end the run. */
  charge(bytes: number): void;
  /** Asks the parent and waits. */
  ask(request: HostRequest): HostReply;
}

/** Actions of spec 2.5. */
export type Capability =
  | "skill.capability.filesystem.read"
  | "skill.capability.filesystem.write"
  | "skill.capability.http.egress";

/** What WASI works with besides. */
export interface WasiContext extends HostContext {
  readonly stdin: Uint8Array;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly args: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  /** Milliseconds since 1970; that is as exact as clocks are here (spec 10.3). */
  clockMs(): number;
  random(into: Uint8Array): void;
  readonly roots: readonly GrantedRoot[];
  /** Told of what is refused here, without asking the parent. @param name of a root */
  denied?(capability: Capability, operation: string, name?: string): void;
  exit(code: number): never;
}
