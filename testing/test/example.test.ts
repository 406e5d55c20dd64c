import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

/**
 * Runs the example's module as the host of spec 10.4 would: stdin, stdout, stderr and one argument; with `notes`, one root
 * that is kept in memory. In a process of its own, with the least of WASI that shows what the module does.
 */
const HOST = `
const { readFileSync } = require("node:fs");
const [file, tool, input, root] = process.argv.slice(1);
const out = { 1: [], 2: [] };
const stdin = Buffer.from(input);
let at = 0, memory;
const notes = [];
let read = 0;
const view = () => new DataView(memory.buffer);
const bytes = (p, n) => new Uint8Array(memory.buffer, p, n);
const vectors = (p, n) => Array.from({ length: n }, (_, i) => [view().getUint32(p + 8 * i, true), view().getUint32(p + 8 * i + 4, true)]);
class Exit extends Error { constructor(code) { super(); this.code = code; } }
const args = ["skill", tool].map((text) => Buffer.from(text + "\\0"));
const wasi = {
  args_sizes_get: (c, s) => (view().setUint32(c, args.length, true), view().setUint32(s, args[0].length + args[1].length, true), 0),
  args_get: (p, b) => { args.forEach((text, i) => { view().setUint32(p + 4 * i, b, true); bytes(b, text.length).set(text); b += text.length; }); return 0; },
  fd_read: (fd, p, n, r) => {
    const [[to, size]] = vectors(p, n);
    const from = fd === 0 ? stdin.subarray(at, at + size) : Buffer.concat(notes).subarray(read, read + size);
    if (fd === 0) at += from.length; else read += from.length;
    bytes(to, from.length).set(from);
    view().setUint32(r, from.length, true);
    return 0;
  },
  fd_write: (fd, p, n, w) => {
    let total = 0;
    for (const [from, size] of vectors(p, n)) { (out[fd] ?? notes).push(Buffer.from(bytes(from, size))); total += size; }
    view().setUint32(w, total, true);
    return 0;
  },
  fd_close: () => 0,
  fd_prestat_get: (fd, p) => { if (fd !== 3 || root !== "notes") return 8; view().setUint32(p, 0, true); view().setUint32(p + 4, 5, true); return 0; },
  fd_prestat_dir_name: (fd, p, n) => (bytes(p, n).set(Buffer.from("notes")), 0),
  path_open: (dir, flags, p, n, open, rights, inherited, status, opened) => (view().setUint32(opened, 4, true), 0),
  proc_exit: (code) => { throw new Exit(code); },
};
const module = new WebAssembly.Module(readFileSync(file));
const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi });
memory = instance.exports.memory;
let exit = 0;
try { instance.exports._start(); } catch (error) { if (!(error instanceof Exit)) throw error; exit = error.code; }
const text = (parts) => Buffer.concat(parts).toString("utf8");
process.stdout.write(JSON.stringify({ exit, stdout: text(out[1]), stderr: text(out[2]) }));
`;

function call(tool: string, input: string, root = ""): { exit: number; stdout: string; stderr: string } {
  const file = join(repositoryRoot, "examples/echo-http/echo.wasm");
  const run = spawnSync(process.execPath, ["-e", HOST, file, tool, input, root], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

describe("the example skill: JSON in, JSON out", () => {
  it("echoes a text, in capitals where asked", () => {
    expect(JSON.parse(call("acme.echo", '{"text":"hi \\u00e9 \\"x\\""}').stdout)).toEqual({ text: 'hi é "x"', characters: 8 });
    expect(JSON.parse(call("acme.echo", '{ "text": "hi", "upper": true }').stdout)).toEqual({ text: "HI", characters: 2 });
  });
  it("keeps a note below its root, and says so where it is not granted", () => {
    expect(JSON.parse(call("acme.note", '{"text":"buy milk"}', "notes").stdout)).toEqual({ saved: true, notes: 1 });
    expect(JSON.parse(call("acme.note", '{"text":"buy milk"}').stdout)).toEqual({ saved: false, notes: 0 });
  });
  it("prepares a request to the declared host alone", () => {
    const { url } = JSON.parse(call("acme.request", '{"text":"a b&c"}').stdout);
    expect(url).toBe("https://api.example.com/v1/echo?text=a%20b%26c");
  });
  it.each([
    ["", "expected {"],
    ['{"text":"a","text":"b"}', "repeated key"],
    ['{"text":1}', "expected a string"],
    ['{"text":"a"} x', "text after the object"],
    ['{"upper":true}', 'no "text"'],
  ])("refuses %s with a reason and exit code 1", (input, reason) => {
    const { exit, stdout, stderr } = call("acme.echo", input);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain(reason);
  });
  it("refuses a tool that it does not have", () => {
    expect(call("acme.other", '{"text":"a"}').exit).toBe(1);
  });
});
