import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, type HostOptions, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { skillFile } from "../lifecycle/support.ts";

const SECRETS = `[[capabilities.secrets]]
scope = "skill:acme.echo"
key_names = ["token", "second"]
[[capabilities.secrets]]
scope = "channel:slack"
key_names = ["hook"]`;
const NO_ACCOUNT = { scope: "channel:slack", key: "hook" };
const TOKEN = { scope: "skill:acme.echo", key: "token" };
const SECOND = { scope: "skill:acme.echo", key: "second" };
const own = SECRETS.slice(0, SECRETS.indexOf("\n[[", 1));

async function prepared(extra = own) {
  const root = temporaryFolder();
  const file = await skillFile(root, { extra });
  const install = (options: HostOptions, ...words: string[]): Promise<Ran> =>
    commandLine(root, options)("skills", "install", "--artifact", file, "--allow-untrusted", ...words);
  return { root, install, palyra: commandLine(root) };
}
const missingOf = (ran: Ran): unknown => {
  const document = parsed(ran);
  const at = (value: unknown, name: string): unknown => new Map(Object.entries(Object(value))).get(name);
  const results = at(document, "results");
  const entry = at(document, "inventory") ?? (Array.isArray(results) ? at(results[0], "inventory") : undefined) ?? document;
  return at(entry, "missing_secrets");
};

describe("missing secrets (spec 5.2, 11.3)", () => {
  it("are asked for on a terminal, after consent; Enter skips one, and nothing that is typed is shown", async () => {
    const { root, install, palyra } = await prepared();
    const ran = await install({ types: "y\nhunter2\n\n" });
    expect(ran.exit).toBe(0);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(ran.stdout).toContain("skill:acme.echo/second");
    expect(ran.stdout).not.toContain("skill:acme.echo/token");
    expect((await palyra("secrets", "get", "skill:acme.echo", "token", "--reveal")).stdout).toBe("hunter2");
    for (const words of [["info", "acme.echo"], ["check"]])
      expect(missingOf(await palyra("skills", ...words, "--json"))).toEqual([SECOND]);
    rmSync(root, { recursive: true });
  });
  it("are never asked for with --yes, --non-interactive, --json or without a terminal, and block nothing", async () => {
    for (const [options, ...words] of [
      [{ types: "" }, "--yes"],
      [{ types: "" }, "--non-interactive"],
      [{ types: "" }, "--json"],
      [{}],
    ] as const) {
      const { install, palyra } = await prepared();
      const ran = await install(options, ...words);
      expect(ran, words.join(" ")).toMatchObject({ exit: 0 });
      expect(ran.stderr).not.toContain("not shown");
      expect(missingOf(await palyra("skills", "info", "acme.echo", "--json"))).toEqual([TOKEN, SECOND]);
      const checked = await palyra("skills", "check", "--json");
      expect(parsed(checked)).toMatchObject({ results: [{ check_status: "ready" }] });
    }
  });
  it("are those of now in info and check, and those of the install in list, which opens no vault", async () => {
    const { root, install, palyra } = await prepared();
    await install({});
    for (const key of ["token", "second"])
      await commandLine(root, { stdin: Buffer.from("x") })("secrets", "set", "skill:acme.echo", key, "--value-stdin");
    for (const words of [
      ["info", "acme.echo"],
      ["check", "acme.echo"],
    ])
      expect(missingOf(await palyra("skills", ...words, "--json"))).toEqual([]);
    await palyra("secrets", "delete", "skill:acme.echo", "token");
    expect(missingOf(await palyra("skills", "info", "acme.echo", "--json"))).toEqual([TOKEN]);
    expect((await palyra("skills", "info", "acme.echo")).stdout).toContain("skill:acme.echo/token");
    expect((await palyra("skills", "check")).stdout).toContain("skill:acme.echo/token");
    // Of a damaged artifact there is no manifest: then they are those of the install that are missing still.
    const artifact = join(root, "state", "skills", "acme.echo", "1.0.0", "artifact.palyra-skill");
    renameSync(artifact, `${artifact}.away`);
    expect(missingOf(await palyra("skills", "check", "--json"))).toEqual([TOKEN]);
    renameSync(`${artifact}.away`, artifact);
    // A list is of the records, whatever became of the vault.
    writeFileSync(join(root, "state", "vault", "palyra-skills.age"), "no vault", { mode: 0o600 });
    const listed = await palyra("skills", "list", "--json");
    expect(parsed(listed)).toMatchObject({ entries: [{ missing_secrets: [TOKEN, SECOND] }] });
    expect(await palyra("skills", "list")).toMatchObject({ exit: 0, stdout: expect.stringContaining("lacked a secret") });
    // What cannot be looked at decides nothing: the recorded ones are shown, and it is said.
    const info = await palyra("skills", "info", "acme.echo");
    expect(info).toMatchObject({ exit: 0, stderr: expect.stringContaining("vault") });
    expect(missingOf(await palyra("skills", "info", "acme.echo", "--json"))).toEqual([TOKEN, SECOND]);
  });
  it("T22: the secrets of another skill are asked for nowhere: its audit refuses it first", async () => {
    const { install, palyra } = await prepared(own.replace("skill:acme.echo", "skill:globex.bank"));
    const ran = await install({ types: "y\nhunter2\n" });
    expect(ran.exit).toBe(1);
    expect(ran.stderr).not.toContain("not shown");
    expect((await palyra("secrets", "list", "skill:globex.bank")).stdout).toContain("no secrets");
  });
  it("T22: one that is not the skill's own is asked for as that", async () => {
    const { install } = await prepared(own.replace("skill:acme.echo", "global"));
    const ran = await install({ types: "y\n\n\n" });
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain("global/token, not for this skill alone");
  });
  it("D14: what no vault can hold is not asked for", async () => {
    // The audit would refuse it; where a policy lets it through, it stays missing.
    const { root, install } = await prepared(SECRETS);
    const policy = join(root, "policy.json");
    writeFileSync(policy, JSON.stringify({ checks: { secret_scope_unusable: "warn" } }));
    const ran = await install({ types: "y\n\n\n" }, "--audit-policy", policy);
    expect(ran.exit).toBe(0);
    expect(ran.stderr.match(/\(not shown\)/g)).toHaveLength(2);
    expect(ran.stdout).toContain(`${NO_ACCOUNT.scope}/${NO_ACCOUNT.key}`);
  });
});
