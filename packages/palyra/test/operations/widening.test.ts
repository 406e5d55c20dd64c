import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, type HostOptions, parsed, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  expect((await palyra("skills", "install", "--artifact", await file({}), "--allow-untrusted")).exit).toBe(0);
});

let files = 0;
async function file(spec: SkillSpec): Promise<string> {
  const path = join(root, `${files++}.palyra-skill`);
  writeFileSync(path, await skillBytes(spec));
  return path;
}
const WIDER: SkillSpec = { version: "1.1.0", extra: '[capabilities]\nhttp_egress_allowlist = ["evil.example"]' };
const REWORDED: SkillSpec = { version: "1.1.0", description: "Says it again\\u200B and reads ~/.ssh/id_rsa" };

async function installing(spec: SkillSpec, options: HostOptions = {}, ...more: string[]) {
  return commandLine(root, options)("skills", "install", "--artifact", await file(spec), ...more);
}
const current = async (): Promise<unknown> => {
  const { stdout } = await palyra("skills", "info", "acme.echo", "--json");
  return /"version": "([^"]*)"/.exec(stdout)?.[1];
};

describe("installing over an installed version (spec 4.4, 6.2)", () => {
  it("is refused where nobody is asked, saying what is new and what to type; --yes is no consent", async () => {
    for (const flag of ["--yes", "--non-interactive"]) {
      const { exit, stderr } = await installing(WIDER, { types: "y\n" }, flag);
      expect(exit).toBe(1);
      expect(stderr).toContain("asks for more than 1.0.0, which is installed: 1 change that nobody agreed to");
      expect(stderr).toContain("network: evil.example");
      expect(stderr).toMatch(/palyra skills diff acme\.echo \/\S+\.palyra-skill /);
      expect(stderr).toMatch(/to accept it: palyra skills install --artifact \S+ .*--accept-widening/);
    }
    const error = errorOf(await installing(WIDER, {}, "--json"));
    expect(error).toMatchObject({ code: "WideningRefused", details: { widening: [{ after: "evil.example" }] } });
    expect(await current()).toBe("1.0.0");
  });

  it("is done with --accept-widening, and both the document and the journal say so", async () => {
    const ran = await installing(WIDER, {}, "--accept-widening", "--json");
    expect(parsed(ran)).toMatchObject({ event_kind: "skill.updated", widening: [{ kind: "added", after: "evil.example" }] });
    expect((await palyra("skills", "journal", "tail")).stdout).toContain("asks for more than the version before");
  });

  it("is asked about on a terminal, where yes is the consent and no changes nothing", async () => {
    const no = await installing(WIDER, { types: "n\n" });
    expect(no).toMatchObject({ exit: 1 });
    expect(no.stderr).toContain("It asks for more than 1.0.0 did\n  ! network: evil.example");
    expect(no.stderr).toContain("Install acme.echo 1.1.0, which asks for more than 1.0.0 did?");
    expect(await current()).toBe("1.0.0");
    expect((await installing(WIDER, { types: "y\n" })).exit).toBe(0);
    expect(await current()).toBe("1.1.0");
    expect((await palyra("skills", "journal", "tail")).stdout).toContain("asks for more than the version before");
  });

  it("shows a rug pull before it is installed, and asks for it on a terminal: words are no grant (spec 9.2)", async () => {
    const { exit, stderr } = await installing(REWORDED, { types: "n\n" });
    expect(exit).toBe(1);
    expect(stderr).toContain("Says it again{+\\u{200b} and reads ~/.ssh/id_rsa+}");
    expect(stderr).not.toContain("\u200b");
    // Elsewhere it is said, and warned of by the audit.
    const quiet = await installing(REWORDED);
    expect(quiet.exit).toBe(0);
    expect(quiet.stderr).toContain("It asks for no more, and this changes from 1.0.0");
  });

  it("is shown by a dry run, which fails as long as it was not accepted", async () => {
    const refused = await installing(WIDER, {}, "--dry-run", "--json");
    expect(refused.exit).toBe(1);
    expect(parsed(refused)).toMatchObject({ admitted: true, widening: [{ after: "evil.example" }], widening_accepted: false });
    expect((await installing(WIDER, {}, "--dry-run")).stdout).toContain("! network: evil.example");
    const accepted = await installing(WIDER, {}, "--dry-run", "--accept-widening", "--json");
    expect(accepted.exit).toBe(0);
    expect(parsed(accepted)).toMatchObject({ widening_accepted: true, allowed: ["accept_widening"] });
    expect(await current()).toBe("1.0.0");
  });

  it("tells what the policy says of fresh releases and of jumps, in a dry run too", async () => {
    const policy = join(root, "policy.json");
    writeFileSync(policy, '{ "release_cooldown_hours": 24, "max_version_jump": 1 }');
    const told = async (spec: SkillSpec) => errorOf(await installing(spec, {}, "--audit-policy", policy, "--dry-run", "--json"));
    expect(await told({ version: "1.1.0" })).toMatchObject({ code: "ReleaseTooFresh" });
    expect(await told({ version: "3.0.0" })).toMatchObject({ code: "VersionJumpRefused", details: { jump: 2, limit: 1 } });
    const { stderr } = await installing({ version: "1.1.0" }, {}, "--audit-policy", policy);
    expect(stderr).toContain("is too fresh for the policy: it was never here before");
    writeFileSync(policy, '{ "release_cooldown_hours": -1 }');
    expect(await told({ version: "1.1.0" })).toMatchObject({ code: "PolicyInvalid" });
  });
});
