/** What the commands say and refuse where one version takes another's place, and where a daemon's secrets are typed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(() => {
  root = temporaryFolder();
  palyra = commandLine(root);
});
async function install(spec: SkillSpec = {}): Promise<void> {
  const file = join(root, "artifact.palyra-skill");
  writeFileSync(file, await skillBytes(spec));
  const ran = await palyra("skills", "install", "--artifact", file, "--allow-untrusted", "--accept-widening");
  expect(ran.exit, ran.stderr).toBe(0);
}
const ENABLE = "palyra skills enable acme.echo --version 1.0.0 --override";

describe("T31: whoever goes back from a quarantined version", () => {
  beforeEach(async () => {
    await install();
    await install({ version: "1.1.0" });
    await palyra("skills", "quarantine", "acme.echo");
  });
  it.each([
    ["use", ["use", "acme.echo", "--version", "1.0.0", "--allow-downgrade"]],
    ["remove", ["remove", "acme.echo"]],
  ])("is told what to type by %s, and that works", async (_, words) => {
    const ran = await palyra("skills", ...words);
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining(ENABLE) });
    expect((await palyra(...ENABLE.split(" ").slice(1))).exit).toBe(0);
    expect(parsed(await palyra("skills", "list", "--current-only", "--json"))).toMatchObject({
      entries: [{ version: "1.0.0", runtime_status: { status: "active" } }],
    });
  });
  it("is told nothing of the kind where the version was enabled beforehand", async () => {
    await palyra(...ENABLE.split(" ").slice(1));
    const ran = await palyra("skills", "use", "acme.echo", "--version", "1.0.0", "--allow-downgrade");
    expect(ran.stdout).toContain("active");
    expect(ran.stdout).not.toContain("--override");
  });
});

describe("T27: a tool name that another publisher's active skill has", () => {
  it("is refused when a skill is enabled, however its id is typed", async () => {
    await install({ tools: ["acme.x.say"] });
    await palyra("skills", "disable", "acme.echo");
    await install({ publisher: "acme_x", id: "acme_x.echo", tools: ["acme_x.say"], key: 2 });
    for (const id of ["acme.echo", "ACME.echo", "ACME.ECHO"]) {
      const ran = await palyra("skills", "enable", id, "--version", "1.0.0", "--override", "--json");
      expect(errorOf(ran).code, id).toBe("ToolIdConflict");
    }
  });
  it("disables the version that a removal makes current, and the command says so", async () => {
    await install({ tools: ["acme.x.say"] });
    await install({ version: "1.1.0" });
    await install({ publisher: "acme_x", id: "acme_x.echo", tools: ["acme_x.say"], key: 2 });
    const ran = await palyra("skills", "remove", "acme.echo");
    expect(ran.stdout).toContain("tool_id_conflict: acme.x.say (acme_x.echo)");
    expect(ran.stdout).toContain(ENABLE);
  });
});

describe("a password in a URL that is typed", () => {
  const url = "https://me:s3cret@h.example/x";
  it.each([
    ["skills", "install", "--artifact", url],
    ["skills", "audit", "--audit-policy", url],
    ["skills", "quarantine", url],
    ["skills", "list", url],
    ["skills", url],
  ])("is in no error: %s %s %s", async (...words) => {
    for (const more of [[], ["--json"]]) {
      const ran = await palyra(...words, ...more);
      expect(ran.exit).not.toBe(0);
      expect(ran.stderr).toContain("***@h.example");
      expect(ran.stderr + ran.stdout).not.toContain("s3cret");
    }
  });
});

describe("a daemon's token on the command line", () => {
  it("works, with a warning that others can read it (spec 6.2), and is never told", async () => {
    await install();
    const words = ["skills", "quarantine", "acme.echo", "--token", "t0ken"];
    for (const more of [
      [],
      ["--json"],
      ["--url", "http://me:s3cret@127.0.0.1:9"],
      ["--url", "http://me:s3cret@example.invalid"],
    ]) {
      const ran = await palyra(...words, ...more);
      expect(ran.stderr).toContain("--token");
      expect(ran.stderr + ran.stdout).not.toMatch(/t0ken|s3cret/);
    }
    const variable = commandLine(root, { env: { PALYRA_ADMIN_TOKEN: "t0ken" } });
    expect(await variable("skills", "quarantine", "acme.echo")).toMatchObject({ exit: 0, stderr: "" });
  });
});
