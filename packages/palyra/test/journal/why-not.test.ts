import { describe, expect, it } from "vitest";
import { fault } from "../../src/journal/faults.ts";
import { whyNot } from "../../src/journal/why-not.ts";

const refusing = (of: string, code: string) => (path: string) => {
  if (path === of) throw Object.assign(new Error(code), { code });
};
const look = { access: () => {}, room: () => 1024 * 1024 };

describe("why a journal cannot be used", () => {
  it.each([
    ["its file system is read-only", { ...look, access: refusing("/d", "EROFS") }, "EROFS"],
    ["its folder is another's", { ...look, access: refusing("/d", "EACCES") }, "EACCES"],
    ["it is another's itself", { ...look, access: refusing("/d/j", "EACCES") }, "EACCES"],
    ["its disk is full", { ...look, room: () => 4096 }, "ENOSPC"],
    ["its disk is full, and it is not there yet", { access: refusing("/d/j", "ENOENT"), room: () => 0 }, "ENOSPC"],
    ["something else", look, undefined],
    ["its folder is no folder", { ...look, access: refusing("/d", "ENOTDIR") }, undefined],
    ["a disk that nobody can ask", { ...look, room: () => JSON.parse("{") }, undefined],
  ])("is told: %s", (_, at, why) => {
    expect(whyNot("/d/j", at)).toBe(why);
  });
});

describe("what SQLite says of a journal", () => {
  const said = (errcode: number) => fault("/nowhere/at/all", Object.assign(new Error(), { errcode }));
  it("has the system's code where the disk is full, and none where it is damaged", () => {
    expect(said(13)).toMatchObject({ code: "JournalUnavailable", details: { problem: "the disk is full", why: "ENOSPC" } });
    expect(said(11)).toMatchObject({ code: "JournalUnavailable", details: { problem: "it is damaged" } });
    expect(said(11)).not.toHaveProperty("details.why");
  });
});
