import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EMPTY_CONSTRAINTS, withRevokedKey, writeConstraints } from "palyra-skills/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
let key: string;
let artifact: string;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  key = await publicKeyOf(1);
  artifact = join(root, "echo.palyra-skill");
  writeFileSync(artifact, await skillBytes());
});
const store = (): string => join(root, "state/skills/trust-store.json");
const vault = (): string => join(root, "state/vault");
const events = (): string => readFileSync(join(root, "state/skills/audit.ndjson"), "utf8");
const accept = (...more: string[]) => palyra("skills", "trust", "accept-changes", ...more);
const forge = async (): Promise<string> => {
  const other = await publicKeyOf(9);
  mkdirSync(join(root, "state/skills"), { recursive: true, mode: 0o700 });
  writeFileSync(store(), JSON.stringify({ trusted_publishers: { evil: [other] } }), { mode: 0o600 });
  return other;
};

describe("T7: a trust store that was changed by hand", () => {
  it("stops every command that rests on it, and none that stops a skill", async () => {
    await palyra("skills", "install", "--artifact", artifact, "--allow-untrusted");
    await forge();
    for (const words of [
      ["package", "verify", "--artifact", artifact],
      ["verify", "acme.echo"],
      ["check"],
      ["audit"],
      ["trust", "list"],
      ["trust", "show", "acme"],
      ["trust", "add", "globex", key],
      ["trust", "revoke", "acme", key, "--reason", "x"],
    ]) {
      const ran = await palyra("skills", ...words, "--json");
      expect(ran).toMatchObject({ exit: 1, stdout: "" });
      expect(errorOf(ran)).toMatchObject({ code: "TrustStoreChanged", hint: expect.stringContaining("trust accept-changes") });
    }
    expect((await palyra("skills", "list")).exit).toBe(0);
    expect((await palyra("skills", "info", "acme.echo")).exit).toBe(0);
    expect((await palyra("skills", "quarantine", "acme.echo")).exit).toBe(0);
  });

  it("is accepted by a person who was shown the difference; journaled", async () => {
    await palyra("skills", "trust", "add", "acme", key);
    const other = await forge();
    const before = events();
    expect(errorOf(await accept("--json"))).toMatchObject({ code: "Usage" });
    const declined = await commandLine(root, { terminal: true, types: "n\n" })("skills", "trust", "accept-changes");
    expect(declined).toMatchObject({ exit: 1, stderr: expect.stringContaining(`+ trusted  evil  ${other}`) });
    expect(declined.stderr).toContain(`- trusted  acme  ${key}`);
    expect(events()).toBe(before);
    expect(errorOf(await palyra("skills", "trust", "list", "--json"))).toMatchObject({ code: "TrustStoreChanged" });

    const ran = await accept("--yes", "--json");
    const facts = {
      added: [{ kind: "trusted", subject: "evil", detail: other }],
      removed: [{ kind: "trusted", subject: "acme", detail: key }],
    };
    expect(parsed(ran)).toMatchObject({ changed: true, compared: true, trust_store: store(), ...facts });
    expect(JSON.parse(events().trim().split("\n").at(-1) ?? "")).toMatchObject({
      event_kind: "skill.trust_changed",
      payload: { change: "accept_changes", ...facts },
    });
    expect((await palyra("skills", "trust", "list")).exit).toBe(0);
    const after = events();
    expect(parsed(await accept("--yes", "--json"))).toMatchObject({ changed: false });
    expect(events()).toBe(after);
  });

  it("T20: is shown without what a terminal would obey", async () => {
    await palyra("skills", "trust", "add", "acme", key);
    writeFileSync(
      join(root, "state/skills/trust-constraints.json"),
      writeConstraints(
        withRevokedKey(EMPTY_CONSTRAINTS, { publisher: "acme", public_key: key, reason: "\u001b[2Jgone", revoked_at_unix_ms: 1 }),
      ),
      { mode: 0o600 },
    );
    const ran = await accept("--yes");
    expect(ran.exit).toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain("\u001b");
  });

  it("is not accepted where it cannot be read", async () => {
    await palyra("skills", "trust", "add", "acme", key);
    writeFileSync(store(), "{");
    expect(errorOf(await accept("--yes", "--json"))).toMatchObject({ code: "Serialization" });
  });
});

describe("T25: a store that was there first", () => {
  it("D19: is refused at the default place until it is accepted", async () => {
    await forge();
    expect(errorOf(await palyra("skills", "trust", "list", "--json"))).toMatchObject({
      code: "TrustStoreChanged",
      details: { recorded: null },
    });
    const installed = await palyra("skills", "install", "--artifact", artifact, "--allow-untrusted", "--json");
    expect(errorOf(installed)).toMatchObject({ code: "TrustStoreChanged" });
    expect(existsSync(vault())).toBe(false);
    expect(parsed(await accept("--yes", "--json"))).toMatchObject({ changed: true, recorded: null, compared: false });
    expect((await palyra("skills", "trust", "list")).exit).toBe(0);
  });

  it("is used where it was named, and said to be unrecorded", async () => {
    const named = join(root, "named.json");
    writeFileSync(named, JSON.stringify({ trusted_publishers: { acme: [key] } }), { mode: 0o600 });
    const verify = () => palyra("skills", "package", "verify", "--artifact", artifact, "--trust-store", named);
    expect(await verify()).toMatchObject({ exit: 0, stderr: expect.stringContaining("No digest of") });
    expect(existsSync(vault())).toBe(false);
    await palyra("skills", "trust", "add", "globex", key, "--trust-store", named);
    expect(await verify()).toMatchObject({ exit: 0, stderr: "" });
  });
});

describe("the vault", () => {
  it("is not made by what only reads", async () => {
    for (const words of [["trust", "list"], ["package", "verify", "--artifact", artifact, "--allow-tofu"], ["check"]])
      await palyra("skills", ...words);
    await accept();
    expect(existsSync(vault())).toBe(false);
  });

  it("that cannot be read stops what rests on it; a skill can still be stopped", async () => {
    await palyra("skills", "install", "--artifact", artifact, "--allow-untrusted");
    rmSync(join(vault(), "palyra-skills.key"));
    for (const words of [
      ["verify", "acme.echo"],
      ["trust", "add", "globex", key],
      ["trust", "accept-changes", "--yes"],
    ])
      expect(errorOf(await palyra("skills", ...words, "--json"))).toMatchObject({ code: "VaultUnavailable" });
    expect((await palyra("skills", "list")).exit).toBe(0);
    expect((await palyra("skills", "quarantine", "acme.echo")).exit).toBe(0);
  });
});
