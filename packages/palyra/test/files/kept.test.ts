import { readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { fileMark, Kept } from "../../src/files/index.ts";

let folder: string;
beforeAll(() => {
  folder = scratchFolder("kept");
});

/** Long enough ago that no other change can have its time, also where a machine is busy or times are coarse. */
const settled = () => sleep(2200);

describe("T1: what is kept of files", () => {
  it("is made once while they are the same, and anew for each change that can be made to one", async () => {
    const [file, other] = [join(folder, "file"), join(folder, "other")];
    writeFileSync(file, "one");
    await settled();
    const kept = new Kept<string>();
    let made = 0;
    const read = (rest = "") =>
      kept.get([file, other], rest, () => {
        made += 1;
        return readFileSync(file, "utf8");
      });
    expect([read(), read(), made]).toEqual(["one", "one", 1]);
    // In place, of the same size, and with the old times put back.
    const { atime, mtime } = statSync(file);
    writeFileSync(file, "two");
    utimesSync(file, atime, mtime);
    expect(read()).toBe("two");
    // By a rename, as ours are.
    writeFileSync(`${file}.new`, "six");
    renameSync(`${file}.new`, file);
    expect(read()).toBe("six");
    await settled();
    read();
    const before = made;
    expect([read("else"), made]).toEqual(["six", before + 1]);
    // One that was not there.
    writeFileSync(other, "");
    read("else");
    expect(made).toBe(before + 2);
  });

  it("is not kept of a file that was written just now: its next content could have the same times", () => {
    const file = join(folder, "young");
    const kept = new Kept<string>();
    for (let round = 0; round < 300; round += 1) {
      const text = String(round).padStart(3, "0");
      writeFileSync(file, text);
      expect(kept.get([file], "", () => readFileSync(file, "utf8"))).toBe(text);
    }
  });

  it("is not kept of what looked otherwise while it was read: a folder or link that was switched there and back", async () => {
    const [strict, loose, current] = [join(folder, "strict"), join(folder, "loose"), join(folder, "current")];
    writeFileSync(strict, "forbid");
    writeFileSync(loose, "permit");
    symlinkSync(strict, current);
    await settled();
    const point = (to: string): void => {
      symlinkSync(to, `${current}.new`);
      renameSync(`${current}.new`, current);
    };
    const kept = new Kept<string>();
    let isSwitched = true;
    const read = () =>
      kept.get([current], "", () => {
        if (isSwitched) point(loose);
        return readFileSync(current, "utf8");
      });
    expect(read()).toBe("permit");
    isSwitched = false;
    point(strict);
    expect(read()).toBe("forbid");
    const later = new Kept<Promise<string>>();
    const readLater = (swap: boolean) =>
      later.get([current], "", async () => {
        await sleep(1);
        if (swap) point(loose);
        return readFileSync(current, "utf8");
      });
    expect(await readLater(true)).toBe("permit");
    point(strict);
    expect(await readLater(false)).toBe("forbid");
  });

  it("is no failure", async () => {
    const kept = new Kept<Promise<number>>();
    let made = 0;
    const next = () =>
      kept.get([], "", async () => {
        made += 1;
        if (made === 1) throw new Error("once");
        return made;
      });
    await expect(next()).rejects.toThrow("once");
    expect([await next(), await next()]).toEqual([2, 2]);
  });
});

describe.runIf(process.platform !== "win32")("T1: how a file looks that cannot be looked at", () => {
  it("is never the same twice, and no error of whoever only looks", () => {
    const loop = join(folder, "loop");
    symlinkSync(loop, loop);
    expect(fileMark(loop)).toMatch(/^unknown/);
    expect(fileMark(loop)).not.toBe(fileMark(loop));
  });
});
