// What a refusal names: the variable that nobody typed, the file that was malformed, and that `-` is no file.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillFile } from "../lifecycle/support.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
const palyra = (...argv: string[]) => commandLine(root)(...argv);

describe("a file that a variable names and that is not there", () => {
  const nowhere = "/nowhere/at-all";
  it.each([
    ["PALYRA_SKILL_AUDIT_POLICY", ["skills", "tools"]],
    ["PALYRA_SKILL_AUDIT_VEX", ["skills", "tools"]],
    ["PALYRA_SKILL_AUTHORIZATION_POLICY", ["skills", "policy", "check"]],
    ["PALYRA_SKILL_AUTHORIZATION_POLICY", ["skills", "policy", "explain", "acme.echo"]],
  ])("is told with %s", async (variable, words) => {
    await palyra("skills", "install", "--artifact", await skillFile(root), "--allow-untrusted");
    const ran = await commandLine(root, { env: { [variable]: nowhere } })(...words, "--json");
    expect(errorOf(ran)).toMatchObject({ code: "Io", details: { file: nowhere, named_by: `$${variable}` } });
    expect(String(errorOf(ran)["message"])).toContain(`cannot read ${nowhere} (named by $${variable})`);
  });

  it.each([
    ["PALYRA_SKILL_AUDIT_POLICY", ["skills", "tools"]],
    ["PALYRA_SKILL_AUTHORIZATION_POLICY", ["skills", "policy", "check"]],
    ["PALYRA_SKILL_AUTHORIZATION_POLICY", ["skills", "policy", "explain", "acme.echo"]],
  ])("and so is %s where what it names cannot be used", async (variable, words) => {
    await palyra("skills", "install", "--artifact", await skillFile(root), "--allow-untrusted");
    const file = join(root, "policy.cedar");
    writeFileSync(file, "nonsense");
    const ran = await commandLine(root, { env: { [variable]: file } })(...words, "--json");
    expect(errorOf(ran)).toMatchObject({ code: "PolicyInvalid", details: { document: file, named_by: `$${variable}` } });
    expect(errorOf(ran).message).toContain(`${file} (named by $${variable}) cannot be used`);
    if (!variable.includes("AUTHORIZATION")) return;
    // A folder is named, and a file in it is at fault.
    mkdirSync(join(root, "policies"));
    writeFileSync(join(root, "policies", "one.cedar"), "nonsense");
    const of = await commandLine(root, { env: { [variable]: join(root, "policies") } })(...words, "--json");
    expect(errorOf(of)).toMatchObject({ code: "PolicyInvalid", details: { named_by: `$${variable}` } });
    const typed = await palyra("skills", "policy", "check", "--authorization-policy", file, "--json");
    expect(errorOf(typed).details).not.toHaveProperty("named_by");
  });

  it("is told alone where an option names it", async () => {
    const ran = await palyra("skills", "policy", "check", "--authorization-policy", nowhere);
    expect(ran.stderr).toContain(`cannot read ${nowhere}:`);
  });
});

describe("a file that is no artifact", () => {
  it.each([
    ["skills", "package", "verify", "--artifact"],
    ["skills", "package", "inspect", "--artifact"],
    ["skills", "install", "--allow-untrusted", "--artifact"],
  ])("is named by %s %s", async (...words) => {
    const file = join(root, "no\u001bartifact.palyra-skill");
    writeFileSync(file, "no archive");
    const ran = await palyra(...words, file);
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toContain("no\\u{1b}artifact.palyra-skill: ");
    expect(errorOf(await palyra(...words, file, "--json"))["code"]).toBe("Zip");
  });
});

describe("--output -", () => {
  it.each([
    ["skills", "receipts", "export"],
    ["skills", "journal", "export"],
    ["skills", "trust", "export"],
    ["skills", "audit"],
  ])("is no file for %s %s", async (...words) => {
    const ran = await palyra(...words, "--output", "-");
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain("is no file");
    expect(ran.stderr).toContain("./-");
    expect(existsSync("-")).toBe(false);
  });
});

describe("skills journal tail", () => {
  it("T20: shows of what tools did which it was, how it ended and why it did not start", async () => {
    const { tailView } = await import("../../src/cli/views/journal.ts");
    const { plain } = await import("../../src/cli/text/paint.ts");
    await palyra("skills", "install", "--artifact", await skillFile(root), "--allow-untrusted");
    await palyra("skills", "quarantine", "acme.echo");
    await palyra("skills", "run", "acme.echo");
    expect((await palyra("skills", "journal", "tail")).stdout).toMatch(/skill\.refused .*acme\.echo\S* by terminal: NotEligible/);
    const [event] = Object(parsed(await palyra("skills", "journal", "tail", "--last", "1", "--json")))["events"];
    const shown = (event_kind: string, payload: Record<string, string>): string =>
      String(
        tailView(
          { journal: "j", filter: { skill: null, kinds: [] }, count: 1, events: [{ ...event, event_kind, payload }] },
          Object(plain),
          {},
        ),
      );
    const of = { tool_id: "acme.echo.say", surface: "mcp" };
    expect(shown("skill.started", of)).toContain("acme.echo.say by mcp");
    expect(shown("skill.finished", { ...of, outcome: "Timed\u001bOut" })).toContain("acme.echo.say by mcp: Timed\\u{1b}Out");
    expect(shown("skill.approved", { ...of, lasts: "always" })).toContain("acme.echo.say by mcp: for always");
  });
});
