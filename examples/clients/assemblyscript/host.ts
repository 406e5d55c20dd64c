// `palyra:skills/host@1` for AssemblyScript: one file, no dependencies.
//
//   const answer = send('{"method":"GET","url":"https://api.example.com/"}', new Uint8Array(0));
//   if (answer.error == 0) { const head = answer.head(); const body = answer.body(); answer.close(); }

// @ts-ignore: decorator
@external("palyra:skills/host@1", "http-send")
declare function http_send(head: usize, headLength: i32, body: usize, bodyLength: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "http-head")
declare function http_head(request: i32, buffer: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "http-read")
declare function http_read(request: i32, buffer: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "http-close")
declare function http_close(request: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "secret-read")
declare function secret_read(name: usize, length: i32, buffer: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "storage-read")
declare function storage_read(path: usize, length: i32, offset: i64, buffer: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "storage-list")
declare function storage_list(path: usize, length: i32, buffer: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "storage-write")
declare function storage_write(path: usize, length: i32, bytes: usize, bytesLength: i32): i32;
// @ts-ignore: decorator
@external("palyra:skills/host@1", "storage-remove")
declare function storage_remove(path: usize, length: i32): i32;

export const INVALID: i32 = -1;
export const DENIED: i32 = -2;
export const NOT_FOUND: i32 = -3;
export const TOO_LARGE: i32 = -4;
export const FAILED: i32 = -5;
export const TIMED_OUT: i32 = -6;
export const BUSY: i32 = -7;

const PIECE: i32 = 16 * 1024;

/** What the host gave, or why it did not (`error` below 0). */
export class Given {
  constructor(
    public error: i32,
    public bytes: Uint8Array,
  ) {}

  text(): string {
    return String.UTF8.decodeUnsafe(this.bytes.dataStart, this.bytes.length);
  }
}

const nothing = (error: i32): Given => new Given(error, new Uint8Array(0));

/** A request that is under way; close it when done. */
export class Answer {
  constructor(
    private request: i32,
    /** 0, or why nothing was sent. */
    public error: i32,
  ) {}

  /** JSON: `{"status":200,"headers":[["name","value"]]}`. Waits for it. */
  head(): Given {
    let buffer = new Uint8Array(PIECE);
    let length = http_head(this.request, buffer.dataStart, buffer.length);
    if (length > buffer.length) {
      buffer = new Uint8Array(length);
      length = http_head(this.request, buffer.dataStart, buffer.length);
    }
    return length < 0 ? nothing(length) : new Given(0, buffer.subarray(0, length));
  }

  /** All that is left of it. */
  body(): Given {
    let all = new Uint8Array(0);
    const piece = new Uint8Array(PIECE);
    while (true) {
      const length = http_read(this.request, piece.dataStart, piece.length);
      if (length < 0) return nothing(length);
      if (length == 0) return new Given(0, all);
      all = joined(all, piece, length);
    }
  }

  close(): void {
    http_close(this.request);
  }
}

/** `head` is JSON: `{"method":"GET","url":"https://…","headers":{…},"secrets":{"authorization":"skill:…/token"}}`. */
export function send(head: string, body: Uint8Array): Answer {
  const text = utf8(head);
  const request = http_send(text.dataStart, text.length, body.dataStart, body.length);
  return new Answer(request, request < 0 ? request : 0);
}

/** The value of a secret: `skill:<your skill's id>/<key>`. */
export function secret(name: string): Given {
  const text = utf8(name);
  let buffer = new Uint8Array(PIECE);
  let length = secret_read(text.dataStart, text.length, buffer.dataStart, buffer.length);
  if (length > buffer.length) {
    buffer = new Uint8Array(length);
    length = secret_read(text.dataStart, text.length, buffer.dataStart, buffer.length);
  }
  return length < 0 ? nothing(length) : new Given(0, buffer.subarray(0, length));
}

/** A whole file: `<root>/<path>`. */
export function read(path: string): Given {
  const text = utf8(path);
  let all = new Uint8Array(0);
  const piece = new Uint8Array(PIECE);
  while (true) {
    const length = storage_read(text.dataStart, text.length, all.length, piece.dataStart, piece.length);
    if (length < 0) return nothing(length);
    if (length == 0) return new Given(0, all);
    all = joined(all, piece, length);
  }
}

/** JSON: `[{"name":"notes.txt","kind":"file","size":12}]`. */
export function list(path: string): Given {
  const text = utf8(path);
  let buffer = new Uint8Array(PIECE);
  let length = storage_list(text.dataStart, text.length, buffer.dataStart, buffer.length);
  if (length > buffer.length) {
    buffer = new Uint8Array(length);
    length = storage_list(text.dataStart, text.length, buffer.dataStart, buffer.length);
  }
  return length < 0 ? nothing(length) : new Given(0, buffer.subarray(0, length));
}

/** The whole file at once, or not at all. 0, or why not. */
export function write(path: string, bytes: Uint8Array): i32 {
  const text = utf8(path);
  return storage_write(text.dataStart, text.length, bytes.dataStart, bytes.length);
}

/** A file, or an empty directory. 0, or why not. */
export function remove(path: string): i32 {
  const text = utf8(path);
  return storage_remove(text.dataStart, text.length);
}

function utf8(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

function joined(all: Uint8Array, piece: Uint8Array, length: i32): Uint8Array {
  const longer = new Uint8Array(all.length + length);
  longer.set(all);
  longer.set(piece.subarray(0, length), all.length);
  return longer;
}
