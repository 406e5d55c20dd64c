import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import {
  makeFolder,
  readBounded,
  readIfThere,
  stageFolder,
  withFreeLock,
  withLock,
  writeFileAtomically,
  writeNamedFile,
} from "../../src/files/index.ts";

const base = scratchFolder("files");
let folder = base;
let next = 0;
beforeEach(() => {
  next += 1;
  folder = join(base, String(next));
  mkdirSync(folder);
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an atomic write", () => {
  it("replaces a file, with the mode that was asked for, and leaves nothing beside it", async () => {
    const file = join(folder, "a");
    writeFileSync(file, "old", { mode: 0o666 });
    await writeFileAtomically(file, "new", { mode: 0o600 });
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("says Io and leaves the old file where it cannot write", async () => {
    const file = join(folder, "a");
    writeFileSync(file, "old");
    await expect(writeFileAtomically(file, "new", { mode: 0o600, temporary: join(folder, "no", "t") })).rejects.toHaveCode("Io");
    mkdirSync(join(folder, "b"));
    await expect(writeFileAtomically(join(folder, "b"), "new", { mode: 0o600 })).rejects.toHaveCode("Io");
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder).sort()).toEqual(["a", "b"]);
  });
});

describe("a file that a person named", () => {
  it("is replaced whole where it is a file, or not there", async () => {
    const file = join(folder, "a");
    for (const text of ["one", "two"]) {
      await writeNamedFile(file, text, { mode: 0o600 });
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    expect(readdirSync(folder)).toEqual(["a"]);
    await expect(writeNamedFile(folder, "x", { mode: 0o600 })).rejects.toHaveCode("Io");
  });

  it.runIf(existsSync("/dev/full"))("is written into where it is a device: root would put a file in its place", async () => {
    for (const device of ["null", "full"]) symlinkSync(`/dev/${device}`, join(folder, device));
    await writeNamedFile(join(folder, "null"), "text", { mode: 0o600 });
    await expect(writeNamedFile(join(folder, "full"), "text", { mode: 0o600 })).rejects.toMatchObject({
      details: { code: "ENOSPC" },
    });
    for (const device of ["null", "full"]) expect(statSync(join(folder, device)).isCharacterDevice()).toBe(true);
  });

  it.runIf(process.platform !== "win32")("is written into where it is a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const [read] = await Promise.all([readBounded(pipe, 100), writeNamedFile(pipe, "text", { mode: 0o600 })]);
    expect(read).toEqual({ ok: true, bytes: bytes("text") });
    expect(statSync(pipe).isFIFO()).toBe(true);
  });
});

describe("a bounded read", () => {
  it("gives the bytes up to its limit, and no more than that", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(300), async (content, limit) => {
        const file = join(folder, "a");
        writeFileSync(file, content);
        const read = await readBounded(file, limit);
        expect(read.ok).toBe(content.length <= limit);
        if (read.ok) expect([...read.bytes]).toEqual([...content]);
      }),
      { numRuns: 40 },
    ));

  it.runIf(existsSync("/dev/zero"))("ends on a device that does not", async () => {
    expect(await readBounded("/dev/zero", 200_000)).toEqual({ ok: false, size: 200_001 });
  });

  it("tells a missing file from one that cannot be read", async () => {
    expect(await readIfThere(join(folder, "none", "a"), 10)).toBeUndefined();
    await expect(readBounded(join(folder, "none"), 10)).rejects.toHaveCode("Io");
    await expect(readIfThere(folder, 10)).rejects.toHaveCode("Io");
  });
});

describe("a folder", () => {
  it("is made with those above it, of the mode that was asked for, and found when it is there", async () => {
    const deep = join(folder, "a", "b", "c");
    expect(await makeFolder(deep, 0o700)).toBe(join(folder, "a"));
    for (const path of ["a", "a/b", "a/b/c"]) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700);
    expect(await makeFolder(deep, 0o700)).toBeUndefined();
    expect(await makeFolder(join(deep, "d"))).toBe(join(deep, "d"));
  });

  it("is made once, however many make it", async () => {
    const deep = join(folder, "a", "b", "c", "d");
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep)));
    expect(statSync(deep).isDirectory()).toBe(true);
  });

  it("is not made where a file is, nor below one", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of ["file", "file/below", "file/far/below"])
      await expect(makeFolder(join(folder, path)), path).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  // Node's own `recursive` goes round for ever there.
  it.runIf(process.platform === "linux")("is refused where the system lets nobody make one", async () => {
    for (const path of ["/proc/palyra", "/proc/palyra/below", "/proc/self/palyra/below"])
      await expect(makeFolder(path), path).rejects.toMatchObject({ code: expect.stringMatching(/^E(NOENT|PERM|ACCES)$/) });
  });
});

describe("a staged folder", () => {
  it("holds exactly its files", async () => {
    const staged = join(folder, ".staging", "01");
    await stageFolder(staged, [
      { path: "skill.toml", bytes: bytes("a") },
      { path: "modules/deep/m.wasm", bytes: bytes("b") },
    ]);
    expect(readdirSync(staged, { recursive: true }).map(String).sort()).toEqual([
      "modules",
      "modules/deep",
      "modules/deep/m.wasm",
      "skill.toml",
    ]);
  });

  it("refuses two entries that are one file", async () => {
    const twice = [
      { path: "a", bytes: bytes("a") },
      { path: "a", bytes: bytes("b") },
    ];
    await expect(stageFolder(join(folder, "s"), twice)).rejects.toHaveCode("Io");
  });
});

describe("a lock", () => {
  it("lets one in at a time", async () => {
    const file = join(folder, ".lock");
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(file, { purpose: "test" }, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(5);
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  it("names its holder when the time is over, and is free afterwards", async () => {
    const file = join(folder, ".lock");
    await withLock(file, { purpose: "skills install" }, async () => {
      await expect(withLock(file, { purpose: "other", timeoutMs: 30 }, async () => {})).rejects.toMatchObject({
        code: "LockTimeout",
        details: { file, holder: `${process.pid} (skills install)` },
      });
      expect(await withFreeLock(file, { purpose: "reader" }, async () => "in")).toBeUndefined();
    });
    expect(await withFreeLock(file, { purpose: "reader" }, async () => "in")).toBe("in");
  });

  it.skipIf(process.platform === "win32")(
    "is its owner's alone, and so is the name of its holder, whatever the umask",
    async () => {
      const file = join(folder, ".lock");
      const modes = () => [file, `${file}.holder`].map((each) => statSync(each).mode & 0o777);
      await withLock(file, { purpose: "test" }, async () => expect(modes()).toEqual([0o600, 0o600]));
      chmodSync(file, 0o644);
      await withFreeLock(file, { purpose: "test" }, async () => expect(modes()).toEqual([0o600, 0o600]));
    },
  );

  it("is given up when the action throws", async () => {
    const file = join(folder, ".lock");
    await expect(withLock(file, { purpose: "test" }, () => Promise.reject(new RangeError("x")))).rejects.toThrow(RangeError);
    expect(await withFreeLock(file, { purpose: "test" }, async () => 1)).toBe(1);
  });

  it("says Io where its file cannot be made", async () => {
    await expect(withLock(join(folder, "none", ".lock"), { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
    writeFileSync(join(folder, ".lock"), "this is no database, but long enough to look like one ".repeat(4));
    await expect(withLock(join(folder, ".lock"), { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
  });

  it("stops waiting when the person does", async () => {
    const file = join(folder, ".lock");
    const stop = new AbortController();
    await withLock(file, { purpose: "test" }, async () => {
      const waiting = withLock(file, { purpose: "test", signal: stop.signal }, async () => {});
      stop.abort();
      await expect(waiting).rejects.toThrow();
    });
  });
});
