/** What somebody who meets the commands for the first time, or reads their log afterwards, is told. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, type Ran, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(() => {
  root = temporaryFolder();
  palyra = commandLine(root);
});
async function install(spec: SkillSpec = {}, ...more: string[]): Promise<Ran> {
  const file = join(root, "artifact.palyra-skill");
  writeFileSync(file, await skillBytes(spec));
  return palyra("skills", "install", "--artifact", file, "--allow-untrusted", ...more);
}

describe("an install that asks nobody", () => {
  it.each([["--yes"], ["--non-interactive"], ["--dry-run"]])(
    "with %s shows on stderr who signed it and what it asks for",
    async (option) => {
      const ran = await install({}, option);
      expect(ran.exit).toBe(0);
      for (const shown of [/key {11}ed25519:[0-9a-f]{16}\n/, /fingerprint {3}([0-9a-f]{8} ?){8}\n/, /tools\n.*acme\.echo\.say/])
        expect(ran.stderr).toMatch(shown);
      expect(ran.stdout).not.toContain("fingerprint");
    },
  );
  it("shows of an update what changes, and says so where nothing does", async () => {
    await install();
    expect((await install({ version: "1.1.0" })).stderr).toContain("It asks for what 1.0.0 asked for");
    const { stderr } = await install({ version: "1.2.0", tools: ["acme.echo.shout"] }, "--accept-widening");
    expect(stderr).toContain("more than the version before asked for (--accept-widening)");
    expect(stderr).toContain(
      "It asks for more than 1.1.0 did\n  ! tool: acme.echo.shout\nBesides, this changes from 1.1.0\n  - tool: acme.echo.say",
    );
  });
  it("shows an older version as one, and so does the journal", async () => {
    await install({ version: "1.1.0" });
    const { stderr } = await install({}, "--allow-downgrade");
    expect(stderr).toContain("an older version than there has been (--allow-downgrade)");
    expect((await palyra("skills", "journal", "tail", "--last", "1")).stdout).toContain("an older version");
  });
  it("says nothing with --log-level error", async () => {
    expect((await install({}, "--log-level", "error")).stderr).toBe("");
  });
});

describe("use", () => {
  it("says that what is current now does not run, where its signer is not trusted", async () => {
    await install();
    await install({ version: "1.1.0" });
    expect((await palyra("skills", "use", "acme.echo", "--version", "1.0.0", "--allow-downgrade")).stderr).toBe("");
    await palyra("skills", "trust", "unpin", "acme");
    const ran = await palyra("skills", "use", "acme.echo", "--version", "1.1.0");
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain("acme.echo 1.1.0 does not run as it is");
    expect(ran.stderr).toContain("palyra skills verify acme.echo --version 1.1.0");
  });
});

describe("a list", () => {
  it("does not promise that a skill whose publisher is no longer trusted may run", async () => {
    await install();
    await palyra("skills", "trust", "unpin", "acme");
    const { stdout } = await palyra("skills", "list");
    expect(stdout).not.toContain("may run");
    expect(stdout).toContain("palyra skills check");
  });
});

describe("files with too wide a mode", () => {
  it.each(["trust-store.json", "trust-constraints.json"])("T25: %s that others can write is refused", async (name) => {
    await install();
    const file = join(root, "state/skills", name);
    chmodSync(file, 0o666);
    const ran = await palyra("skills", "trust", "list");
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toContain(`the file ${file} is not safe: others can write to it`);
    expect(ran.stderr).toContain(`chmod 600 ${file}`);
    chmodSync(file, 0o644);
    expect((await palyra("skills", "trust", "list")).exit).toBe(0);
  });
});

describe("package build", () => {
  async function build(mode: number, module: Uint8Array): Promise<Ran> {
    const [key, wasm, manifest] = [join(root, "k"), join(root, "module.wasm"), join(root, "skill.toml")];
    writeFileSync(key, "11".repeat(32));
    chmodSync(key, mode);
    writeFileSync(wasm, module);
    writeFileSync(manifest, readFileSync(join(root, "state/skills/acme.echo/1.0.0/skill.toml")));
    const output = join(root, "out.palyra-skill");
    return palyra(
      ..."skills package build --manifest".split(" "),
      manifest,
      "--module",
      wasm,
      "--output",
      output,
      "--signing-key-file",
      key,
    );
  }
  beforeEach(async () => void (await install()));
  const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

  it("warns of a key that others can read, with its mode and what to type", async () => {
    const ran = await build(0o644, EMPTY_MODULE);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stderr).toContain("mode 644");
    expect(ran.stderr).toContain(`chmod 600 ${join(root, "k")}`);
    expect((await build(0o600, EMPTY_MODULE)).stderr).not.toContain("chmod");
  });
  it("warns of each module that is no WebAssembly", async () => {
    expect((await build(0o600, Buffer.from("not wasm"))).stderr).toContain("modules/module.wasm is no WebAssembly module");
    expect((await build(0o600, new Uint8Array())).stderr).toContain("modules/module.wasm is no WebAssembly module");
    expect((await build(0o600, EMPTY_MODULE)).stderr).not.toContain("WebAssembly");
  });
});
