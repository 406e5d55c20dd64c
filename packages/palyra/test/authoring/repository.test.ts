import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { originUrl, readRepository } from "../../src/authoring/repository.ts";

const scratch = scratchFolder("git");
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(scratch, String(count++));
  mkdirSync(folder);
});
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
};

describe("the git repository around a folder", () => {
  it("is read as git writes it, from a folder within", async () => {
    const git = (...words: string[]): string =>
      execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.com", ...words], {
        encoding: "utf8",
      }).trim();
    git("init", "-q");
    git("remote", "add", "origin", "https://user:secret@example.com/team/skill.git?token=x");
    git("commit", "-q", "--allow-empty", "-m", "one");
    mkdirSync(join(folder, "a/b"), { recursive: true });
    const commit = git("rev-parse", "HEAD");
    expect(await readRepository(join(folder, "a/b"))).toEqual({ url: "https://example.com/team/skill.git", commit });
    git("pack-refs", "--all");
    expect((await readRepository(folder))?.commit).toBe(commit);
    git("checkout", "-q", "--detach");
    expect((await readRepository(folder))?.commit).toBe(commit);
    git("worktree", "add", "-q", join(folder, "tree"));
    expect(await readRepository(join(folder, "tree"))).toMatchObject({ commit, url: "https://example.com/team/skill.git" });
  });
  it("runs nothing of it", async () => {
    const proof = join(folder, "proof");
    const command = `touch ${proof}`;
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/refs/heads/main", `${COMMIT}\n`);
    write(
      ".git/config",
      `[core]\n\tfsmonitor = "${command}"\n\tsshCommand = ${command}\n[remote "origin"]\n\turl = ext::${command}\n`,
    );
    write(".git/hooks/post-index-change", `#!/bin/sh\n${command}\n`);
    expect(await readRepository(folder)).toEqual({ commit: COMMIT });
    expect(existsSync(proof)).toBe(false);
  });
  it("is believed only where it looks like a commit", async () => {
    write(".git/HEAD", "ref: refs/../../secret\n");
    write("secret", `${COMMIT}\n`);
    expect(await readRepository(folder)).toEqual({});
    write(".git/HEAD", "not a commit\n");
    expect(await readRepository(folder)).toEqual({});
    write(".git/HEAD", `${"x".repeat(5000)}\n`);
    expect(await readRepository(folder)).toEqual({});
  });
  it("is none where there is none, and no error where it cannot be read", async () => {
    expect(await readRepository("/")).toBeUndefined();
    symlinkSync("loop", join(folder, ".git"));
    mkdirSync(join(folder, "loop"));
    expect(await readRepository(folder)).toEqual({});
    write("tree/.git", "gitdir: /nowhere/at/all\n");
    expect(await readRepository(join(folder, "tree"))).toEqual({});
  });
});

describe("the address of origin", () => {
  const of = (url: string): string | undefined =>
    originUrl(`[remote "other"]\n url = https://other\n[remote "origin"]\n url = ${url}\n`);
  it.each([
    ["git@example.com:team/skill.git", "ssh://example.com/team/skill.git"],
    ["ssh://git@example.com:2222/x", "ssh://example.com:2222/x"],
    ["https://example.com/x", "https://example.com/x"],
    ['"https://example.com/x"', "https://example.com/x"],
    ["git://example.com/x", "git://example.com/x"],
    ['"https://example.com/x', "https://example.com/x"],
    ['"https://example.com/"x"', undefined],
    ["", undefined],
    ["/home/me/secret-project", undefined],
    ["file:///home/me/x", undefined],
    ["../x", undefined],
    ["ext::sh -c x", undefined],
  ])("%s is %s", (written, url) => expect(of(written)).toBe(url));
  it("is found whatever stands around it, and only under its own name", () => {
    const config = '[remote "origin"]\r\n\tpushurl = https://push.example\n\turl=https://example.com/x\t\r\n';
    expect(originUrl(config)).toBe("https://example.com/x");
    expect(originUrl(`[remote "origin"]\nurls = https://a.example\nurl\n`)).toBeUndefined();
  });
  it("is looked for once in a line of a million blanks", () => {
    expect(originUrl(`[remote "origin"]\nurl = "${" ".repeat(1_000_000)}"x`)).toBeUndefined();
  });
  it("is none without a section", () => expect(originUrl("[core]\n url = https://x\n")).toBeUndefined());
});
