/**
 * What a child asks of its parent while a tool runs, and the answers (spec 10.3, 10.4). The parent believes nothing of it: a message that is not
 * exactly this is none.
 *
 *     request   u8 position of its op in the list below, then its fields: u32 and u64 little-endian; text (UTF-8) and bytes as u32 length and content
 *     reply     i32 code, u64 value, u32 length, bytes
 */
import { decodeUtf8, encodeUtf8 } from "palyra-skills/encoding";
import { MAX_HOST_MESSAGE_BYTES } from "./limits.ts";

export { ERRNO, HOST_ERROR } from "./host-errors.ts";

/** Spec 10.4, T40. Bytes that one call of a host function moves. */
export const MAX_CALL_BYTES = 1024 * 1024;
/** Bytes of one text: a path, a name, the head of an HTTP request. */
export const MAX_TEXT_BYTES = 64 * 1024;
/** Bytes of a whole message, either way. */
export const MAX_MESSAGE_BYTES = MAX_HOST_MESSAGE_BYTES;

const FIELDS = {
  open: { directory: "u32", path: "text", flags: "u32" },
  close: { handle: "u32" },
  read: { handle: "u32", offset: "u64", length: "u32" },
  write: { handle: "u32", offset: "u64", append: "u32", bytes: "bytes" },
  stat: { handle: "u32" },
  set_size: { handle: "u32", size: "u64" },
  set_times: { handle: "u32", accessed: "u64", modified: "u64", flags: "u32" },
  allocate: { handle: "u32", offset: "u64", length: "u64" },
  sync: { handle: "u32" },
  list: { directory: "u32", cookie: "u64", length: "u32" },
  path_stat: { directory: "u32", path: "text" },
  path_set_times: { directory: "u32", path: "text", accessed: "u64", modified: "u64", flags: "u32" },
  make_directory: { directory: "u32", path: "text" },
  remove_directory: { directory: "u32", path: "text" },
  unlink: { directory: "u32", path: "text" },
  rename: { directory: "u32", path: "text", toDirectory: "u32", toPath: "text" },
  http_send: { head: "text", body: "bytes" },
  http_head: { request: "u32" },
  http_read: { request: "u32", length: "u32" },
  http_close: { request: "u32" },
  secret_read: { name: "text" },
  storage_read: { path: "text", offset: "u64", length: "u32" },
  storage_list: { path: "text" },
  storage_write: { path: "text", bytes: "bytes" },
  storage_remove: { path: "text" },
} as const;

interface FieldTypes {
  readonly u32: number;
  readonly u64: bigint;
  readonly text: string;
  readonly bytes: Uint8Array;
}
type Fields = typeof FIELDS;
export type HostOp = keyof Fields;

/** Directories and open files are named by handles of the parent; those of the roots are their positions. */
export type HostRequest = {
  readonly [Op in HostOp]: { readonly op: Op } & {
    readonly [Field in keyof Fields[Op]]: Fields[Op][Field] extends keyof FieldTypes ? FieldTypes[Fields[Op][Field]] : never;
  };
}[HostOp];

/** 0: done. Above: an error number of WASI. Below: an error of `palyra:skills/host@1`. */
export interface HostReply {
  readonly code: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

/** Flags of `open`. */
export const OPEN = { create: 1, directory: 2, exclusive: 4, truncate: 8, read: 16, write: 32 } as const;
/** Flags of `set_times`, as preview 1 has them. */
export const TIMES = { accessed: 1, accessedNow: 2, modified: 4, modifiedNow: 8 } as const;

const OPS: readonly string[] = Object.keys(FIELDS);
const NOTHING = new Uint8Array(0);

export const reply = (code: number, value = 0n, bytes: Uint8Array = NOTHING): HostReply => ({ code, value, bytes });

export function encodeRequest(request: HostRequest): Uint8Array {
  const parts: (number | bigint | Uint8Array)[] = [];
  let size = 1;
  for (const name of Object.keys(FIELDS[request.op])) {
    const value: unknown = Reflect.get(request, name);
    const part = typeof value === "string" ? encodeUtf8(value) : value;
    if (typeof part === "number") size += 4;
    else if (typeof part === "bigint") size += 8;
    else if (part instanceof Uint8Array) size += 4 + part.byteLength;
    else continue;
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, OPS.indexOf(request.op));
  let at = 1;
  for (const part of parts) {
    if (typeof part === "bigint") {
      view.setBigUint64(at, part, true);
      at += 8;
      continue;
    }
    view.setUint32(at, typeof part === "number" ? part : part.byteLength, true);
    at += 4;
    if (typeof part === "number") continue;
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** Undefined: that is no request. Byte strings of it are not copied. */
export function decodeRequest(bytes: Uint8Array): HostRequest | undefined {
  if (bytes.byteLength > MAX_MESSAGE_BYTES) return undefined;
  const op = OPS[bytes[0] ?? OPS.length];
  if (op === undefined || !isOp(op)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const request: { op: string; [field: string]: string | number | bigint | Uint8Array } = { op };
  let at = 1;
  for (const [name, type] of Object.entries(FIELDS[op])) {
    const size = type === "u64" ? 8 : 4;
    if (at + size > bytes.byteLength) return undefined;
    const number = view.getUint32(at, true);
    if (type === "u64") request[name] = view.getBigUint64(at, true);
    else if (type === "u32") request[name] = number;
    at += size;
    if (type !== "text" && type !== "bytes") continue;
    if (number > (type === "text" ? MAX_TEXT_BYTES : MAX_CALL_BYTES) || number > bytes.byteLength - at) return undefined;
    const content = bytes.subarray(at, at + number);
    const text = type === "text" ? decodeUtf8(content) : content;
    if (text === undefined) return undefined;
    request[name] = text;
    at += number;
  }
  return at === bytes.byteLength && isRequest(request) ? request : undefined;
}

const isOp = (op: string): op is HostOp => Object.hasOwn(FIELDS, op);
/** Its fields were read by the table that the type is made of. */
const isRequest = (made: { readonly op: string }): made is HostRequest => isOp(made.op);

const REPLY_HEAD_BYTES = 16;

export function encodeReply({ code, value, bytes }: HostReply): Uint8Array {
  const encoded = new Uint8Array(REPLY_HEAD_BYTES + bytes.byteLength);
  const view = new DataView(encoded.buffer);
  view.setInt32(0, code, true);
  view.setBigUint64(4, value, true);
  view.setUint32(12, bytes.byteLength, true);
  encoded.set(bytes, REPLY_HEAD_BYTES);
  return encoded;
}

/** Undefined: that is no reply. Its bytes are not copied. */
export function decodeReply(bytes: Uint8Array): HostReply | undefined {
  if (bytes.byteLength < REPLY_HEAD_BYTES || bytes.byteLength > MAX_MESSAGE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12, true) !== bytes.byteLength - REPLY_HEAD_BYTES) return undefined;
  return { code: view.getInt32(0, true), value: view.getBigUint64(4, true), bytes: bytes.subarray(REPLY_HEAD_BYTES) };
}
