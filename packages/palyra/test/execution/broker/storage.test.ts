import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERRNO, type HostReply } from "palyra-sandbox/host-messages";
import { describe, expect, it } from "vitest";
import { BROKER_LIMITS, type BrokerLimits, openBroker } from "../../../src/execution/broker/index.ts";
import { broker, CODE } from "./calls.ts";
import { stateRoot } from "./roots.ts";

const brokerOf = (state: string, limits: Partial<BrokerLimits>) =>
  openBroker({
    stateRoot: state,
    guarded: [],
    skillId: "acme.web",
    principal: "user:ann",
    channel: null,
    roots: [{ name: "data", write: true }],
    http: { hosts: [], grants: [] },
    secrets: { granted: [], global: [], insertions: [], read: async () => undefined },
    now: Date.now,
    randomBytes: (count) => new Uint8Array(count),
    signal: new AbortController().signal,
    limits: { ...BROKER_LIMITS, ...limits },
  });

async function storage() {
  const state = stateRoot();
  const roots = [
    { name: "data", write: true },
    { name: "data/read", write: false },
    { name: "in", write: false },
  ];
  const of = await broker({ stateRoot: state, roots });
  const at = (...names: string[]): string => join(state, "skill-data", "acme.web", ...names);
  const text = ({ bytes }: HostReply): string => new TextDecoder().decode(bytes);
  return {
    of,
    at,
    read: async (path: string, offset = 0n, length = 99) => {
      const found = await of.handle({ op: "storage_read", path, offset, length });
      return found.code === 0 ? text(found) : found.code;
    },
    list: async (path: string) => {
      const found = await of.handle({ op: "storage_list", path });
      return found.code === 0 ? JSON.parse(text(found)) : found.code;
    },
    write: async (path: string, content: string) =>
      (await of.handle({ op: "storage_write", path, bytes: new TextEncoder().encode(content) })).code,
    remove: async (path: string) => (await of.handle({ op: "storage_remove", path })).code,
  };
}

describe("storage of palyra:skills/host@1", () => {
  it("writes, reads, lists and removes below a root", async () => {
    const { of, at, read, list, write, remove } = await storage();
    expect(await write("data/notes.txt", "first")).toBe(0);
    expect(await write("data/notes.txt", "second, longer")).toBe(0);
    expect(await read("data/notes.txt")).toBe("second, longer");
    expect([await read("data/notes.txt", 8n, 3), await read("data/notes.txt", 99n)]).toEqual(["lon", ""]);
    mkdirSync(at("data", "sub"));
    expect(await write("data/sub/b", "x")).toBe(0);
    symlinkSync("/etc", at("data", "etc"));
    expect(await list("data")).toEqual(
      expect.arrayContaining([
        { name: "notes.txt", kind: "file", size: 14 },
        { name: "sub", kind: "directory", size: expect.any(Number) },
        { name: "read", kind: "directory", size: expect.any(Number) },
      ]),
    );
    expect(await list("data")).toHaveLength(3);
    expect([await remove("data/sub"), await remove("data/sub/b"), await remove("data/sub")]).toEqual([CODE.invalid, 0, 0]);
    expect(readdirSync(at("data")).sort()).toEqual(["etc", "notes.txt", "read"]);
    expect(of.uses).toContainEqual(
      expect.objectContaining({ capability: "filesystem", resource: "data", action: "write", allowed: true }),
    );
  });

  it("is for granted names alone, and for reading where only that is granted", async () => {
    const { at, read, list, write, remove } = await storage();
    writeFileSync(at("in", "a"), "given");
    writeFileSync(at("data", "read", "b"), "inner");
    expect([await read("in/a"), await read("data/read/b")]).toEqual(["given", "inner"]);
    for (const path of ["other/x", "inside", "/in/a", "", "../in/a", "in/../../x", "data/../in/a"])
      expect(await read(path), path).toBe(CODE.denied);
    for (const path of ["in/a", "in/new", "data/read/b"])
      expect([await write(path, "x"), await remove(path)], path).toEqual([CODE.denied, CODE.denied]);
    expect([await read("in/none"), await read("in/a/b"), await read("in"), await list("in/a"), await list("none")]).toEqual([
      CODE.notFound,
      CODE.invalid,
      CODE.invalid,
      CODE.invalid,
      CODE.denied,
    ]);
    expect(readFileSync(at("in", "a"), "utf8")).toBe("given");
  });

  it("follows no link, and leaves nothing of a write that failed", async () => {
    const { at, read, write, remove } = await storage();
    symlinkSync("/etc/passwd", at("data", "leak"));
    symlinkSync("/etc", at("data", "etc"));
    expect([
      await read("data/leak"),
      await read("data/etc/passwd"),
      await write("data/leak", "x"),
      await remove("data/leak"),
    ]).toEqual(Array(4).fill(CODE.denied));
    mkdirSync(at("data", "dir"));
    for (const path of ["data/dir", "data/dir/", "data/"]) expect(await write(path, "x"), path).toBe(CODE.invalid);
    expect(await write("data/none/x", "x")).toBe(CODE.notFound);
    expect(readdirSync(at("data")).sort()).toEqual(["dir", "etc", "leak", "read"]);
  });

  it("is bounded as every other way to files", async () => {
    const state = stateRoot();
    const of = await brokerOf(state, { writtenBytes: 10 });
    const write = (name: string, size: number) =>
      of.handle({ op: "storage_write", path: `data/${name}`, bytes: new Uint8Array(size) });
    expect([(await write("a", 10)).code, (await write("a", 1)).code]).toEqual([0, CODE.tooLarge]);
    expect(readdirSync(join(state, "skill-data", "acme.web", "data"))).toEqual(["a"]);
    await of.close();
    expect((await write("b", 0)).code).toBe(CODE.failed);
  });
});

describe("T40: a listing costs the host what a directory has, not what is given back", () => {
  const HUNDREDS = 1500;
  async function crowded(limits: Partial<BrokerLimits> = {}) {
    const state = stateRoot();
    const of = await brokerOf(state, limits);
    const at = join(state, "skill-data", "acme.web", "data");
    for (let file = 0; file < HUNDREDS; file += 1) writeFileSync(join(at, `${file}`), "");
    return of;
  }
  /** How often something else had its turn until it was answered. */
  async function turnsOf<Result>(work: Promise<Result>): Promise<{ readonly turns: number; readonly result: Result }> {
    let turns = 0;
    let timer = setImmediate(function turn() {
      turns += 1;
      timer = setImmediate(turn);
    });
    const result = await work;
    clearImmediate(timer);
    return { turns, result };
  }

  it("others have their turn while it goes on, and all of it is answered", async () => {
    const of = await crowded();
    const stored = await turnsOf(of.handle({ op: "storage_list", path: "data" }));
    expect(JSON.parse(new TextDecoder().decode(stored.result.bytes))).toHaveLength(HUNDREDS);
    const listed = await turnsOf(of.handle({ op: "list", directory: 0, cookie: 0n, length: 1 << 20 }));
    expect(listed.result.bytes.length).toBeGreaterThan(HUNDREDS * 24);
    expect(stored.turns).toBeGreaterThan(10);
    expect(listed.turns).toBeGreaterThan(5);
  });

  it("entries are counted, however few bytes are asked for", async () => {
    const of = await crowded({ looked: 4 * HUNDREDS });
    const codes: number[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      codes.push((await of.handle({ op: "list", directory: 0, cookie: 0n, length: 1 })).code);
    expect(codes).toEqual([0, 0, 0, ERRNO.dquot, ERRNO.dquot]);
    expect((await of.handle({ op: "storage_list", path: "data" })).code).toBe(CODE.tooLarge);
  });

  it("the end of the call ends it", async () => {
    const of = await crowded();
    const stored = of.handle({ op: "storage_list", path: "data" });
    const listed = of.handle({ op: "list", directory: 0, cookie: 0n, length: 1 << 20 });
    await of.close();
    expect([(await listed).code, (await stored).code]).toEqual([ERRNO.badf, CODE.failed]);
  });
});
