import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { compose } from "../../src/entry/compose.ts";
import { shellWord } from "../../src/operations/wording/at-place.ts";
import { commandLine, errorOf, type HostOptions, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { publicKeyOf, type SkillSpec, skillFile } from "../lifecycle/support.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
const palyra = (...argv: string[]): Promise<Ran> => commandLine(root)(...argv);
/** What is warned of besides is another matter. */
const warned = async (...argv: string[]): Promise<Record<string, unknown>> => Object(parsed(await palyra(...argv, "--json")));
const json = async (...argv: string[]): Promise<Record<string, unknown>> => {
  const ran = await palyra(...argv, "--json");
  expect(ran.stderr).toBe("");
  return Object(parsed(ran));
};
const refusal = async (...argv: string[]) => errorOf(await palyra(...argv, "--json"));
const at = (options: HostOptions) => commandLine(root, options);
const skills = (name: string): string => join(root, "state", "skills", name);

async function install(spec: SkillSpec = {}, ...more: string[]): Promise<void> {
  const ran = await palyra(
    "skills",
    "install",
    "--artifact",
    await skillFile(root, spec),
    "--allow-untrusted",
    "--accept-widening",
    ...more,
  );
  expect(ran.stderr).not.toContain("error:");
  expect(ran.exit).toBe(0);
}
const secretly: SkillSpec = { extra: '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]' };

describe("skills policy", () => {
  it("shows what always holds, and the schema", async () => {
    expect((await palyra("skills", "policy", "show")).stdout).toContain('@id("only-active")');
    expect((await palyra("skills", "policy", "show", "--schema")).stdout).toContain("namespace Palyra");
  });

  it("checks a file, with the line of what is wrong; the option and the variable name it", async () => {
    const file = join(root, "site.cedar");
    writeFileSync(file, '@id("no") forbid (principal, action, resource) when { context.surface == "mcp" };');
    expect(await json("skills", "policy", "check", "--authorization-policy", file)).toMatchObject({
      files: [file],
      policies: ["palyra#only-active", "palyra#approved-where-asked", "site.cedar#no"],
      warnings: [],
    });
    writeFileSync(file, "forbid (principal, action, resource)\nwhen { context.surfase == 1 };");
    const ran = await at({ env: { PALYRA_SKILL_AUTHORIZATION_POLICY: file } })("skills", "policy", "check", "--json");
    expect(ran.exit).toBe(1);
    expect(errorOf(ran)).toMatchObject({ code: "PolicyInvalid", details: { document: file, faults: [{ line: 2 }] } });
  });

  it("an invalid one stops a decision, and opens nothing", async () => {
    await install();
    const file = join(root, "site.cedar");
    writeFileSync(file, "permit (principal, action, resource) when { true };\nnonsense");
    expect((await refusal("skills", "policy", "explain", "acme.echo", "--authorization-policy", file)).code).toBe(
      "PolicyInvalid",
    );
  });

  it("explains: who decided, for which request", async () => {
    await install(secretly);
    const explained = await json("skills", "policy", "explain", "acme.echo.say");
    expect(explained).toMatchObject({ decision: "approval", approval_id: null, grants: ["secret=skill:acme.echo/token"] });
    expect(explained["requests"]).toMatchObject([
      { action: "skill.capability.vault.read", resource: "skill:acme.echo", allowed: true },
      { action: "tool.execute", resource: "tool:acme.echo.say", allowed: true },
    ]);
    const file = join(root, "site.cedar");
    writeFileSync(file, '@id("quiet") forbid (principal, action == Palyra::Action::"skill.capability.vault.read", resource);');
    const denied = await palyra("skills", "policy", "explain", "acme.echo", "--authorization-policy", file);
    expect(denied.stdout).toMatch(/may not start[\s\S]*denied +skill\.capability\.vault\.read +site\.cedar#quiet/);
  });

  it("holds policies against cases, and fails where one differs", async () => {
    await install();
    const cases = join(root, "cases.json");
    const said = { skill: "acme.echo", tool: "acme.echo.say" };
    const list = [
      { name: "starts", ...said, expect: "allowed" },
      { name: "not when it is stopped", ...said, status: "quarantined", expect: "denied" },
    ];
    writeFileSync(cases, JSON.stringify(list));
    expect(await json("skills", "policy", "test", cases)).toMatchObject({ passed: 2, failed: 0 });
    writeFileSync(cases, JSON.stringify([{ ...list[0], expect: "denied" }]));
    const ran = await palyra("skills", "policy", "test", cases);
    expect([ran.exit, ran.stdout]).toEqual([1, expect.stringContaining("expected denied, is allowed")]);
    for (const wrong of ['[{"name":"x"}]', "[]"]) {
      writeFileSync(cases, wrong);
      expect((await refusal("skills", "policy", "test", cases)).code).toBe("Serialization");
    }
    for (const [other, code] of [
      [{ skill: "acme.eco" }, "NotInstalled"],
      [{ tool: "acme.echo.sya" }, "UnknownTool"],
    ] as const) {
      writeFileSync(cases, JSON.stringify([list[0], { ...list[1], ...other }]));
      const { stderr } = await palyra("skills", "policy", "test", cases, "--json");
      const { error, warnings } = JSON.parse(stderr);
      expect([error.code, warnings]).toEqual([code, [expect.stringContaining("the case not when it is stopped of")]]);
    }
  });

  it("says what stands where it is not expected in a policy, what may, and what to do", async () => {
    const file = join(root, "site.cedar");
    writeFileSync(file, "permit (principal, action, resource\nwhen { true };");
    const { stderr } = await palyra("skills", "policy", "check", "--authorization-policy", file);
    expect(stderr).toMatch(/:2:1 {2}unexpected token "when" \(allowed: "!="|:2:1 {2}unexpected token `when` \(allowed: `!=`/);
    expect(stderr).toContain("hint: nothing starts by it until it is corrected");
  });
});

describe("T28: an approval that is kept", () => {
  it("is told, listed, and over as soon as what it binds is another", async () => {
    await install(secretly);
    const asked = await at({ types: "y\n", terminal: true, columns: 100 })("skills", "approvals", "add", "acme.echo.say");
    expect(asked.stderr).toContain("secret=skill:acme.echo/token");
    expect(asked.stderr).toContain("Let acme.echo.say of acme.echo 1.0.0 run on terminal?");
    const [approval] = Object(await json("skills", "approvals", "list")).approvals;
    expect(approval).toMatchObject({ tool_id: "acme.echo.say", surface: "terminal", principal: "user:local", session: null });
    const explain = async (...more: string[]) =>
      (await json("skills", "policy", "explain", "acme.echo.say", ...more))["approval_id"];
    expect(await explain()).toBe(approval.id);
    expect(await explain("--surface", "mcp")).toBeNull();
    expect(await explain("--principal", "user:other")).toBeNull();
    const file = join(root, "site.cedar");
    writeFileSync(file, "forbid (principal, action, resource) when { false };");
    expect(await explain("--authorization-policy", file)).toBeNull();
    await json("skills", "grant", "add", "acme.echo", "--origin", "https://api.example.com:8443");
    expect(await explain()).toBeNull();
    await json("skills", "grant", "remove", "acme.echo", "--all");
    expect(await explain()).toBe(approval.id);
    expect(await json("skills", "approvals", "remove", approval.id.slice(0, 10))).toEqual({
      removed: [approval.id],
      begun_anew: false,
    });
    expect(await explain()).toBeNull();
    const kinds = Object(await json("skills", "journal", "tail")).events.map(
      ({ event_kind }: { event_kind: string }) => event_kind,
    );
    expect(kinds).toEqual(expect.arrayContaining(["skill.approved", "skill.granted", "skill.approval_removed"]));
  });

  it("is of these bytes: another version is asked for anew", async () => {
    await install(secretly);
    await json("skills", "approvals", "add", "acme.echo", "--yes");
    await install({ ...secretly, version: "1.1.0" });
    expect((await json("skills", "policy", "explain", "acme.echo"))["approval_id"]).toBeNull();
  });

  it("T28: is a person's: where nobody can be asked, --yes has to stand there", async () => {
    await install(secretly);
    expect((await palyra("skills", "approvals", "add", "acme.echo")).exit).toBe(2);
    expect(await refusal("skills", "approvals", "add", "acme.echo", "--non-interactive")).toMatchObject({ code: "Usage" });
    expect(await json("skills", "approvals", "list")).toMatchObject({ approvals: [] });
    expect((await palyra("skills", "approvals", "add", "acme.echo", "--yes")).exit).toBe(0);
  });

  it("a no keeps nothing; what needs none is told so; what is denied cannot be approved", async () => {
    await install(secretly);
    const no = await at({ types: "n\n", terminal: true })("skills", "approvals", "add", "acme.echo");
    expect([no.exit, no.stderr]).toEqual([1, expect.stringContaining("declined")]);
    expect((await json("skills", "approvals", "list"))["count"]).toBe(0);
    const file = join(root, "site.cedar");
    writeFileSync(file, "forbid (principal, action, resource);");
    expect((await refusal("skills", "approvals", "add", "acme.echo", "--authorization-policy", file)).code).toBe("PolicyDenied");
    writeFileSync(file, 'permit (principal == Palyra::Skill::"acme.echo", action, resource);');
    expect(await json("skills", "approvals", "add", "acme.echo", "--authorization-policy", file)).toEqual({
      needed: false,
      approval: null,
    });
  });

  it("does not come back with an older record, and what cannot be believed is begun anew", async () => {
    await install(secretly);
    await json("skills", "approvals", "add", "acme.echo", "--yes");
    copyFileSync(skills(".approvals"), join(root, "kept"));
    await json("skills", "approvals", "remove", "--all");
    copyFileSync(join(root, "kept"), skills(".approvals"));
    const old = await refusal("skills", "policy", "explain", "acme.echo");
    expect(old).toMatchObject({ code: "AuthorizationRecordInvalid", details: { record: "approvals" } });
    rmSync(skills(".approvals"));
    expect((await refusal("skills", "approvals", "list")).code).toBe("AuthorizationRecordInvalid");
    expect(await json("skills", "approvals", "remove", "--all")).toEqual({ removed: [], begun_anew: true });
    writeFileSync(skills(".approvals"), "forged");
    expect((await palyra("skills", "approvals", "remove", "--all")).stdout).toContain("begun anew: the record of approvals");
    expect((await palyra("skills", "approvals", "remove", "--all")).stdout).toBe("there was no such approval\n");
    expect((await json("skills", "policy", "explain", "acme.echo"))["approval_id"]).toBeNull();
  });
});

describe("skills grant", () => {
  it("adds, replaces, lists and takes back", async () => {
    const all = [
      "--origin",
      "https://API.example.com",
      "--private-origin",
      "http://127.0.0.1:8080",
      "--global-key",
      "weather",
      "--bearer",
      "global/weather@api.example.com",
      "--insert",
      "skill:acme.echo/key@api.example.com/X-Key",
      "--root",
      "out=/srv/out",
      "--max-fuel",
      "1000",
      "--max-wall-ms",
      "50",
      "--frozen-clock",
      "2026-01-31",
      "--seed",
      "replay-7",
    ];
    const granted = await warned("skills", "grant", "add", "acme.echo", ...all);
    expect(granted).toEqual({
      skill_id: "acme.echo",
      hosts: [
        { host: "api.example.com", port: 443, plain_http: false, private_addresses: false },
        { host: "127.0.0.1", port: 8080, plain_http: true, private_addresses: true },
      ],
      global_keys: ["weather"],
      inserts: [
        { secret: "skill:acme.echo/key", host: "api.example.com", header: "x-key", prefix: "" },
        { secret: "global/weather", host: "api.example.com", header: "authorization", prefix: "Bearer " },
      ],
      roots: [{ root: "out", folder: "/srv/out" }],
      limits: { fuel: 1000, wall_ms: 50 },
      fixed: { clock_unix_ms: 1_769_817_600_000, seed: "replay-7" },
      limits_before: {},
    });
    expect(await warned("skills", "grant", "add", "acme.echo", "--root", "out=/srv/other")).toMatchObject({
      roots: [{ folder: "/srv/other" }],
    });
    expect((await json("skills", "grant", "list"))["count"]).toBe(1);
    const [left] = Object(
      await json(
        "skills",
        "grant",
        "remove",
        "acme.echo",
        "--global-key",
        "weather",
        "--max-fuel",
        "1",
        "--root",
        "out=/srv/other",
        "--seed",
        "x",
      ),
    ).skills;
    expect(left).toMatchObject({
      global_keys: [],
      roots: [],
      limits: { wall_ms: 50 },
      fixed: { clock_unix_ms: 1_769_817_600_000 },
    });
    await json("skills", "grant", "remove", "acme.echo", "--all");
    expect((await json("skills", "grant", "list"))["count"]).toBe(0);
  });

  it.each([
    ["--origin", "https://api.example.com/path"],
    ["--origin", "ftp://api.example.com"],
    ["--private-origin", "http://user:pw@127.0.0.1"],
    ["--origin", "https://*.example.com"],
    ["--private-origin", "http://*"],
    ["--bearer", "global/weather@*.example.com"],
    ["--global-key", "a/b"],
    ["--insert", "global/weather@api.example.com"],
    ["--insert", "global/weather@api.example.com/Host"],
    ["--insert", "global/weather@ftp://api.example.com/x-key"],
    ["--insert", "global/weather@api.example.com:99999/x-key"],
    ["--bearer", "global/weather@https://api.example.com/v1"],
    ["--insert", "global/weather@api.example.com/Proxy-Authorization"],
    ["--root", "out=relative"],
    ["--max-memory", "1"],
    ["--frozen-clock", "yesterday"],
    ["--seed", "two words"],
  ])("refuses %s %s", async (option, value) => {
    expect((await palyra("skills", "grant", "add", "acme.echo", option, value)).exit).toBe(2);
  });

  it.each([
    ["api.example.com:8443", "api.example.com:8443"],
    ["API.example.com:443", "api.example.com"],
    ["https://api.example.com", "api.example.com"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://[::1]", "http://[::1]"],
  ])("T38: binds a secret to an origin: %s", async (typed, host) => {
    const added = await warned("skills", "grant", "add", "acme.echo", "--bearer", `global/weather@${typed}`);
    expect(added["inserts"]).toEqual([{ secret: "global/weather", host, header: "authorization", prefix: "Bearer " }]);
    const gone = await warned("skills", "grant", "remove", "acme.echo", "--bearer", `global/weather@${typed}`);
    expect(gone).toMatchObject({ skills: [{ inserts: [] }] });
  });

  it("T23: lays no root into or above what is this system's own, and tells no mode for it", async () => {
    await install(secretly);
    for (const folder of ["/", root, join(root, "state"), join(root, "state", "skills"), join(root, "state", "later")]) {
      const ran = await palyra("skills", "grant", "add", "acme.echo", "--root", `out=${folder}`, "--json");
      expect([ran.exit, errorOf(ran)]).toEqual([
        1,
        expect.objectContaining({
          code: "UnsafeStateRoot",
          message: expect.stringContaining(`${folder} cannot be the root out of acme.echo: it lies in or above`),
          hint: "lay it elsewhere: palyra skills grant add acme.echo --root out=FOLDER",
        }),
      ]);
    }
    expect((await json("skills", "grant", "list"))["count"]).toBe(0);
  });

  it("says of a folder and of a secret that are not there yet that they are not", async () => {
    await install(secretly);
    const bearer = ["--bearer", "global/weather@api.example.com"];
    const { exit, stderr } = await palyra("skills", "grant", "add", "acme.echo", "--root", `out=${join(root, "out")}`, ...bearer);
    expect(exit).toBe(0);
    expect(stderr).toContain(
      `no tool of acme.echo starts as it is now: cannot open the root out of acme.echo, ${join(root, "out")}: it is not there`,
    );
    expect(stderr).toContain("no secret global/weather is stored yet: palyra secrets set global weather");
    mkdirSync(join(root, "out"));
    const stdin = new TextEncoder().encode("a key");
    expect((await at({ stdin })("secrets", "set", "global", "weather", "--value-stdin")).exit).toBe(0);
    const again = await palyra("skills", "grant", "add", "acme.echo", "--root", `out=${join(root, "out")}`, ...bearer);
    expect([again.exit, again.stderr]).toEqual([0, expect.not.stringMatching(/cannot open|starts as it is now|is stored yet/)]);
  });

  it("T38: says wherever grants are told that the host inserts a secret, and that no tool can read it", async () => {
    const secrets = ["skill:acme.echo", "global"].map(
      (scope) => `[[capabilities.secrets]]\nscope = "${scope}"\nkey_names = ["token"]`,
    );
    await install({ extra: secrets.join("\n") });
    const insert = ["--insert", "skill:acme.echo/token@api.example.com/x-key", "--bearer", "global/token@api.example.com"];
    const added = await palyra("skills", "grant", "add", "acme.echo", "--global-key", "token", ...insert);
    expect(added.stdout).toContain("may not read  global/token, although it is granted: the host inserts it");
    const listed = (await palyra("skills", "grant", "list")).stdout;
    expect(listed).toContain("host inserts  skill:acme.echo/token into x-key for api.example.com");
    expect(listed).not.toMatch(/^ +may read/m);
    const inserted = (secret: string, header: string): string =>
      `insert=${secret} api.example.com ${header}: the host puts it into that header, the tool cannot read it`;
    for (const command of [
      ["skills", "policy", "explain", "acme.echo"],
      ["skills", "run", "acme.echo", "--dry-run"],
      ["skills", "approvals", "add", "acme.echo", "--yes"],
    ]) {
      const { exit, stdout, stderr } = await palyra(...command);
      const told = stdout + stderr;
      expect([exit, told], command.join(" ")).toEqual([0, expect.stringContaining(inserted("global/token", "authorization"))]);
      expect(told).toContain(inserted("skill:acme.echo/token", "x-key"));
      expect(told).not.toMatch(/secret=|is not given/);
    }
  });

  it("says of what changes nothing that it does not: a skill that is not here, a root or key that it does not declare, a limit above its own", async () => {
    const said = async (...words: string[]) => (await palyra("skills", "grant", "add", "acme.echo", ...words)).stderr;
    expect(await said("--max-fuel", "5")).toContain("no skill acme.echo is installed here");
    await install(secretly);
    expect(await said("--root", "out=/srv/out")).toContain("declares no root out");
    expect(await said("--global-key", "weather")).toContain(
      "declares no secret global/weather: it declares skill:acme.echo/token",
    );
    expect(await said("--bearer", "skill:acme.other/key@api.example.com")).toContain("declares no secret skill:acme.other/key");
    expect(await said("--max-fuel", "999999999")).toContain("lowers nothing");
    expect(await said("--max-fuel", "5")).toBe("");
  });

  it.each(["skills.trust.digest", "palyra.key"])("T22: gives nobody a key of this system's own: %s", async (key) => {
    expect((await palyra("skills", "grant", "add", "acme.echo", "--global-key", key)).exit).toBe(2);
    expect((await palyra("skills", "grant", "add", "acme.echo", "--bearer", `global/${key}@api.example.com`)).exit).toBe(2);
  });

  it("tells the limit that a new one takes the place of, and journals nothing where nothing was granted", async () => {
    await palyra("skills", "grant", "add", "acme.none", "--max-fuel", "1000");
    const again = await palyra("skills", "grant", "add", "acme.none", "--max-fuel", "9000");
    expect(again.stdout).toContain("9,000 units");
    expect(again.stdout).toContain("before: at most 1,000 units");
    const heights = async () => Object(await json("skills", "journal", "tail", "--last", "50"))["events"].length;
    const before = await heights();
    const gone = await palyra("skills", "grant", "remove", "acme.none", "--global-key", "weather");
    expect([gone.exit, gone.stdout]).toEqual([0, expect.stringContaining("nothing of it was granted")]);
    expect(await heights()).toBe(before);
  });

  it.each([
    "http://127.0.0.1:18081",
    "http://localhost:99",
    "http://10.0.0.1",
    "https://169.254.169.254",
    "http://[::1]",
    "http://0x7f.1",
  ])("T37: says that a plain --origin opens no private address: %s", async (origin) => {
    const said = async (option: string) => (await palyra("skills", "grant", "add", "acme.none", option, origin)).stderr;
    expect(await said("--origin")).toContain(`opens nothing: its address is of this machine or of no public network`);
    expect(await said("--origin")).toContain(`--private-origin ${shellWord(new URL(origin).origin)} alone opens`);
    expect(await said("--private-origin")).not.toContain("opens nothing");
  });

  it("takes an origin back that is granted no more: with a name that stands for several", async () => {
    const run = await palyra("skills", "grant", "remove", "acme.none", "--origin", "https://*.example.com", "--json");
    expect(parsed(run)).toMatchObject({ changed: false });
  });

  it("lifts a limit by its name, whatever stands with it or nothing", async () => {
    const limits = ["--max-fuel", "1000", "--max-memory", "65536", "--max-wall-ms", "50"];
    const fixed = ["--frozen-clock", "2026-01-31", "--seed", "replay-7"];
    const left = async (...typed: string[]) => {
      expect((await palyra("skills", "grant", "add", "acme.none", ...limits, ...fixed)).exit).toBe(0);
      const [skill] = Object(await json("skills", "grant", "remove", ...typed))["skills"];
      return { ...skill.limits, ...skill.fixed };
    };
    const kept = { fuel: 1000, wall_ms: 50, clock_unix_ms: 1_769_817_600_000, seed: "replay-7" };
    for (const typed of [["--max-memory"], ["--max-memory", "1"], ["--max-memory=1"], ["--max-memory", "x"]]) {
      expect(await left("acme.none", ...typed), typed.join(" ")).toEqual(kept);
      expect(await left(...typed, "acme.none"), typed.join(" ")).toEqual(kept);
    }
    expect(await left("--max-fuel", "--max-memory", "--frozen-clock", "x", "--seed", "acme.none")).toEqual({ wall_ms: 50 });
    expect((await palyra("skills", "grant", "remove", "--max-memory", "1")).exit).toBe(2);
    expect((await palyra("skills", "grant", "add", "acme.none", "--max-memory")).exit).toBe(2);
  });

  it("takes a root back by its name, and by a folder only where it lies in that one", async () => {
    const add = () => palyra("skills", "grant", "add", "acme.none", "--root", "out=/srv/out", "--root", "in=/srv/in");
    const remove = (...typed: string[]) =>
      palyra("skills", "grant", "remove", "acme.none", ...typed.flatMap((each) => ["--root", each]), "--json");
    await add();
    const other = await remove("in", "out=/srv/other");
    expect([other.exit, errorOf(other)]).toEqual([
      2,
      expect.objectContaining({ code: "Usage", message: expect.stringContaining("lies in another folder, /srv/out") }),
    ]);
    for (const typed of ["", "out=", "=/srv/out", "out=srv"]) expect((await remove(typed)).exit, typed).toBe(2);
    const left = [{ root: "in", folder: "/srv/in" }];
    expect(parsed(await remove("out"))).toMatchObject({ changed: true, skills: [{ roots: left }] });
    expect(parsed(await remove("out", "out=/srv/other"))).toMatchObject({ changed: false, skills: [{ roots: left }] });
    await add();
    expect(parsed(await remove("out=/srv/out/", "in"))).toMatchObject({ changed: true, skills: [{ roots: [] }] });
    expect((await palyra("skills", "grant", "add", "acme.none", "--root", "out")).exit).toBe(2);
  });

  it("is refused as a whole where something else changed the record: a limit is not lifted by that", async () => {
    await install();
    await json("skills", "grant", "add", "acme.echo", "--max-fuel", "1000");
    writeFileSync(skills(".grants"), readFileSync(skills(".grants"), "utf8").replace('"fuel":1000', '"fuel":9000'));
    expect((await refusal("skills", "policy", "explain", "acme.echo")).code).toBe("AuthorizationRecordInvalid");
    rmSync(skills(".grants"));
    expect((await refusal("skills", "grant", "list")).code).toBe("AuthorizationRecordInvalid");
    expect((await palyra("skills", "grant", "remove", "--all")).stdout).toContain("begun anew: the record of grants");
    expect(await json("skills", "grant", "remove", "--all")).toEqual({ skills: [], changed: false, begun_anew: false });
    expect((await json("skills", "policy", "explain", "acme.echo"))["decision"]).toBe("allowed");
  });
});

describe("T32: the verdict that a launch rests on (spec 10, step 2)", () => {
  const explain = (...more: string[]) => palyra("skills", "policy", "explain", "acme.echo", "--json", ...more);

  it("is there after an install, also when another publisher's key came since", async () => {
    await install();
    expect((await explain()).exit).toBe(0);
    await install({ publisher: "globex", key: 2 });
    expect((await explain()).exit).toBe(0);
  });

  it("check and tools say that it is missing, as a launch would, and name the command that ends that", async () => {
    await install();
    const policy = join(root, "audit.json");
    writeFileSync(policy, JSON.stringify({ max_exported_functions: 100 }));
    const named = ["--audit-policy", policy];
    const [ready] = Object(await json("skills", "check")).results;
    expect([ready.check_status, ready.reasons]).toEqual(["ready", []]);
    const [blocked] = Object(await json("skills", "check", ...named)).results;
    expect(blocked).toMatchObject({ check_status: "blocked", audit_passed: true, quarantine_required: false });
    expect(blocked.reasons[0]).toContain("palyra skills audit acme.echo --version 1.0.0");
    const shown = await palyra("skills", "tools", ...named, "--json");
    expect([shown.exit, parsed(shown)]).toEqual([0, []]);
    expect(shown.stderr).toContain("palyra skills audit acme.echo --version 1.0.0");
    await palyra("skills", "audit", "acme.echo", ...named);
    expect(Object(await json("skills", "check", ...named)).results[0].check_status).toBe("ready");
    expect(Object(await json("skills", "tools", ...named))).toHaveLength(1);
  });

  it("is of the policy in force: by another it is missing until an audit", async () => {
    await install();
    const policy = join(root, "audit.json");
    writeFileSync(policy, JSON.stringify({ max_exported_functions: 100 }));
    const named = ["--audit-policy", policy];
    expect(errorOf(await explain(...named))).toMatchObject({
      code: "VerdictMissing",
      hint: `to audit it: palyra skills audit acme.echo --version 1.0.0 --audit-policy ${policy}`,
    });
    expect((await palyra("skills", "audit", "acme.echo", ...named)).exit).toBe(0);
    expect((await explain(...named)).exit).toBe(0);
    expect((await explain()).exit).toBe(0);
  });

  it("is kept of nothing that fails, and is none where it was forged or is gone", async () => {
    await install();
    const kept = readFileSync(skills(".passed"));
    const forged = Buffer.from(kept);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    writeFileSync(skills(".passed"), forged);
    expect(errorOf(await explain()).code).toBe("VerdictMissing");
    rmSync(skills(".passed"));
    expect(errorOf(await explain()).code).toBe("VerdictMissing");
    const strict = join(root, "strict.json");
    writeFileSync(strict, JSON.stringify({ max_module_bytes: 1 }));
    expect((await palyra("skills", "audit", "acme.echo", "--audit-policy", strict)).exit).toBe(1);
    expect(errorOf(await explain("--audit-policy", strict)).code).toBe("VerdictMissing");
    expect((await palyra("skills", "audit", "acme.echo")).exit).toBe(0);
    expect((await explain()).exit).toBe(0);
  });
});

describe("skills tools", () => {
  it("is what a model is shown, by the names that its API takes", async () => {
    await install({ description: "Says it again" });
    const list = async (format: string) => parsed(await palyra("skills", "tools", "--format", format, "--json"));
    expect(await list("mcp")).toEqual([
      {
        name: "acme.echo.say",
        title: "acme.echo.say",
        description: "Says it again",
        inputSchema: { type: "object" },
        outputSchema: { type: "object" },
        annotations: { title: "acme.echo.say", readOnlyHint: true, openWorldHint: false },
        _meta: { "palyra.dev/skill": { skill_id: "acme.echo", version: "1.0.0", publisher: "acme" } },
      },
    ]);
    const shown = { name: "acme_echo_say", description: "Says it again" };
    const schema = { type: "object", properties: {} };
    expect(await list("openai")).toEqual([{ type: "function", function: { ...shown, parameters: schema } }]);
    expect(await list("anthropic")).toEqual([{ ...shown, input_schema: schema }]);
  });

  it("T27: the name that an API has for a tool is no other publisher's once that tool is stopped", async () => {
    await install({ publisher: "acme", id: "acme.echo", tools: ["acme.x.say"] });
    await palyra("skills", "quarantine", "acme.echo", "--reason", "odd");
    await install({ publisher: "acme_x", id: "acme_x.echo", tools: ["acme_x.say"], key: 2 });
    expect(await refusal("skills", "policy", "explain", "acme_x_say")).toMatchObject({
      code: "AmbiguousTool",
      details: { candidates: ["acme.x.say of acme.echo", "acme_x.say of acme_x.echo"] },
    });
    expect(await json("skills", "policy", "explain", "acme_x.say")).toMatchObject({ skill_id: "acme_x.echo" });
  });

  it("T27: by the name that an API has for it a tool is found again, stopped or not; by one that two have, neither", async () => {
    await install({ tools: ["acme.echo.say", "acme.echo.a.b", "acme.echo.a_b"] });
    const explained = (name: string) => json("skills", "policy", "explain", name);
    expect(await explained("acme_echo_say")).toMatchObject({ skill_id: "acme.echo", tool_id: "acme.echo.say" });
    expect(await refusal("skills", "policy", "explain", "acme_echo_a_b")).toMatchObject({
      code: "AmbiguousTool",
      details: { candidates: ["acme.echo.a.b of acme.echo", "acme.echo.a_b of acme.echo"] },
    });
    expect(parsed(await palyra("skills", "tools", "--json"))).toMatchObject([{ name: "acme.echo.say" }]);
    const [checked] = Object(await json("skills", "check")).results;
    expect(checked.reasons).toContain(
      "nobody is offered acme.echo.a.b: another tool of acme.echo has the same name where no dots are taken; its publisher has to rename one",
    );
    await palyra("skills", "quarantine", "acme.echo");
    expect(await refusal("skills", "policy", "explain", "acme_echo_say")).toMatchObject({ code: "NotEligible" });
  });

  it("is the list itself for who names a format, and a table for who names none", async () => {
    await install({ description: "Says it again" });
    const ran = await palyra("skills", "tools", "--format", "openai");
    expect(parsed(ran)).toMatchObject([{ type: "function", function: { name: "acme_echo_say" } }]);
    expect((await palyra("skills", "tools")).stdout).toMatch(/^tool +what it is for\n/);
  });

  it("leaves out what is quarantined, at once", async () => {
    await install();
    await palyra("skills", "quarantine", "acme.echo");
    expect(parsed(await palyra("skills", "tools", "--json"))).toEqual([]);
    expect((await refusal("skills", "policy", "explain", "acme.echo.say")).code).toBe("NotEligible");
  });

  it("T27: one that two skills offer is offered by neither, and has to be named with its skill", async () => {
    await install();
    await install({ id: "acme.other", tools: ["acme.echo.say", "acme.other.tell"] });
    expect(Object(parsed(await palyra("skills", "tools", "--json"))).map(({ name }: { name: string }) => name)).toEqual([
      "acme.other.tell",
    ]);
    expect(await refusal("skills", "policy", "explain", "acme.echo.say")).toMatchObject({
      code: "AmbiguousTool",
      details: { candidates: ["acme.echo", "acme.other"] },
    });
    expect(await json("skills", "policy", "explain", "acme.echo.say", "--skill", "acme.other")).toMatchObject({
      skill_id: "acme.other",
    });
    expect(await refusal("skills", "policy", "explain", "acme.other")).toMatchObject({ code: "AmbiguousTool" });
    expect(await refusal("skills", "policy", "explain", "acme.nothing")).toMatchObject({ code: "UnknownTool" });
  });
});

describe("T27: a skill that is named as another publisher's tool", () => {
  it("takes over no call of it: a model's goes to the tool, a person's is not guessed", async () => {
    await install({ id: "acme.base", tools: ["acme.echo.pay"] });
    await palyra("skills", "trust", "add", "acme.echo", await publicKeyOf(2));
    await install({ id: "acme.echo.pay", publisher: "acme.echo", tools: ["acme.echo.pay.x"], key: 2 });
    expect(await refusal("skills", "policy", "explain", "acme.echo.pay")).toMatchObject({ code: "AmbiguousTool" });
    const explained = await json("skills", "policy", "explain", "acme.echo.pay", "--skill", "acme.base");
    expect(explained).toMatchObject({ skill_id: "acme.base" });
    const services = compose({ stateRoot: join(root, "state") }, { HOME: root, PALYRA_VAULT_BACKEND: "encrypted_file" });
    const request = {
      tool: "acme.echo.pay",
      exactly: "id" as const,
      input: new Uint8Array(0),
      surface: "mcp" as const,
      session: "s",
    };
    const runner = await services.runner();
    const call = { ...newCall("user:local"), now: Date.now() };
    expect((await runner.plan(request, call)).skill.skillId).toBe("acme.base");
    const byModels = { ...request, exactly: "model" as const };
    expect((await runner.plan({ ...byModels, tool: "acme_echo_pay" }, call)).skill.skillId).toBe("acme.base");
    await expect(runner.plan(byModels, call)).rejects.toHaveCode("UnknownTool");
    await expect(runner.plan({ ...request, tool: "acme_echo_pay" }, call)).rejects.toHaveCode("UnknownTool");
  });
});

describe("killed between journal and record", () => {
  it.each([
    ["approvals.write", ["approvals", "add", "acme.echo", "--yes"], "skill.approved"],
    ["approvals.written", ["approvals", "add", "acme.echo", "--yes"], "skill.approved"],
    ["grants.write", ["grant", "add", "acme.echo", "--max-fuel", "5"], "skill.granted"],
  ])("at %s: nothing is in force that the journal does not know, and the next command goes on", async (point, words, kind) => {
    await install(secretly);
    const driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/operations/driver.ts"));
    const env = { PATH: "", HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
    const killed = spawnSync(process.execPath, [driver.file, "skills", ...words], { env: { ...env, PALYRA_FAULT_POINT: point } });
    expect(killed.signal).toBe("SIGKILL");
    const events = Object(await json("skills", "journal", "tail")).events.map((each: { event_kind: string }) => each.event_kind);
    const inForce =
      Number((await json("skills", "approvals", "list"))["count"]) + Number((await json("skills", "grant", "list"))["count"]);
    expect(events.filter((each: string) => each === kind).length).toBeGreaterThanOrEqual(inForce);
    expect(inForce).toBe(point.endsWith("written") ? 1 : 0);
    await json("skills", ...words);
    expect((await json("skills", "policy", "explain", "acme.echo"))["decision"]).toBe("approval");
  });
});
