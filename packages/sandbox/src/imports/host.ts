/** `palyra:skills/host@1` (spec 10.4; core's table says what each function takes and gives). The parent does all of it. */
import { decodeUtf8 } from "palyra-skills/encoding";
import { HOST_ERROR } from "../host-errors.ts";
import { type HostReply, type HostRequest, MAX_CALL_BYTES, MAX_TEXT_BYTES } from "../host-messages.ts";
import { WasiFault } from "../wasi/errno.ts";
import type { HostContext, HostImports } from "../wasi/index.ts";
import { Memory } from "../wasi/memory.ts";

/** Ends one call of a module with an error of the interface. */
class HostFault {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

export function hostImports(context: HostContext): HostImports {
  const memory = new Memory(context);

  const text = (address: number, length: number): string => {
    if (length >>> 0 > MAX_TEXT_BYTES) throw new HostFault(HOST_ERROR.tooLarge);
    const decoded = decodeUtf8(memory.moved(address, length));
    if (decoded === undefined) throw new HostFault(HOST_ERROR.invalid);
    return decoded;
  };
  const bytes = (address: number, length: number): Uint8Array => {
    if (length >>> 0 > MAX_CALL_BYTES) throw new HostFault(HOST_ERROR.tooLarge);
    return memory.moved(address, length);
  };
  const ask = (request: HostRequest): HostReply => {
    const reply = context.ask(request);
    if (reply.code !== 0) throw new HostFault(reply.code < 0 ? reply.code : HOST_ERROR.failed);
    return reply;
  };
  /** Looked at before anything is asked for. */
  const room = (address: number, capacity: number): number =>
    Math.min(memory.range(address, capacity).byteLength, MAX_CALL_BYTES);
  /** As much as there is room for; how much there was of it. */
  const put = (address: number, capacity: number, from: Uint8Array): number => {
    const given = from.subarray(0, capacity);
    memory.charge(given.byteLength);
    memory.range(address, given.byteLength).set(given);
    return from.byteLength;
  };

  const functions: { readonly [name: string]: (...args: never[]) => number } = {
    "http-send": (head: number, headLength: number, body: number, bodyLength: number) =>
      Number(ask({ op: "http_send", head: text(head, headLength), body: bytes(body, bodyLength) }).value),
    "http-head": (request: number, buffer: number, capacity: number) => {
      const most = room(buffer, capacity);
      return put(buffer, most, ask({ op: "http_head", request: request >>> 0 }).bytes);
    },
    "http-read": (request: number, buffer: number, capacity: number) => {
      const most = room(buffer, capacity);
      return put(buffer, most, ask({ op: "http_read", request: request >>> 0, length: most }).bytes.subarray(0, most));
    },
    "http-close": (request: number) => {
      ask({ op: "http_close", request: request >>> 0 });
      return 0;
    },
    "secret-read": (name: number, length: number, buffer: number, capacity: number) => {
      const most = room(buffer, capacity);
      return put(buffer, most, ask({ op: "secret_read", name: text(name, length) }).bytes);
    },
    "storage-read": (path: number, length: number, offset: bigint, buffer: number, capacity: number) => {
      const most = room(buffer, capacity);
      const from = BigInt.asUintN(64, offset);
      return put(
        buffer,
        most,
        ask({ op: "storage_read", path: text(path, length), offset: from, length: most }).bytes.subarray(0, most),
      );
    },
    "storage-list": (path: number, length: number, buffer: number, capacity: number) => {
      const most = room(buffer, capacity);
      return put(buffer, most, ask({ op: "storage_list", path: text(path, length) }).bytes);
    },
    "storage-write": (path: number, length: number, content: number, contentLength: number) => {
      ask({ op: "storage_write", path: text(path, length), bytes: bytes(content, contentLength) });
      return 0;
    },
    "storage-remove": (path: number, length: number) => {
      ask({ op: "storage_remove", path: text(path, length) });
      return 0;
    },
  };
  return Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, answering(run)]));
}

const answering =
  (run: (...args: never[]) => number) =>
  (...args: never[]): number => {
    try {
      return run(...args);
    } catch (error) {
      if (error instanceof HostFault) return error.code;
      // A range that is not in the memory.
      if (error instanceof WasiFault) return HOST_ERROR.invalid;
      throw error;
    }
  };
