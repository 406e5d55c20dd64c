// Whether `palyra doctor` sees that nothing can be written, on a disk that a test makes up.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Look } from "../../src/journal/index.ts";
import { lookWritable } from "../../src/operations/doctor/writable.ts";
import { resolveSettings } from "../../src/settings.ts";
import { homeIn } from "../lifecycle/parts.ts";
import { temporaryFolder } from "../lifecycle/support.ts";

const root = temporaryFolder();
const home = homeIn(root);
const settings = resolveSettings({ stateRoot: root }, {}, { os: "posix" });
const refusing =
  (code: string, of: (path: string) => boolean): Look["access"] =>
  (path) => {
    if (of(path)) throw Object.assign(new Error(code), { code });
  };
const look = (change: Partial<Look>) => lookWritable(home, settings, { access: () => {}, room: () => 1 << 30, ...change });

describe("palyra doctor: what each start writes", () => {
  it("is fine where all can be written, or is yet to be made", () => {
    expect(look({})).toMatchObject([{ id: "writable", level: "ok" }]);
    expect(look({ access: refusing("ENOENT", () => true) })).toMatchObject([{ level: "ok" }]);
  });
  it.each([
    ["EACCES", /modes/],
    ["EROFS", /read only/],
  ])("is a problem where journal and vault cannot be written (%s)", (code, why) => {
    const findings = look({ access: refusing(code, () => true) });
    expect(findings.map(({ id, level }) => [id, level])).toEqual([
      ["writable", "problem"],
      ["writable", "problem"],
      ["writable", "warning"],
      ["writable", "warning"],
    ]);
    for (const { message, advice } of findings)
      expect([message, advice]).toEqual([expect.stringMatching(why), expect.any(String)]);
  });
  it("is a problem where the disk is full", () => {
    expect(look({ room: () => 4096 })[0]).toMatchObject({
      level: "problem",
      where: home.places.journal,
      message: expect.stringContaining("its disk is full"),
    });
  });
  it("is a problem where tools no longer start, since what is left is kept", () => {
    const disk = { bsize: 1, blocks: 8000, bavail: 999, files: 0, ffree: 0 };
    const here: Look = { access: () => {}, room: () => 1 << 30 };
    expect(lookWritable(home, settings, here, () => disk)).toMatchObject([
      { level: "problem", where: home.places.journal, message: expect.stringContaining("less than 1000 B are free") },
    ]);
    expect(lookWritable(home, settings, here, () => ({ ...disk, bavail: 1000 }))).toMatchObject([{ level: "ok" }]);
  });
  it("is not where the skills folder alone is not to be written: a host may lay one down for good", () => {
    const { skillsRoot } = home.places;
    expect(look({ access: refusing("EROFS", (path) => path.startsWith(join(skillsRoot))) })).toMatchObject([
      { level: "warning" },
    ]);
  });
});
