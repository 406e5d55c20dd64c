import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complete } from "../../src/cli/completions.ts";
import type { KnownNames } from "../../src/cli/known-names.ts";
import { skillBytes } from "../lifecycle/support.ts";
import { commandLine, temporaryFolder } from "./support.ts";

const palyra = commandLine(temporaryFolder());
const valuesOf = async (...words: string[]): Promise<string[]> =>
  (await complete(words, names)).map((line) => line.split("\t")[0] ?? "");
const names: KnownNames = {
  skills: async () => ["acme.echo", "globex.two"],
  versions: async (skillId) => (skillId === "acme.echo" ? ["1.0.0", "1.1.0"] : ["2.0.0"]),
  publishers: async () => ["acme", "globex"],
  issuers: async () => ["acme-security"],
};

describe("completion", () => {
  it("goes on with the words of commands", async () => {
    expect(await valuesOf("")).toEqual(["skills", "secrets", "extension", "doctor", "completions"]);
    expect(await valuesOf("skills", "li")).toEqual(["list", "lint"]);
    expect(await valuesOf("skills", "audit", "--explain", "wasm_imp")).toEqual(["wasm_imports_declared"]);
    expect(await valuesOf("skills", "trust", "")).toEqual([
      "list",
      "show",
      "add",
      "remove",
      "pin",
      "unpin",
      "limit",
      "revoke",
      "rotate",
      "sign-rotation",
      "sign-revocation",
      "revocations",
      "sign-revocations",
      "accept-changes",
      "export",
      "import",
    ]);
    expect(await valuesOf("--json", "skills", "pack")).toEqual(["package"]);
    expect(await valuesOf("skills", "nothing", "")).toEqual([]);
  });
  it("knows the options of a command, and their values", async () => {
    expect(await valuesOf("skills", "list", "--cur")).toEqual(["--current-only"]);
    expect(await valuesOf("skills", "package", "build", "--layout", "")).toEqual(["namespaced", "flat"]);
    expect(await valuesOf("skills", "package", "build", "--layout", "f")).toEqual(["flat"]);
    expect(await valuesOf("skills", "install", "--artifact", "")).toEqual([":files"]);
    expect(await valuesOf("skills", "keygen", "--output", "")).toEqual([":files"]);
    expect(await valuesOf("skills", "list", "")).toEqual([]);
  });
  it("offers the ids of what is installed where one is wanted", async () => {
    expect(await valuesOf("skills", "info", "")).toEqual(["acme.echo", "globex.two"]);
    expect(await valuesOf("skills", "check", "--strict", "gl")).toEqual(["globex.two"]);
    expect(await valuesOf("skills", "journal", "tail", "--skill", "acme")).toEqual(["acme.echo"]);
    const root = temporaryFolder();
    const here = commandLine(root);
    const typed = ["completions", "words", "--", "skills", "info", "--state-root", join(root, "other"), ""];
    expect(await here(...typed)).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    writeFileSync(join(root, "echo.palyra-skill"), await skillBytes());
    const install = ["skills", "install", "--artifact", join(root, "echo.palyra-skill"), "--allow-untrusted"];
    expect((await here(...install, "--state-root", join(root, "other"))).exit).toBe(0);
    expect((await here(...typed)).stdout).toBe("acme.echo\n");
    expect((await here("completions", "words", "--", "skills", "info", "")).stdout).toBe("");
  });
  it("offers the versions of the skill that was named, and the publishers that are known", async () => {
    expect(await valuesOf("skills", "use", "acme.echo", "--version", "1.")).toEqual(["1.0.0", "1.1.0"]);
    expect(await valuesOf("skills", "enable", "--reason", "acme.echo", "globex.two", "--version", "")).toEqual(["2.0.0"]);
    expect(await valuesOf("skills", "trust", "remove", "")).toEqual(["acme", "globex"]);
    expect(await valuesOf("skills", "list", "--publisher", "g")).toEqual(["globex"]);
    expect(await valuesOf("skills", "use", "acme.echo", "")).toEqual([]);
    const root = temporaryFolder();
    const here = commandLine(root);
    writeFileSync(join(root, "echo.palyra-skill"), await skillBytes());
    await here("skills", "install", "--artifact", join(root, "echo.palyra-skill"), "--allow-untrusted");
    expect((await here("completions", "words", "--", "skills", "trust", "show", "")).stdout).toBe("acme\n");
    expect((await here("completions", "words", "--", "skills", "use", "acme.echo", "--version", "")).stdout).toBe("1.0.0\n");
  });
  it("says what it was given in place of a shell", async () => {
    expect((await palyra("completions", "csh")).stderr).toContain('"csh"');
  });
  it.each(["bash", "zsh", "fish"])("prints a script for %s", async (shell) => {
    const { exit, stdout } = await palyra("completions", shell);
    expect(exit).toBe(0);
    expect(stdout).toContain("palyra completions words -- ");
    const check = spawnSync(shell, ["-n"], { input: stdout, encoding: "utf8" });
    if (check.error === undefined) expect(check).toMatchObject({ status: 0, stderr: "" });
    else expect(shell, "bash is everywhere").not.toBe("bash");
  });
  it("answers the scripts", async () => {
    expect((await palyra("completions", "words", "--", "skills", "inf")).stdout).toBe("info\tShow all of one installed skill\n");
  });
});
