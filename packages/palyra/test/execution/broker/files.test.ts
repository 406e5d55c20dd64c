import { spawn } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { scratchFolder } from "../../../../../testing/scratch.ts";
import { O, R } from "../../../../../testing/wasi-guest.ts";
import { Room } from "../../../src/execution/broker/room.ts";
import { openRoots } from "../../../src/execution/broker/roots.ts";
import { rooted, stateRoot } from "./roots.ts";

const E = {
  acces: 2,
  badf: 8,
  dquot: 19,
  exist: 20,
  fbig: 22,
  inval: 28,
  isdir: 31,
  loop: 32,
  noent: 44,
  nospc: 51,
  notdir: 54,
  notempty: 55,
  perm: 63,
  notcapable: 76,
};
const ROOT = 3;
const RW = R.read | R.write;

function outside(): string {
  const folder = scratchFolder("outside");
  writeFileSync(join(folder, "secret"), "outside");
  return folder;
}

describe("T23: roots lie below the skill's own folder", () => {
  it("which is made with each folder above it, for its owner alone", () => {
    const { at, state } = rooted([{ name: "notes/daily", write: true }]);
    for (const folder of [join(state, "skill-data"), at(), at("notes"), at("notes", "daily")])
      expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("and `skills` is the skill's, not the state root's", () => {
    const state = stateRoot();
    mkdirSync(join(state, "skills"));
    writeFileSync(join(state, "skills", "trust-store.json"), "{}");
    const { guest, at } = rooted([{ name: "skills", write: true }], {}, state);
    expect(guest.open(ROOT, "trust-store.json", { rights: R.read }).errno).toBe(E.noent);
    expect(guest.open(ROOT, "../../skills/trust-store.json", { rights: R.read }).errno).toBe(E.notcapable);
    expect(guest.open(ROOT, "mine", { oflags: O.create, rights: RW }).errno).toBe(0);
    expect(readdirSync(at("skills"))).toEqual(["mine"]);
  });

  it("is put elsewhere by an operator, never into or above what the host keeps", () => {
    const state = stateRoot();
    const elsewhere = outside();
    const vault = join(outside(), "vault");
    mkdirSync(vault);
    for (const folder of ["skills", "vault", "skill-data/acme.other", "skill-data/acme.files/own"])
      mkdirSync(join(state, folder), { recursive: true });
    symlinkSync(join(state, "vault"), join(elsewhere, "way"));
    const open = (mappedTo: string): unknown => {
      try {
        const fds = openRoots([{ name: "r", write: true, mappedTo }], {
          stateRoot: state,
          skillId: "acme.files",
          guarded: [vault],
        });
        return fds.length;
      } catch (error) {
        return error;
      }
    };
    expect(open(elsewhere)).toBe(1);
    expect(open(join(state, "skill-data/acme.files/own"))).toBe(1);
    for (const bad of [
      state,
      "/",
      join(state, ".."),
      join(state, "skills"),
      join(state, "vault"),
      join(state, "skill-data"),
      join(state, "skill-data/acme.other"),
      join(elsewhere, "way"),
      vault,
      join(vault, ".."),
      "relative",
      // Not there yet, and in a place of ours once it is.
      join(state, "later"),
      join(state, "skill-data/acme.other/later"),
      join(elsewhere, "way/later"),
      join(vault, "later/still"),
    ])
      expect(open(bad), bad).toHaveProperty("code", "UnsafeStateRoot");
    const whose = { root: "r", skill_id: "acme.files" };
    expect(open(join(state, "skill-data/acme.files/later"))).toMatchObject({ code: "Io", details: { code: "ENOENT" } });
    const gone = join(elsewhere, "gone");
    expect(open(gone)).toMatchObject({ code: "Io", details: { action: "open", file: gone, code: "ENOENT", ...whose } });
  });

  it("is no link, and no wildcard", () => {
    const state = stateRoot();
    mkdirSync(join(state, "skill-data", "acme.files"), { recursive: true });
    symlinkSync(outside(), join(state, "skill-data", "acme.files", "work"));
    expect(() => rooted([{ name: "work", write: true }], {}, state)).toThrow(
      expect.objectContaining({
        code: "UnsafeStateRoot",
        details: {
          folder: join(state, "skill-data", "acme.files", "work"),
          problem: expect.any(String),
          root: "work",
          skill_id: "acme.files",
        },
      }),
    );
    for (const name of ["*", "a/../b", "a//b"])
      expect(() => rooted([{ name, write: true }], {}, state), name).toThrow(
        expect.objectContaining({ code: "UnsafeStateRoot" }),
      );
  });
});

describe("a root that was granted for reading", () => {
  it("is read and never changed, whatever the child asks", () => {
    const state = stateRoot();
    const first = rooted([{ name: "in", write: true }], {}, state);
    writeFileSync(first.at("in", "file"), "text");
    mkdirSync(first.at("in", "dir"));
    const { guest, files, at, uses } = rooted([{ name: "in", write: false }], {}, state);
    const file = guest.open(ROOT, "file", { rights: R.read });
    expect(guest.read(file.fd, 9).text).toBe("text");
    expect(guest.open(ROOT, "file", { rights: RW }).errno).toBe(E.notcapable);
    expect(guest.open(ROOT, "new", { oflags: O.create }).errno).toBe(E.notcapable);
    expect(guest.open(ROOT, "file", { oflags: O.truncate }).errno).toBe(E.notcapable);
    for (const name of ["path_create_directory", "path_remove_directory", "path_unlink_file"])
      expect(guest.path(name, ROOT, "dir")).toBe(E.notcapable);
    expect(guest.rename(ROOT, "file", "other")).toBe(E.notcapable);
    expect([...new Set(guest.denied)]).toEqual(
      ["open", "create_directory", "remove_directory", "unlink_file", "rename"].map(
        (name) => `skill.capability.filesystem.write path_${name} in`,
      ),
    );
    // Tried is told, and kept.
    expect(uses.filter((use) => use === "in write refused")).toHaveLength(7);
    // The parent refuses by itself, too: a child may be anybody's.
    const ask = (request: Parameters<typeof files.handle>[0]): number => files.handle(request).code;
    for (const flags of [1, 8, 32]) expect(ask({ op: "open", directory: 0, path: "file", flags }), `${flags}`).toBe(E.notcapable);
    const handle = Number(files.handle({ op: "open", directory: 0, path: "file", flags: 16 }).value);
    expect(ask({ op: "write", handle, offset: 0n, append: 0, bytes: new Uint8Array(1) })).toBe(E.notcapable);
    expect(ask({ op: "set_size", handle, size: 0n })).toBe(E.notcapable);
    expect(ask({ op: "set_times", handle, accessed: 0n, modified: 0n, flags: 5 })).toBe(E.notcapable);
    expect(ask({ op: "path_set_times", directory: 0, path: "file", accessed: 0n, modified: 0n, flags: 5 })).toBe(E.notcapable);
    for (const op of ["make_directory", "remove_directory", "unlink"] as const)
      expect(ask({ op, directory: 0, path: "dir" })).toBe(E.notcapable);
    expect(ask({ op: "rename", directory: 0, path: "file", toDirectory: 0, toPath: "x" })).toBe(E.notcapable);
    expect(readFileSync(at("in", "file"), "utf8")).toBe("text");
    expect(new Set(uses)).toEqual(new Set(["in read", "in write refused"]));
  });
});

describe("what leads out of a root", () => {
  it("is refused, and kept as that", () => {
    const { guest, uses } = rooted();
    expect(guest.open(ROOT, "../x", { rights: R.read }).errno).toBe(E.notcapable);
    expect(guest.stat(ROOT, "/x").errno).toBe(E.notcapable);
    expect(uses).toEqual(["work read refused", "work read refused"]);
    expect(guest.open(ROOT, "a/../../x", { oflags: O.create }).errno).toBe(E.notcapable);
    expect(guest.path("path_create_directory", ROOT, "..")).toBe(E.notcapable);
    expect(guest.path("path_create_directory", ROOT, "a")).toBe(0);
    expect(guest.rename(ROOT, "a", "../a")).toBe(E.notcapable);
    expect(uses.filter((use) => use === "work write refused")).toHaveLength(3);
  });
});

describe("a root that is removed during a call", () => {
  it("is gone for what asks by name, and what is open goes on", () => {
    const { guest, at } = rooted();
    const { fd } = guest.open(ROOT, "file", { oflags: O.create, rights: RW });
    rmSync(at("work"), { recursive: true });
    expect(guest.write(fd, "kept by nobody").errno).toBe(0);
    expect(guest.path("path_create_directory", ROOT, "dir")).toBe(E.noent);
    expect(guest.open(ROOT, "file", { oflags: O.create }).errno).toBe(E.noent);
    expect(guest.open(ROOT, "file").errno).toBe(E.noent);
    expect(guest.list(ROOT, 0n).entries.map(({ name }) => name)).toEqual([".", ".."]);
    expect(existsSync(at("work"))).toBe(false);
  });
});

describe("T43: no link is made or followed", () => {
  it("whatever it leads to, in whatever place of a path", () => {
    const { guest, at } = rooted();
    const there = outside();
    mkdirSync(at("work", "dir"));
    writeFileSync(at("work", "dir", "file"), "inside");
    symlinkSync(there, at("work", "out"));
    symlinkSync(join(there, "secret"), at("work", "leak"));
    symlinkSync("dir", at("work", "in"));
    symlinkSync("nowhere", at("work", "dangling"));
    linkSync(join(there, "secret"), at("work", "hard"));
    for (const path of ["out/secret", "leak", "in/file", "in", "in/", "dangling", "out/../dir/file"])
      for (const lookup of [0, 1]) expect(guest.open(ROOT, path, { rights: R.read, lookup }).errno, path).toBe(E.loop);
    for (const oflags of [O.create, O.truncate, O.directory]) expect(guest.open(ROOT, "dangling", { oflags }).errno).toBe(E.loop);
    expect(guest.open(ROOT, "dangling", { oflags: O.create | O.exclusive }).errno).toBe(E.exist);
    expect(guest.stat(ROOT, "leak").errno).toBe(E.loop);
    expect(guest.path("path_unlink_file", ROOT, "leak")).toBe(E.loop);
    expect(guest.path("path_remove_directory", ROOT, "out")).toBe(E.notdir);
    expect(guest.path("path_create_directory", ROOT, "out/new")).toBe(E.loop);
    expect(guest.path("path_create_directory", ROOT, "dangling")).toBe(E.exist);
    expect([
      guest.rename(ROOT, "leak", "x"),
      guest.rename(ROOT, "dir/file", "leak"),
      guest.rename(ROOT, "dir/file", "out/x"),
    ]).toEqual([E.loop, E.loop, E.loop]);
    expect(guest.call("path_readlink", ROOT, ...guest.text("leak"), 2000, 99, 16)).toBe(E.loop);
    // A second name of a file that lies elsewhere is read, and not written.
    expect(guest.open(ROOT, "hard", { rights: RW }).errno).toBe(E.perm);
    expect(guest.open(ROOT, "hard", { oflags: O.truncate }).errno).toBe(E.perm);
    const { mtimeMs } = statSync(join(there, "secret"));
    expect(guest.call("path_filestat_set_times", ROOT, 0, ...guest.text("hard"), 0n, 5n, 4)).toBe(E.perm);
    const { fd } = guest.open(ROOT, "hard", { rights: R.read | R.fdFilestatSetTimes });
    expect(guest.call("fd_filestat_set_times", fd, 0n, 5n, 4)).toBe(E.perm);
    // Its name in the root was the other one: what is left is outside.
    expect(guest.path("path_unlink_file", ROOT, "hard")).toBe(0);
    expect(guest.call("fd_filestat_set_times", fd, 0n, 5n, 4)).toBe(E.perm);
    expect(statSync(join(there, "secret")).mtimeMs).toBe(mtimeMs);
    expect(readFileSync(join(there, "secret"), "utf8")).toBe("outside");
    expect(readdirSync(there)).toEqual(["secret"]);
  });

  it("pipes, sockets and devices are not opened, nor waited for", async () => {
    const { guest, at } = rooted();
    const made = spawn("mkfifo", [at("work", "pipe")]);
    await new Promise((resolve) => made.once("close", resolve));
    for (const rights of [R.read, R.write, RW]) expect(guest.open(ROOT, "pipe", { rights }).errno).toBe(E.acces);
    expect(guest.stat(ROOT, "pipe").errno).toBe(E.acces);
  });

  it("and what is swapped for a link meanwhile leads nowhere", async () => {
    const { guest, at } = rooted();
    const there = outside();
    mkdirSync(at("work", "a", "b"), { recursive: true });
    writeFileSync(at("work", "a", "b", "secret"), "inside");
    symlinkSync(there, at("work", "link"));
    const swap = `const { renameSync: mv } = require("node:fs"); const [a, b, keep] = process.argv.slice(1);
      process.stdout.write("on"); for (const end = Date.now() + 60000; Date.now() < end; ) { mv(a, keep); mv(b, a); mv(a, b); mv(keep, a); }`;
    const paths = [at("work", "a", "b"), at("work", "link"), at("work", "keep")];
    const swapper = spawn(process.execPath, ["-e", swap, ...paths], { stdio: ["ignore", "pipe", "ignore"] });
    const ended = new Promise((resolve) => swapper.once("exit", resolve));
    onTestFinished(async () => {
      swapper.kill("SIGKILL");
      await ended;
    });
    await new Promise((resolve) => swapper.stdout.once("data", resolve));
    const seen = { inside: 0, refused: 0 };
    const until = performance.now() + 10_000;
    while (performance.now() < until && (seen.inside < 300 || seen.refused < 300)) {
      const found = guest.open(ROOT, "a/b/secret", { rights: R.read });
      if (found.errno === 0) {
        expect(guest.read(found.fd, 99).text).toBe("inside");
        guest.call("fd_close", found.fd);
        seen.inside += 1;
      } else {
        expect([E.loop, E.noent, E.notdir]).toContain(found.errno);
        seen.refused += 1;
      }
      const made = guest.open(ROOT, "a/b/planted", { oflags: O.create, rights: R.write });
      if (made.errno === 0) {
        guest.write(made.fd, "x");
        guest.call("fd_close", made.fd);
      }
      guest.path("path_create_directory", ROOT, "a/b/folder");
      guest.rename(ROOT, "a/b/planted", "a/b/moved");
      guest.path("path_unlink_file", ROOT, "a/b/moved");
      guest.list(ROOT, 0n);
    }
    swapper.kill("SIGKILL");
    await ended;
    expect(readdirSync(there)).toEqual(["secret"]);
    expect(readFileSync(join(there, "secret"), "utf8")).toBe("outside");
    expect(seen.inside + seen.refused).toBeGreaterThan(0);
  });
});

describe("T33: on a disk that is full no quarantine can be journaled, so no tool fills one that the host writes", () => {
  const MIB = 1024 * 1024;
  const disk = { bavail: 100_000, blocks: 1_000_000, bsize: 4096, ffree: 50_000, files: 100_000 };
  /** On which the places are, and how it is by and by. */
  const onDisk = (places: (state: string) => readonly string[]) => {
    const state = stateRoot();
    const now = { ...disk };
    return { ...rooted(undefined, {}, state, {}, new Room(places(state), () => now)), now };
  };

  it("some of it is kept free of bytes, however they are added", () => {
    const { guest, now, at } = onDisk((state) => [join(state, "not there"), state]);
    const { fd } = guest.open(ROOT, "file", { oflags: O.create, rights: RW | R.fdFilestatSetSize });
    expect(guest.write(fd, "x").errno).toBe(0);
    now.bavail = (64 * MIB) / now.bsize + 1;
    expect(guest.write(fd, "x".repeat(now.bsize)).errno).toBe(0);
    expect(guest.write(fd, "x".repeat(now.bsize + 1)).errno).toBe(E.nospc);
    expect(guest.call("fd_filestat_set_size", fd, BigInt(3 * now.bsize))).toBe(E.nospc);
    expect(guest.call("fd_allocate", fd, 0n, BigInt(3 * now.bsize))).toBe(E.nospc);
    now.bavail -= 2;
    expect(guest.open(ROOT, "other", { oflags: O.create }).errno).toBe(E.nospc);
    expect(guest.path("path_create_directory", ROOT, "dir")).toBe(E.nospc);
    // What makes room is not kept from it, nor what reads.
    expect(guest.call("fd_filestat_set_size", fd, 0n)).toBe(0);
    expect(guest.open(ROOT, "file", { rights: R.read }).errno).toBe(0);
    expect(guest.path("path_unlink_file", ROOT, "file")).toBe(0);
    expect(readdirSync(at("work"))).toEqual([]);
  });

  it("of a small one a part, and of files where it counts them", () => {
    const { guest, now } = onDisk((state) => [state]);
    Object.assign(now, { blocks: 16_000, bavail: 1001 });
    expect(guest.open(ROOT, "one", { oflags: O.create }).errno).toBe(0);
    now.bavail = 999;
    expect(guest.open(ROOT, "two", { oflags: O.create }).errno).toBe(E.nospc);
    Object.assign(now, disk, { ffree: 1023 });
    expect(guest.open(ROOT, "two", { oflags: O.create }).errno).toBe(E.nospc);
    Object.assign(now, { ffree: 0, files: 0 });
    expect(guest.open(ROOT, "two", { oflags: O.create }).errno).toBe(0);
  });

  it("and another disk is the operator's, who laid a root there", () => {
    const { guest, now } = onDisk(() => ["/proc"]);
    now.bavail = 0;
    expect(guest.open(ROOT, "one", { oflags: O.create }).errno).toBe(0);
  });
});

describe("quotas of a call", () => {
  it("count what is written, and what grows without being written", () => {
    const { guest, at } = rooted(undefined, { writtenBytes: 1000, fileBytes: 700, created: 3 });
    const one = guest.open(ROOT, "one", { oflags: O.create, rights: RW });
    expect(guest.write(one.fd, "x".repeat(600)).errno).toBe(0);
    expect(guest.write(one.fd, "x".repeat(101)).errno).toBe(E.fbig);
    expect(guest.write(one.fd, "x", 700n).errno).toBe(E.fbig);
    expect(guest.call("fd_filestat_set_size", one.fd, 2n ** 40n)).toBe(E.fbig);
    const two = guest.open(ROOT, "two", { oflags: O.create, rights: RW });
    expect(guest.call("fd_filestat_set_size", two.fd, 401n)).toBe(E.dquot);
    expect(guest.call("fd_allocate", two.fd, 0n, 300n)).toBe(0);
    expect(guest.write(two.fd, "x", 400n).errno).toBe(E.dquot);
    expect(guest.write(two.fd, "x".repeat(100), 0n).errno).toBe(0);
    expect(guest.write(two.fd, "x", 0n).errno).toBe(E.dquot);
    expect(guest.path("path_create_directory", ROOT, "dir")).toBe(0);
    expect(guest.path("path_create_directory", ROOT, "more")).toBe(E.dquot);
    expect(guest.open(ROOT, "three", { oflags: O.create }).errno).toBe(E.dquot);
    expect(readdirSync(at("work")).sort()).toEqual(["dir", "one", "two"]);
  });

  it("are not spent by writing nothing, wherever that is", () => {
    const { guest, at } = rooted(undefined, { writtenBytes: 1000, fileBytes: 700 });
    const { fd } = guest.open(ROOT, "file", { oflags: O.create, rights: RW });
    for (const place of [600n, 700n, 2n ** 62n]) expect(guest.write(fd, "", place)).toEqual({ errno: 0, written: 0 });
    expect(guest.write(fd, "x".repeat(700), 0n).errno).toBe(0);
    expect(guest.write(fd, "x".repeat(300), 400n).errno).toBe(0);
    expect(statSync(at("work", "file")).size).toBe(700);
  });

  it("bound what is open, and what is listed", () => {
    const { guest, files } = rooted(undefined, { handles: 5, entries: 4 });
    const handles = [0, 1, 2, 3].map(() => files.handle({ op: "open", directory: 0, path: ".", flags: 0 }));
    expect(handles.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(files.handle({ op: "open", directory: 0, path: ".", flags: 0 }).code).toBe(33);
    expect(files.handle({ op: "close", handle: Number(handles[0]?.value) }).code).toBe(0);
    expect(files.handle({ op: "close", handle: Number(handles[0]?.value) }).code).toBe(E.badf);
    for (const name of ["a", "b", "c"]) expect(guest.path("path_create_directory", ROOT, name)).toBe(0);
    expect(guest.list(ROOT, 0n).errno).toBe(61);
  });

  it("leave no descriptor behind", () => {
    const open = (): number => readdirSync("/proc/self/fd").length;
    const { guest, files } = rooted();
    expect(guest.path("path_create_directory", ROOT, "a")).toBe(0);
    const before = open();
    for (const path of ["a", "a/../a/.", "a/b/c", "missing", "a/../../x", "a/x"]) {
      const { errno, fd } = guest.open(ROOT, path, { rights: R.read });
      if (errno === 0) guest.call("fd_close", fd);
      guest.stat(ROOT, path);
      guest.rename(ROOT, path, "a/z/y");
    }
    expect(open()).toBe(before);
    files.close();
    expect(open()).toBe(before - 1);
  });

  it("appending is at the end, also where another call appends", () => {
    const state = stateRoot();
    const [one, two] = [rooted(undefined, {}, state), rooted(undefined, {}, state)];
    const logs = [one, two].map(({ guest }) => ({
      guest,
      fd: guest.open(ROOT, "log", { oflags: O.create, rights: RW, fdflags: 1 }).fd,
    }));
    for (let turn = 0; turn < 5; turn += 1) for (const { guest, fd } of logs) expect(guest.write(fd, `${turn};`).errno).toBe(0);
    expect(readFileSync(one.at("work", "log"), "utf8")).toBe("0;0;1;1;2;2;3;3;4;4;");
  });
});

/** How it must be, without a disk: what is there by its place. */
class Model {
  readonly there = new Map<string, "file" | "directory">([["", "directory"]]);

  /** Where a path ends, or an error number. */
  find(path: string): { place: string; directory: boolean; itself: boolean } | number {
    if (path === "") return E.noent;
    if (path.startsWith("/")) return E.notcapable;
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    let level = 0;
    for (const part of parts) {
      level += part === ".." ? -1 : 1;
      if (level < 0) return E.notcapable;
    }
    const at: string[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1 && part !== "..") break;
      if (part === "..") at.pop();
      else {
        const kind = this.there.get([...at, part].join("/"));
        if (kind !== "directory") return kind === undefined ? E.noent : E.notdir;
        at.push(part);
      }
    }
    const last = parts.at(-1);
    const itself = last === undefined || last === "..";
    return { place: (itself ? at : [...at, last]).join("/"), directory: /(^|\/)\.{0,2}$/.test(path), itself };
  }

  isEmpty(place: string): boolean {
    return ![...this.there.keys()].some((key) => key.startsWith(`${place}/`));
  }

  run(op: string, path: string): number {
    const found = this.find(path);
    if (typeof found === "number") return found;
    const { place, directory, itself } = found;
    const kind = this.there.get(place);
    if (op === "stat") return kind === undefined ? E.noent : directory && kind === "file" ? E.notdir : 0;
    if (op === "mkdir") {
      if (kind !== undefined) return E.exist;
      this.there.set(place, "directory");
    } else if (op === "create") {
      if (itself || directory || kind === "directory") return E.isdir;
      this.there.set(place, "file");
    } else if (op === "rmdir") {
      if (itself) return E.inval;
      if (kind !== "directory") return kind === undefined ? E.noent : E.notdir;
      if (!this.isEmpty(place)) return E.notempty;
      this.there.delete(place);
    } else {
      if (kind === "directory") return E.isdir;
      // A file's name with a slash behind it names nothing that could be unlinked.
      if (directory) return E.notdir;
      if (kind === undefined) return E.noent;
      this.there.delete(place);
    }
    return 0;
  }
}

describe("paths", () => {
  const part = fc.constantFrom("a", "b", "c", "..", ".", "");
  const path = fc.oneof(
    { weight: 9, arbitrary: fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/")) },
    { weight: 1, arbitrary: fc.string() },
  );
  const steps = fc.array(fc.tuple(fc.constantFrom("mkdir", "mkdir", "create", "stat", "rmdir", "unlink"), path), {
    minLength: 1,
    maxLength: 40,
  });

  it("lead where a model without a disk says, and never out of their root", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { guest, at, state, files } = rooted();
        const model = new Model();
        for (const [op, text] of all) {
          if (text.includes("\0") || /\p{Surrogate}/u.test(text)) continue;
          const found =
            op === "stat"
              ? guest.stat(ROOT, text).errno
              : op === "create"
                ? guest.open(ROOT, text, { oflags: O.create }).errno
                : guest.path(
                    { mkdir: "path_create_directory", rmdir: "path_remove_directory", unlink: "path_unlink_file" }[op] ?? "",
                    ROOT,
                    text,
                  );
          expect(found, `${op} ${JSON.stringify(text)}`).toBe(model.run(op, text));
        }
        const real = readdirSync(at("work"), { recursive: true }).map(String).sort();
        expect(real).toEqual([...model.there.keys()].filter((key) => key !== "").sort());
        expect(real.map((name) => (lstatSync(at("work", name)).isDirectory() ? "directory" : "file"))).toEqual(
          real.map((name) => model.there.get(name)),
        );
        expect(readdirSync(state)).toEqual(["skill-data"]);
        files.close();
        rmSync(state, { recursive: true });
        expect(existsSync(state)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
