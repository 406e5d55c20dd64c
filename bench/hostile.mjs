// Modules that are made to cost: each shape fills so many bytes with whatever one part of a reader has most work with.

export function leb(value) {
  const bytes = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

const text = (value) => new TextEncoder().encode(value);

function join(parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function repeat(part, count) {
  const all = new Uint8Array(part.length * count);
  for (let at = 0; at < all.length; at += part.length) all.set(part, at);
  return all;
}

const name = (value) => join([leb(text(value).length), text(value)]);
const section = (id, body) => join([[id], leb(body.length), body]);
const list = (count, ...items) => join([leb(count), ...items]);
const many = (count, item) => join([leb(count), ...Array.from({ length: count }, (_, at) => item(at))]);
const module = (...sections) => join([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections]);
const body = (instructions) => {
  const code = join([[0], instructions, [0x0b]]);
  return join([leb(code.length), code]);
};
const EMPTY = [0x60, 0, 0];
const RUN = section(7, list(1, name("_start"), [0, 0]));
const dataOf = (bytes) =>
  module(
    section(1, list(1, EMPTY)),
    section(3, [1, 0]),
    section(5, [1, 0, 255, 1]),
    RUN,
    section(10, list(1, body([]))),
    section(11, list(1, [0, 0x41, 0, 0x0b], leb(bytes.length), bytes)),
  );
const textData = (value) => (size) => dataOf(repeat(text(value), Math.floor(size / text(value).length)));

/** Numbers drawn by chance, the same on every run. */
function random(length) {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** An import that nothing calls: whatever can be called has to be walked to know it. */
const IMPORT = section(2, list(1, name("wasi_snapshot_preview1"), name("sched_yield"), [0, 0]));

/** Functions that each call the next ones, as many as fit. */
function calls(size) {
  const functions = 2_000;
  const per = Math.floor(size / functions / 3);
  const bodies = Array.from({ length: functions }, (_, at) =>
    body(join(Array.from({ length: per }, (_, step) => [0x10, ...leb(((at + step + 1) % functions) + 1)]))),
  );
  return module(
    section(1, list(1, EMPTY)),
    IMPORT,
    section(3, list(functions, repeat([0], functions))),
    section(7, list(1, name("_start"), [0, 1])),
    section(10, list(functions, ...bodies)),
  );
}

/** Calls through a table by as many types as fit, and as many functions of these types in it. */
function tables(size) {
  const types = 500;
  const functions = Math.floor(size / 24);
  const typeOf = (at) =>
    join([[0x60], leb(at % 30), repeat([0x7f], at % 30), leb(Math.floor(at / 30)), repeat([0x7e], Math.floor(at / 30))]);
  const code = body([0x00, 0x41, 0, 0x11, ...leb(7), 0]);
  return module(
    section(1, list(types, ...Array.from({ length: types }, (_, at) => typeOf(at)))),
    section(
      3,
      many(functions, (at) => leb(at % types)),
    ),
    section(4, join([[1, 0x70, 0], leb(100_000)])),
    RUN,
    section(9, list(1, [1, 0], many(functions, leb))),
    section(10, list(functions, repeat(code, functions))),
  );
}

const functions = (size) => {
  const count = Math.min(1_000_000, Math.floor(size / 8));
  return module(
    section(1, list(1, EMPTY)),
    section(3, list(count, repeat([0], count))),
    section(4, [1, 0x70, 0, 1]),
    RUN,
    section(9, list(1, [1, 0], many(count, leb))),
    section(10, list(count, repeat([2, 0, 0x0b], count))),
  );
};

const imports = (size) => {
  const count = Math.min(100_000, Math.floor(size / 84));
  const each = join([name("wasi_snapshot_preview1"), name(`path_${"x".repeat(50)}`), [0, 0]]);
  return module(
    section(1, list(1, EMPTY)),
    section(2, list(count, repeat(each, count))),
    section(3, [1, 0]),
    section(7, list(1, name("_start"), [0], leb(count))),
    section(10, list(1, body([]))),
  );
};

const exports = (size) => {
  const count = Math.min(100_000, Math.floor(size / 84));
  const each = (at) => join([name(`e${String(at).padStart(70, "x")}`), [0, 0]]);
  return module(section(1, list(1, EMPTY)), section(3, [1, 0]), section(7, many(count, each)), section(10, list(1, body([]))));
};

const segments = (size) => {
  const count = Math.min(100_000, Math.floor(size / 84));
  return module(
    section(1, list(1, EMPTY)),
    section(3, [1, 0]),
    section(5, [1, 0, 1]),
    RUN,
    section(10, list(1, body([]))),
    section(11, list(count, repeat(join([[0, 0x41, 0, 0x0b, 78], random(78)]), count))),
  );
};

const types = (size) =>
  module(
    section(
      1,
      list(
        Math.min(1_000_000, Math.floor(size / 8)),
        repeat([0x60, 5, 0x7f, 0x7e, 0x7d, 0x7c, 0x7f, 0], Math.min(1_000_000, Math.floor(size / 8))),
      ),
    ),
  );

const straight = (size) => {
  const count = Math.floor(size / 8_000);
  const code = body(repeat([0x41, 1, 0x41, 2, 0x6a, 0x1a, 0x01, 0x01], 990));
  return module(
    section(1, list(1, EMPTY)),
    section(3, list(count, repeat([0], count))),
    RUN,
    section(10, list(count, repeat(code, count))),
  );
};

/** `{ name: bytes of about that size }` */
export const SHAPES = {
  "straight code": straight,
  calls: calls,
  "calls through tables": tables,
  functions: functions,
  types: types,
  "imports that are refused": imports,
  exports: exports,
  elements: (size) =>
    module(
      section(1, list(1, EMPTY)),
      section(3, [1, 0]),
      section(4, [1, 0x70, 0, 1]),
      RUN,
      section(9, list(1, [1, 0], leb(size), repeat([0], size))),
      section(10, list(1, body([]))),
    ),
  globals: (size) => {
    const count = Math.min(1_000_000, Math.floor(size / 8));
    return module(
      section(1, list(1, EMPTY)),
      section(3, [1, 0]),
      section(6, list(count, repeat([0x7f, 0, 0x41, 0x81, 0x80, 0x80, 0, 0x0b], count))),
      RUN,
      section(10, list(1, body([]))),
    );
  },
  "custom sections": (size) => module(repeat([0, 1, 0], Math.floor(size / 3))),
  "data segments": segments,
  "data by chance": (size) => dataOf(random(size)),
  "data: two bytes a character": (size) => dataOf(repeat([0x61, 0, 0x62, 0], Math.floor(size / 4))),
  "data: first lines of keys": textData("-----BEGIN PRIVATE KEY-----\n"),
  "data: first lines of keys, with something behind": textData("-----BEGIN PRIVATE KEY-----\nabc\nDEF: x\n"),
  "data: beginnings of tokens": textData("ghp_xoxb-1-sk-ant-api03-AIzaT3BlbkFJSG.:AAMTeyJ"),
  "data: telling names": textData("token=secret:"),
  "data: telling names, one run": textData("password"),
  "data: parts of a signed token": textData(".eyJ"),
  "data: members of a key": textData(`"d":"${"aB3".repeat(14)}",`),
  "data: addresses of servers": textData("redis://a:b"),
  "data: homes": textData("/home/a/b"),
  "data: beginnings of files": textData("MZPK\x03\x04\x1bLua\x7fELF\r\r\n"),
};
