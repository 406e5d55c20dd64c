/** What a person is told of approvals: of a launch that waits for one, and of those that are kept. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillFile } from "../lifecycle/support.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
const palyra = (...argv: string[]): Promise<Ran> => commandLine(root)("skills", ...argv);
const json = async (...argv: string[]): Promise<Record<string, unknown>> => Object(parsed(await palyra(...argv, "--json")));
const secretly: SkillSpec = { extra: '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]' };
async function install(spec: SkillSpec = secretly): Promise<void> {
  const file = await skillFile(root, spec);
  expect(await palyra("install", "--artifact", file, "--allow-untrusted", "--accept-widening")).toMatchObject({ exit: 0 });
}

describe("policy explain", () => {
  const explain = async (...more: string[]) => (await palyra("policy", "explain", "acme.echo", ...more)).stdout;
  const states = (text: string) => text.match(/^(allowed|waits|denied) /gm)?.map((state) => state.trim());

  it("says of the whole what its rows say", async () => {
    await install();
    const waiting = await explain();
    expect(waiting).toContain("may start once a person says yes");
    expect(states(waiting)).toEqual(["waits", "waits"]);
    const { requests } = await json("policy", "explain", "acme.echo");
    expect(requests).toMatchObject([
      { allowed: true, waits: true },
      { allowed: true, waits: true },
    ]);
    await palyra("approvals", "add", "acme.echo", "--yes");
    const approved = await explain();
    expect(approved).toMatch(/may start at once: it was approved \([0-9a-f]{12}\)/);
    expect(states(approved)).toEqual(["allowed", "allowed"]);
    const file = join(root, "site.cedar");
    writeFileSync(file, 'forbid (principal, action == Palyra::Action::"tool.execute", resource);');
    const denied = await explain("--authorization-policy", file);
    expect(denied).toContain("may not start");
    expect(states(denied)).toEqual(["allowed", "denied"]);
    // A permit of one of them waives a yes for that one alone.
    writeFileSync(file, 'permit (principal, action == Palyra::Action::"tool.execute", resource);');
    const partly = await explain("--authorization-policy", file);
    expect(partly).toContain("may start once a person says yes");
    expect(states(partly)).toEqual(["waits", "allowed"]);
  });

  it("says that it starts at once where nothing asks for a yes", async () => {
    await install({});
    expect(await explain()).toContain("may start at once\n");
    expect(states(await explain())).toEqual(["allowed"]);
  });
});

describe("T28: an approval that is listed", () => {
  it("is not there for a skill that is misspelt, and that is said", async () => {
    await install();
    await palyra("approvals", "add", "acme.echo", "--yes");
    const ran = await palyra("approvals", "list", "acme.eco");
    expect([ran.exit, ran.stderr]).toEqual([
      0,
      "warning: nothing of acme.eco is approved: palyra skills approvals list shows what is, palyra skills list what is installed\n",
    ]);
    expect((await palyra("approvals", "list", "acme.echo")).stderr).toBe("");
  });

  const fits = async (...more: string[]): Promise<unknown> => {
    const { approvals } = await json("approvals", "list", ...more);
    return Object(approvals).map(({ fits: is, changed }: { fits: unknown; changed: unknown }) => [is, changed]);
  };
  const file = () => join(root, "site.cedar");

  it("says whether it is of what there is now, and what is another", async () => {
    await install();
    await palyra("approvals", "add", "acme.echo", "--yes");
    expect(await fits()).toEqual([[true, []]]);
    expect((await palyra("approvals", "list")).stdout).not.toContain("lets nothing start");
    await json("grant", "add", "acme.echo", "--origin", "https://api.example.com:8443");
    expect(await fits()).toEqual([[false, ["grants"]]]);
    writeFileSync(file(), "forbid (principal, action, resource) when { false };");
    const shown = await palyra("approvals", "list", "--authorization-policy", file());
    expect(shown.stdout).toContain("lets nothing start, changed since: what it may use, the policies");
    expect(shown.stdout).toContain("palyra skills approvals remove ID");
    await json("grant", "remove", "acme.echo", "--all");
    expect(await fits()).toEqual([[true, []]]);
  });

  it("of a version that is not the current one still fits: a run can name it; of bytes that are gone, no more", async () => {
    await install();
    await palyra("approvals", "add", "acme.echo", "--yes");
    await install({ ...secretly, version: "1.1.0" });
    expect(await fits()).toEqual([[true, []]]);
    await palyra("remove", "acme.echo", "--version", "1.0.0");
    expect(await fits()).toEqual([[false, ["artifact"]]]);
    await palyra("remove", "acme.echo");
    expect(await fits()).toEqual([[false, ["not_installed"]]]);
    expect((await palyra("approvals", "list")).stdout).toContain("no version is installed");
  });

  it("of an artifact that was changed behind our back fits nothing", async () => {
    await install();
    await palyra("approvals", "add", "acme.echo", "--yes");
    rmSync(join(root, "state/skills/acme.echo/1.0.0/artifact.palyra-skill"));
    expect(await fits()).toEqual([[false, ["artifact"]]]);
  });

  it("is listed all the same where that cannot be known", async () => {
    await install();
    await palyra("approvals", "add", "acme.echo", "--yes");
    writeFileSync(file(), "nonsense");
    const ran = await palyra("approvals", "list", "--authorization-policy", file(), "--json");
    expect(parsed(ran)).toMatchObject({ count: 1, approvals: [{ fits: null, changed: [] }] });
    expect(ran.stderr).toContain("whether they still fit is not known");
  });
});
