import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { bindingsOf, decideLaunch, type Policies, readPolicies, requestsOf } from "../../src/policy/index.ts";
import { factsOf, manifestOf } from "./support.ts";

const folder = scratchFolder("policy");
let files = 0;
const fileOf = (text: string): string => {
  files += 1;
  const file = join(folder, `site-${files}.cedar`);
  writeFileSync(file, text);
  return file;
};
const withText = (text: string): Promise<Policies> => readPolicies(fileOf(text), nodePlatform);
let byDefault: Policies;
beforeAll(async () => {
  byDefault = await readPolicies(undefined, nodePlatform);
});

const network = manifestOf('http_egress_allowlist = ["api.example.com"]');

describe("the policies that always hold (spec 10.5)", () => {
  it("let what is active and asks for nothing start at once", () => {
    const decision = decideLaunch(byDefault, factsOf());
    expect(decision.kind).toBe("allowed");
    expect(decision.asked.map(({ action, resource, decision: { by } }) => [action, resource, by])).toEqual([
      ["tool.execute", "tool:acme.echo.say", ["palyra#approved-where-asked"]],
    ]);
  });

  it.each(["quarantined", "disabled", "unknown", "odd"])("start nothing that is %s, approved or not", (status) => {
    const decision = decideLaunch(byDefault, factsOf({ status }));
    expect(decision.kind).toBe("denied");
    expect(decision.asked[0]?.decision.by).toEqual(["palyra#only-active"]);
  });

  it("start no tool that the manifest does not have", () => {
    expect(decideLaunch(byDefault, factsOf({ toolId: "acme.echo.other" })).kind).toBe("denied");
    expect(decideLaunch(byDefault, factsOf({ toolId: "acme.echo.other", manifest: network })).kind).toBe("denied");
  });

  it("ask for each class that the skill declares, as spec 2.5 names it", () => {
    const manifest = manifestOf(
      'http_egress_allowlist = ["api.example.com"]\nfilesystem = { read_roots = ["in"], write_roots = ["out"] }\nsecrets = [{ scope = "skill:acme.echo", key_names = ["token"] }]',
    );
    expect(
      requestsOf({ manifest, toolId: "acme.echo.say" }).map(({ action, resource, values }) => [action, resource, values]),
    ).toEqual([
      ["skill.capability.filesystem.read", "skill:acme.echo", ["in"]],
      ["skill.capability.filesystem.write", "skill:acme.echo", ["out"]],
      ["skill.capability.http.egress", "skill:acme.echo", ["api.example.com"]],
      ["skill.capability.vault.read", "skill:acme.echo", ["skill:acme.echo/token"]],
      ["tool.execute", "tool:acme.echo.say", []],
    ]);
  });
});

describe("T28: a person is asked when any binding of the skill says so", () => {
  it.each<[string, string, string?]>([
    ["a host", 'http_egress_allowlist = ["api.example.com"]'],
    ["a root to write", 'filesystem = { write_roots = ["out"] }'],
    ["a root to read, which has no binding in spec 2.5", 'filesystem = { read_roots = ["in"] }'],
    ["a secret", 'secrets = [{ scope = "skill:acme.echo", key_names = ["token"] }]'],
    ["a device", 'device_capabilities = ["camera"]'],
    ["another tool of it that is sensitive", "", "default_sensitive = true, requires_approval = false"],
    ["another tool of it that asks", "", "default_sensitive = false, requires_approval = true"],
  ])("%s, whatever the tool itself says of its risk", (_name, capabilities, risk) => {
    const manifest = manifestOf(capabilities, risk);
    expect(bindingsOf(manifest).some(({ requires_approval }) => requires_approval)).toBe(true);
    const decision = decideLaunch(byDefault, factsOf({ manifest }));
    expect(decision.kind).toBe("approval");
    expect(decision.kind === "approval" && decision.waiting.length).toBe(decision.asked.length);
  });
});

describe("an operator's policies", () => {
  it("forbid what a person would approve", async () => {
    const policies = await withText(
      '@id("no-network") forbid (principal, action == Palyra::Action::"skill.capability.http.egress", resource) unless { ["api.example.org"].containsAll(resource.values) };',
    );
    const denied = decideLaunch(policies, factsOf({ manifest: network }));
    expect(denied.kind).toBe("denied");
    expect(denied.asked.find(({ action }) => action.endsWith("egress"))?.decision.by).toEqual([`site-${files}.cedar#no-network`]);
    const allowed = manifestOf('http_egress_allowlist = ["api.example.org"]');
    expect(decideLaunch(policies, factsOf({ manifest: allowed })).kind).toBe("approval");
  });

  it("waive an approval for what they name, and for nothing else", async () => {
    const policies = await withText(
      'permit (principal == Palyra::Skill::"acme.echo", action, resource) when { context.surface == "api" };',
    );
    expect(decideLaunch(policies, factsOf({ manifest: network, surface: "api" })).kind).toBe("allowed");
    expect(decideLaunch(policies, factsOf({ manifest: network })).kind).toBe("approval");
    expect(decideLaunch(policies, factsOf({ manifest: network, surface: "api", status: "quarantined" })).kind).toBe("denied");
  });

  it("ask for approval of everything", async () => {
    const policies = await withText("forbid (principal, action, resource) unless { context.approved };");
    expect(decideLaunch(policies, factsOf()).kind).toBe("approval");
  });

  it("that cannot be evaluated let nothing start: Cedar would leave a forbid out", async () => {
    const policies = await withText(
      'forbid (principal, action == Palyra::Action::"tool.execute", resource) when { 9223372036854775807 + 1 > 0 };',
    );
    const decision = decideLaunch(policies, factsOf());
    expect(decision.kind).toBe("denied");
    expect(decision.asked[0]?.decision.errors[0]).toContain("overflow");
  });

  it("are a file or the *.cedar of a folder, and their text is in the digest", async () => {
    const one = await withText("forbid (principal, action, resource) when { false };");
    const other = await withText("forbid (principal, action, resource) when { true };");
    expect(new Set([byDefault.sha256, one.sha256, other.sha256]).size).toBe(3);
    expect((await readPolicies(one.files[0], nodePlatform)).sha256).toBe(one.sha256);
    const all = await readPolicies(folder, nodePlatform);
    expect(all.files.length).toBe(files);
    expect(decideLaunch(all, factsOf()).kind).toBe("denied");
  });
});

describe("an invalid policy stops, and never opens anything", () => {
  it.each<[string, string, object]>([
    ["a text that is none", "permit (principal, action", { line: 1 }],
    [
      "an attribute that is misspelt, which Cedar calls a success",
      "permit(principal, action, resource);\nforbid (principal, action, resource) when { context.aproved };",
      { line: 2, column: 45 },
    ],
    ["a type that there is not", 'forbid (principal == Palyra::Skil::"acme.echo", action, resource);', { line: 1 }],
    ["an action that there is not", 'forbid (principal, action == Palyra::Action::"tool.exec", resource);', { line: 1 }],
    ["a template", "permit (principal == ?principal, action, resource);", {}],
    ["one @id twice", '@id("a") permit (principal, action, resource);\n@id("a") forbid (principal, action, resource);', {}],
    [
      "a line behind letters of several bytes",
      "// ééééé\nforbid (principal, action, resource) when { context.aproved };",
      { line: 2, column: 45 },
    ],
  ])("%s: with its line", async (_name, text, place) => {
    await expect(withText(text)).rejects.toMatchObject({
      code: "PolicyInvalid",
      details: { faults: [expect.objectContaining({ problem: expect.any(String), ...place })] },
    });
  });

  it("no text, too much of it, no file, and a folder without one", async () => {
    const file = fileOf("");
    writeFileSync(file, Uint8Array.of(0xff));
    await expect(readPolicies(file, nodePlatform)).rejects.toHaveCode("PolicyInvalid");
    writeFileSync(file, " ".repeat(1024 * 1024 + 1));
    await expect(readPolicies(file, nodePlatform)).rejects.toHaveCode("PolicyInvalid");
    rmSync(file);
    await expect(readPolicies(file, nodePlatform)).rejects.toHaveCode("Io");
    const empty = scratchFolder("policy");
    await expect(readPolicies(empty, nodePlatform)).rejects.toHaveCode("PolicyInvalid");
    rmSync(empty, { recursive: true });
  });

  it("a policy with the name of one that always holds, or of another file's: Cedar would keep the last", async () => {
    const own = scratchFolder("policy");
    const open = 'permit (principal, action, resource) when { context.surface == "api" };';
    const file = join(own, "palyra");
    for (const id of ["only-active", "approved-where-asked"]) {
      writeFileSync(file, `@id("${id}") ${open}`);
      await expect(readPolicies(file, nodePlatform)).rejects.toMatchObject({
        code: "PolicyInvalid",
        details: { document: file, faults: [expect.objectContaining({ found: `palyra#${id}` })] },
      });
    }
    writeFileSync(file, `@id("more") ${open}`);
    expect((await readPolicies(file, nodePlatform)).policies.map(({ id }) => id)).toContain("palyra#more");
  });

  it("a folder in which anything would be passed over; endings count in any case", async () => {
    const own = scratchFolder("policy");
    writeFileSync(join(own, "deny.CEDAR"), "forbid (principal, action, resource);");
    const policies = await readPolicies(own, nodePlatform);
    expect(decideLaunch(policies, factsOf()).kind).toBe("denied");
    for (const name of ["deny.cedar.bak", "deny.txt", ".hidden"]) {
      writeFileSync(join(own, name), "");
      await expect(readPolicies(own, nodePlatform)).rejects.toMatchObject({
        code: "PolicyInvalid",
        details: { document: join(own, name) },
      });
      rmSync(join(own, name));
    }
    for (const name of ["sub", "sub.cedar"]) {
      mkdirSync(join(own, name));
      await expect(readPolicies(own, nodePlatform)).rejects.toHaveCode("PolicyInvalid");
      rmSync(join(own, name), { recursive: true });
    }
  });

  it("a file that is empty; not one that says that it has none", async () => {
    for (const text of ["", " \n\t"]) await expect(withText(text)).rejects.toHaveCode("PolicyInvalid");
    expect(decideLaunch(await withText("// nothing yet\n"), factsOf()).kind).toBe("allowed");
  });
});

describe.runIf(process.platform !== "win32")("T28: a pipe in place of a file of policies", () => {
  it("is refused: each launch would wait for whoever writes into it, and nothing else could be read meanwhile", async () => {
    const pipe = join(folder, "pipe.cedar");
    execFileSync("mkfifo", [pipe]);
    await expect(readPolicies(pipe, nodePlatform)).rejects.toHaveCode("Io");
    const policies = join(folder, "with-a-pipe");
    mkdirSync(policies);
    execFileSync("mkfifo", [join(policies, "site.cedar")]);
    await expect(readPolicies(policies, nodePlatform)).rejects.toHaveCode("Io");
  });
});

describe("T28: a file that Cedar cannot hold opens nothing, and takes nothing down (spec 10.5)", () => {
  const when = (condition: string): string => `forbid (principal, action, resource) when { ${condition} };`;

  it.each([
    ["brackets", when(`${"(".repeat(1000)}true${")".repeat(1000)}`)],
    ["more of them", when(`${"(".repeat(20_000)}true${")".repeat(20_000)}`)],
    ["conditions", when(`${"if true then ".repeat(1000)}true${" else false".repeat(1000)}`)],
    ["a chain", when(`${'principal.version == "x" || '.repeat(3000)}true`)],
  ])("%s: it is invalid, and the sets of before and after decide as they are written", async (_, text) => {
    const before = await withText(when('principal.publisher == "acme"'));
    await expect(withText(text)).rejects.toHaveCode("PolicyInvalid");
    expect(decideLaunch(before, factsOf()).kind).toBe("denied");
    // Of facts that were not asked before: what Cedar says now.
    const mayRun = await withText(when('principal.publisher == "other"'));
    expect(decideLaunch(mayRun, factsOf()).kind).toBe("allowed");
    expect(decideLaunch(before, factsOf({ principal: "user:second" })).asked[0]?.decision).toMatchObject({
      allowed: false,
      errors: [],
    });
  });
});
