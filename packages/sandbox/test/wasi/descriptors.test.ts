/** What a run has open, and what its rights are good for before the host is asked at all (spec 10.4). */
import { describe, expect, it } from "vitest";
import { ERRNO, type HostRequest, reply } from "../../src/host-messages.ts";
import { type WasiContext, wasiImports } from "../../src/wasi/index.ts";
import { RIGHT } from "../../src/wasi/rights.ts";

/** A guest with one writable root, before a host that grants everything and says which requests came. */
function guest() {
  const memory = new Uint8Array(4096);
  const asked: HostRequest[] = [];
  const nowhere = { write: () => {} };
  const context: WasiContext = {
    memory: () => memory,
    charge: () => {},
    ask: (request) => {
      asked.push(request);
      // A regular file, and a handle of its own.
      return reply(ERRNO.success, BigInt(1000 + asked.length), new Uint8Array(64).fill(4, 16, 17));
    },
    stdin: new Uint8Array(),
    stdout: nowhere,
    stderr: nowhere,
    args: [],
    env: [],
    clockMs: () => 0,
    random: () => {},
    roots: [{ name: "data", write: true }],
    exit: () => {
      throw new Error("exit");
    },
  };
  const imports = wasiImports(context);
  const call = (name: string, ...values: (number | bigint)[]): unknown => {
    const found: unknown = imports(name);
    if (typeof found !== "function") throw new Error(`no ${name}`);
    return found(...values);
  };
  const path = new TextEncoder().encode("file");
  memory.set(path, 16);
  const open = (base: bigint, oflags = 0): { readonly errno: unknown; readonly fd: number } => {
    const errno = call("path_open", ROOT, 0, 16, path.length, oflags, base, 0n, 0, 64);
    return { errno, fd: new DataView(memory.buffer).getUint32(64, true) };
  };
  return { asked, call, open };
}
const ROOT = 3;

describe("descriptors", () => {
  it("are 256 at once, and the host is asked for no more; one that is closed makes room", () => {
    const { asked, call, open } = guest();
    for (let fd = ROOT + 1; fd < 256; fd += 1) expect(open(RIGHT.fdRead)).toEqual({ errno: ERRNO.success, fd });
    const before = asked.length;
    expect(open(RIGHT.fdRead).errno).toBe(ERRNO.mfile);
    expect(asked).toHaveLength(before);
    expect(call("fd_close", 100)).toBe(ERRNO.success);
    expect(open(RIGHT.fdRead)).toEqual({ errno: ERRNO.success, fd: 100 });
  });

  it("lose what they give up: below a folder without the right nothing is opened for writing, and the host is not asked", () => {
    const { asked, call, open } = guest();
    expect(open(RIGHT.fdWrite).errno).toBe(ERRNO.success);
    const reads = RIGHT.pathOpen | RIGHT.fdRead;
    expect(call("fd_fdstat_set_rights", ROOT, RIGHT.pathOpen, reads)).toBe(ERRNO.success);
    const before = asked.length;
    expect(open(RIGHT.fdWrite).errno).toBe(ERRNO.notcapable);
    expect(open(RIGHT.fdRead, 1).errno).toBe(ERRNO.notcapable);
    expect(asked).toHaveLength(before);
    expect(open(RIGHT.fdRead).errno).toBe(ERRNO.success);
    expect(call("fd_fdstat_set_rights", ROOT, RIGHT.pathOpen, reads | RIGHT.fdWrite)).toBe(ERRNO.notcapable);
    expect(call("fd_fdstat_set_rights", ROOT, RIGHT.pathOpen | RIGHT.pathCreateFile, reads)).toBe(ERRNO.notcapable);
  });
});
