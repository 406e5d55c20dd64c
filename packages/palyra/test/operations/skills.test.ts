import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { RUN_MODULE } from "../../../../testing/forge/manifest.ts";
import { openDatabase } from "../../src/files/index.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(() => {
  root = temporaryFolder();
  palyra = commandLine(root);
});

let files = 0;
async function artifact(spec: SkillSpec = {}): Promise<string> {
  const file = join(root, `${files++}.palyra-skill`);
  writeFileSync(file, await skillBytes(spec));
  return file;
}
async function install(spec: SkillSpec = {}, ...more: string[]): Promise<Ran> {
  return palyra("skills", "install", "--artifact", await artifact(spec), "--allow-untrusted", "--json", ...more);
}
const cached = (id = "acme.echo", version = "1.0.0"): string => join(root, "state/skills", id, version, "artifact.palyra-skill");
const tamper = (id?: string): void => appendFileSync(cached(id), "x");
const statusOf = async (id: string): Promise<unknown> => {
  const document = parsed(await palyra("skills", "list", "--json"));
  const entries =
    typeof document === "object" && document !== null && "entries" in document && Array.isArray(document.entries)
      ? document.entries
      : [];
  return entries.find((entry) => entry.skill_id === id)?.runtime_status.status;
};

describe("T12: installed bytes that were changed", () => {
  beforeEach(async () => {
    await install();
    tamper();
  });
  it("are quarantined by verify, and the record stays", async () => {
    const index = readFileSync(join(root, "state/skills/installed-index.json"));
    const ran = await palyra("skills", "verify", "acme.echo", "--json");
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toContain('"ArtifactDigestMismatch"');
    expect(await statusOf("acme.echo")).toBe("quarantined");
    expect(readFileSync(join(root, "state/skills/installed-index.json")).equals(index)).toBe(true);
  });
  it("are quarantined by audit, which prints its document and exits with 1", async () => {
    const ran = await palyra("skills", "audit", "--json");
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      audits: [{ skill_id: "acme.echo", error: { code: "ArtifactDigestMismatch" } }],
      summary: { audited: 1, quarantine_required: 1 },
    });
    expect(await statusOf("acme.echo")).toBe("quarantined");
  });
  it("are only reported by check, list and info", async () => {
    expect(parsed(await palyra("skills", "check", "--json"))).toMatchObject({
      results: [{ check_status: "blocked", trust_accepted: false, quarantine_required: true, audit_passed: false }],
    });
    expect((await palyra("skills", "list", "--json")).exit).toBe(0);
    expect(errorOf(await palyra("skills", "info", "acme.echo", "--json")).code).toBe("ArtifactDigestMismatch");
    expect(await statusOf("acme.echo")).toBe("active");
  });
  it("keep the reason that a quarantine had before", async () => {
    await palyra("skills", "quarantine", "acme.echo", "--reason", "reported");
    await palyra("skills", "audit", "--json");
    expect((await palyra("skills", "check")).stdout).toContain("reported");
  });
});

describe("T19: one bad skill", () => {
  beforeEach(async () => {
    await install();
    await install({ id: "acme.two", tools: ["acme.two.say"] });
  });
  it("does not stop the audit or the list of the others", async () => {
    rmSync(cached("acme.echo"));
    const audited = await palyra("skills", "audit", "--json");
    expect(audited.exit).toBe(1);
    expect(parsed(audited)).toMatchObject({
      audits: [
        { skill_id: "acme.echo", error: { code: "ArtifactDigestMismatch" } },
        { skill_id: "acme.two", report: { passed: true } },
      ],
    });
    const listed = await palyra("skills", "list", "--json");
    expect(listed.exit).toBe(0);
    expect(parsed(listed)).toMatchObject({
      count: 2,
      entries: [
        {
          skill_id: "acme.echo",
          problem: { code: "ArtifactDigestMismatch" },
          eligibility: { eligible: false },
        },
        { skill_id: "acme.two", skill_name: "Echo", eligibility: { eligible: true } },
      ],
    });
    // spec 11.1: null is written only where the page says so.
    expect(listed.stdout).not.toContain("null");
    const checked = await palyra("skills", "check", "--json");
    expect(parsed(checked)).toMatchObject({ results: [{ check_status: "blocked" }, { check_status: "ready" }] });
    expect(checked.exit).toBe(0);
    expect((await palyra("skills", "check", "--strict")).exit).toBe(1);
    expect((await palyra("skills", "check", "acme.two", "--strict")).exit).toBe(0);
  });
});

describe("T1: an index that gives an artifact another name", () => {
  it("is an error, not another skill's status", async () => {
    await install();
    const index = join(root, "state/skills/installed-index.json");
    writeFileSync(index, readFileSync(index, "utf8").replace('"skill_id": "acme.echo"', '"skill_id": "acme.other"'));
    mkdirSync(join(root, "state/skills/acme.other/1.0.0"), { recursive: true });
    writeFileSync(cached("acme.other"), readFileSync(cached("acme.echo")));
    expect(errorOf(await palyra("skills", "info", "acme.other", "--json")).code).toBe("IndexInvalid");
    expect((await palyra("skills", "audit", "--json")).exit).toBe(1);
  });
});

describe("T27: a tool name that another publisher's active skill has", () => {
  it("is refused when a skill is enabled", async () => {
    await install({ publisher: "acme", id: "acme.echo", tools: ["acme.x.say"] });
    await palyra("skills", "disable", "acme.echo");
    const rival = await install({ publisher: "acme_x", id: "acme_x.echo", tools: ["acme_x.say"], key: 2 });
    expect(rival.exit, rival.stderr).toBe(0);
    const refused = await palyra("skills", "enable", "acme.echo", "--override", "--json");
    expect(errorOf(refused).code).toBe("ToolIdConflict");
    await palyra("skills", "disable", "acme_x.echo");
    expect((await palyra("skills", "enable", "acme.echo", "--override")).exit).toBe(0);
  });
});

describe("T27: a tool that two active skills of one publisher offer", () => {
  it("is said by check, for both, until one of them is disabled", async () => {
    await install();
    expect((await install({ id: "acme.two", tools: ["acme.echo.say", "acme.two.own"] })).exit).toBe(0);
    const both = parsed(await palyra("skills", "check", "--json"));
    expect(both).toMatchObject({
      results: [
        {
          check_status: "ready",
          ambiguous_tools: [{ tool_id: "acme.echo.say", also_in: ["acme.two"] }],
          reasons: [expect.any(String)],
        },
        {
          check_status: "ready",
          ambiguous_tools: [{ tool_id: "acme.echo.say", also_in: ["acme.echo"] }],
          reasons: [expect.any(String)],
        },
      ],
    });
    expect(parsed(await palyra("skills", "check", "acme.two", "--json"))).toMatchObject({
      results: [{ ambiguous_tools: [{ tool_id: "acme.echo.say" }] }],
    });
    await palyra("skills", "disable", "acme.echo");
    expect((await palyra("skills", "check", "acme.two", "--json")).stdout).not.toContain("ambiguous_tools");
  });
});

describe("a status", () => {
  beforeEach(() => install());
  it("is changed with a reason and a principal, as spec 11.6 has it", async () => {
    const ran = await palyra("skills", "quarantine", "acme.echo", "--reason", "odd", "--principal", "user:ops", "--json");
    expect(parsed(ran)).toEqual({
      skill_id: "acme.echo",
      version: "1.0.0",
      status: "quarantined",
      reason: "odd",
      detected_at_ms: 1_750_000_000_000,
      operator_principal: "user:ops",
    });
    expect((await palyra("skills", "list", "--eligible-only", "--json")).stdout).toContain('"count": 0');
    expect(parsed(await palyra("skills", "disable", "acme.echo", "--json"))).toMatchObject({ status: "disabled" });
    expect(parsed(await palyra("skills", "enable", "acme.echo", "--override", "--json"))).toMatchObject({ status: "active" });
  });
  it("stays where enabling is not said to override", async () => {
    await palyra("skills", "quarantine", "acme.echo");
    expect((await palyra("skills", "enable", "acme.echo")).exit).toBe(2);
    expect(await statusOf("acme.echo")).toBe("quarantined");
  });
  it("is not changed where a daemon is named that cannot be used", async () => {
    const ran = await palyra("skills", "quarantine", "acme.echo", "--url", "http://daemon.invalid:1", "--json");
    expect(errorOf(ran).code).toBe("Usage");
    const named = commandLine(root, { env: { PALYRA_DAEMON_URL: "http://daemon.invalid:1" } });
    expect((await named("skills", "disable", "acme.echo")).exit).toBe(2);
    expect(await statusOf("acme.echo")).toBe("active");
  });
  it("is changed here where nobody listens at the loopback address that is named, and that is said (D5)", async () => {
    const ran = await palyra("skills", "quarantine", "acme.echo", "--url", "http://127.0.0.1:9", "--json");
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("no daemon runs at http://127.0.0.1:9 (--url)") });
    expect(await statusOf("acme.echo")).toBe("quarantined");
  });
  it("that keeps it from running is said by verify", async () => {
    expect((await palyra("skills", "verify", "acme.echo", "--allow-untrusted")).stderr).toBe("");
    await palyra("skills", "disable", "acme.echo");
    const ran = await palyra("skills", "verify", "acme.echo", "--json");
    expect(ran).toMatchObject({ exit: 0, stderr: "warning: acme.echo 1.0.0 may not run: its status is disabled\n" });
  });
  it("comes back with a removed version, and install says so", async () => {
    await palyra("skills", "quarantine", "acme.echo");
    await palyra("skills", "remove", "acme.echo");
    const again = await palyra("skills", "install", "--artifact", await artifact(), "--allow-untrusted");
    expect(again.exit).toBe(0);
    expect(again.stdout).toContain("It is quarantined");
  });
});

describe("an audit", () => {
  const WIDE = { extra: "" };
  it("of a file writes nothing and fails where the file would be quarantined", async () => {
    const file = await artifact({ ...WIDE, id: "other.echo" });
    const ran = await palyra("skills", "audit", "--artifact", file, "--allow-untrusted", "--json");
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      audits: [{ source: "artifact", artifact: file, skill_id: null, version: null, report: { should_quarantine: true } }],
      summary: { quarantine_required: 1 },
    });
    expect(existsSync(join(root, "state"))).toBe(false);
    const dry = await palyra("skills", "install", "--artifact", file, "--allow-untrusted", "--dry-run", "--json");
    expect(dry.exit).toBe(1);
    expect(parsed(dry)).toMatchObject({ dry_run: true, admitted: false, quarantine_reasons: [expect.any(String)] });
    const refused = await palyra("skills", "install", "--artifact", file, "--allow-untrusted", "--json");
    expect(errorOf(refused).code).toBe("AuditRefused");
  });
  it("uses the policy that is named, and refuses one that it does not understand", async () => {
    await install();
    const policy = join(root, "policy.json");
    writeFileSync(policy, '{"max_exported_functions":0}');
    const ran = await palyra("skills", "audit", "--audit-policy", policy, "--json");
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({ audits: [{ report: { policy: { max_exported_functions: 0 }, passed: false } }] });
    expect(await statusOf("acme.echo")).toBe("active");
    writeFileSync(policy, '{"surprise":1}');
    expect(errorOf(await palyra("skills", "audit", "--audit-policy", policy, "--json")).code).toBe("PolicyInvalid");
    const byVariable = commandLine(root, { env: { PALYRA_SKILL_AUDIT_POLICY: policy } });
    expect(errorOf(await byVariable("skills", "check", "--json")).code).toBe("PolicyInvalid");
  });
  it("T16: says that a feed that is named was not read", async () => {
    await install();
    const named = commandLine(root, { env: { PALYRA_SKILL_AUDIT_VULN_FEED_HOOK: "feed" } });
    expect(parsed(await named("skills", "audit", "--json"))).toMatchObject({
      audits: [{ report: { vulnerability_scan: { status: "skipped" } } }],
    });
  });
});

describe("an audit, to a person", () => {
  const tools = Array.from({ length: 3 }, (_, at) => `acme.echo.${"x".repeat(60)}${at}`);
  /** Its manifest names a module that is not packed. */
  async function broken(): Promise<string> {
    const [manifest, module, key] = [join(root, "skill.toml"), join(root, "m.wasm"), join(root, "a.key")];
    writeFileSync(manifest, brokenManifest(tools));
    writeFileSync(module, RUN_MODULE);
    writeFileSync(key, "11".repeat(32));
    const output = join(root, "broken.palyra-skill");
    const files = ["--manifest", manifest, "--module", module, "--output", output, "--signing-key-file", key];
    expect(await palyra("skills", "package", "build", ...files)).toMatchObject({ exit: 0 });
    return output;
  }
  it("has a line for each tool that cannot run, with its place, and no back-ticks", async () => {
    const ran = await palyra("skills", "audit", "--artifact", await broken(), "--allow-untrusted");
    expect(ran.exit).toBe(1);
    const lines = ran.stdout.split("\n").filter((each) => each.includes("cannot run"));
    expect(lines).toHaveLength(tools.length);
    for (const line of lines) {
      expect(line).toContain('the artifact has no "modules/none.wasm"');
      expect(line).toMatch(/correct the path\. \(tool_entry_points: tool_cannot_run\)$/);
    }
    for (const tool of tools) expect(ran.stdout).toContain(tool);
    expect(ran.stdout).not.toContain("`");
  });
  it("of an artifact writes no event", async () => {
    await install();
    const before = (await palyra("skills", "journal", "tail", "--json")).stdout;
    await palyra("skills", "audit", "--artifact", await broken(), "--allow-untrusted");
    expect((await palyra("skills", "journal", "tail", "--json")).stdout).toBe(before);
  });
});

describe("enable", () => {
  it("T12: of a skill whose artifact is not what was installed says that it may not run all the same", async () => {
    await install();
    await palyra("skills", "quarantine", "acme.echo");
    expect((await palyra("skills", "enable", "acme.echo", "--override")).stderr).toBe("");
    tamper();
    const enabled = await palyra("skills", "enable", "acme.echo", "--override");
    expect(enabled).toMatchObject({ exit: 0, stderr: expect.stringContaining("may not run all the same") });
  });
  it("T1, T12: of what the index names and is not there is refused: what is laid there later would be admitted", async () => {
    await install();
    await palyra("skills", "quarantine", "acme.echo");
    rmSync(join(root, "state", "skills", "acme.echo", "1.0.0"), { recursive: true });
    for (const version of [[], ["--version", "1.0.0"]])
      expect(errorOf(await palyra("skills", "enable", "acme.echo", "--override", ...version, "--json"))).toMatchObject({
        code: "ArtifactDigestMismatch",
        details: { actual: null },
      });
    expect(await palyra("skills", "list", "--quarantined-only")).toMatchObject({ stdout: expect.stringContaining("acme.echo") });
    // What is not in the index has its status all the same (spec 11.6).
    expect((await palyra("skills", "enable", "acme.echo", "--override", "--version", "9.0.0")).exit).toBe(0);
  });
});

describe("a journal, to a person", () => {
  it("shows a refused install as what it is", async () => {
    await palyra("skills", "install", "--artifact", await artifact({ id: "other.echo" }), "--allow-untrusted");
    const { stdout } = await palyra("skills", "journal", "tail");
    expect(stdout).toMatch(/other\.echo 1\.0\.0 .*install refused, nothing was installed \(static_security_audit_failed\)/);
    await install();
    await palyra("skills", "quarantine", "acme.echo", "--reason", "odd");
    expect((await palyra("skills", "journal", "tail", "--last", "1")).stdout).not.toContain("install refused");
  });
  it("shows which version was removed and what changed in the trust store", async () => {
    await install();
    await palyra("skills", "remove", "acme.echo");
    expect((await palyra("skills", "journal", "tail", "--last", "1")).stdout).toContain("acme.echo 1.0.0");
    const key = "d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737";
    await palyra("skills", "trust", "add", "globex", key);
    await palyra("skills", "trust", "remove", "globex");
    const { stdout } = await palyra("skills", "journal", "tail", "--last", "2");
    expect(stdout).toMatch(/globex .*trusted with ed25519:10ba682c8ad13513/);
    expect(stdout).toMatch(/globex .*trusted no longer with ed25519:10ba682c8ad13513/);
  });
  it("says which events it has none of", async () => {
    await install();
    const { stdout } = await palyra("skills", "journal", "tail", "--kind", "nonsense", "--skill", "a.b");
    expect(stdout).toContain("no events of kind nonsense about a.b in ");
  });
});

describe("a journal that cannot be read", () => {
  it("leaves the statuses unknown, and says so", async () => {
    await install();
    const journal = join(root, "state/data/journal.sqlite3");
    writeFileSync(journal, "no database at all, but long enough to be looked at as one".repeat(20));
    const ran = await palyra("skills", "list", "--json");
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("warning:") });
    expect(parsed(ran)).toMatchObject({
      entries: [
        {
          runtime_status: { status: "unknown", source: "unknown" },
          eligibility: { eligible: false, reasons: [expect.stringContaining("cannot be read")] },
        },
      ],
    });
    expect((await palyra("skills", "quarantine", "acme.echo", "--json")).exit).toBe(1);
  });
});

describe("a state root that others can write", () => {
  it("is refused by every command", async () => {
    await install();
    chmodSync(join(root, "state"), 0o777);
    const artifact = join(root, "none.palyra-skill");
    const readers = [
      ["trust", "list"],
      ["journal", "tail"],
      ["journal", "verify"],
      ["package", "verify", "--artifact", artifact],
    ];
    for (const command of [["list"], ["check"], ["info", "acme.echo"], ["quarantine", "acme.echo"], ...readers])
      expect(errorOf(await palyra("skills", ...command, "--json")).code).toBe("UnsafeStateRoot");
  });
});

describe("a trust store that was named", () => {
  it("may lie in a shared folder in which nobody can replace it", async () => {
    const store = join(tmpdir(), `palyra-named-${process.pid}.json`);
    writeFileSync(store, '{ "trusted_publishers": {}, "tofu_publishers": {} }');
    try {
      expect((await palyra("skills", "trust", "list", "--trust-store", store)).exit).toBe(0);
    } finally {
      rmSync(store);
    }
  });
  it("may not lie in a folder in which others can replace it", async () => {
    const folder = join(root, "shared");
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const store = join(folder, "store.json");
    writeFileSync(store, '{ "trusted_publishers": {}, "tofu_publishers": {} }');
    expect(errorOf(await palyra("skills", "trust", "list", "--trust-store", store, "--json")).code).toBe("UnsafeStateRoot");
  });
});

describe("trust", () => {
  const key = "ab".repeat(32);
  it("is told with what it comes to", async () => {
    expect((await palyra("skills", "trust", "add", "acme", key)).stdout).toContain("signs with a listed key is trusted");
    expect((await palyra("skills", "trust", "pin", "globex", key)).stdout).toContain("with any other key it is refused");
    expect((await palyra("skills", "trust", "unpin", "globex")).stdout).toContain("Nothing of globex is trusted here");
  });
  it("is listed, added, pinned and taken back", async () => {
    const list = async (): Promise<unknown> => parsed(await palyra("skills", "trust", "list", "--json"));
    expect(parsed(await palyra("skills", "trust", "add", "acme", key.toUpperCase(), "--json"))).toMatchObject({
      changed: true,
      publisher: "acme",
      trusted_keys: [key],
      pinned_key: null,
    });
    expect(parsed(await palyra("skills", "trust", "add", `acme=${key}`, "--json"))).toMatchObject({ changed: false });
    await palyra("skills", "trust", "pin", "globex", key);
    expect(await list()).toMatchObject({ trusted_publishers: { acme: [key] }, tofu_publishers: { globex: key } });
    await palyra("skills", "trust", "remove", "acme");
    await palyra("skills", "trust", "unpin", "globex");
    expect(await list()).toMatchObject({ trusted_publishers: {}, tofu_publishers: {} });
  });
  it.each([
    ["add", "acme", "zz"],
    ["add", "Bad Name", key],
    ["add", `acme=${key}`, key],
    ["pin", "acme"],
    ["unpin", "a b"],
  ])("%j is a usage error", async (...words) => {
    expect((await palyra("skills", "trust", ...words)).exit).toBe(2);
  });
});

describe("the journal", () => {
  it("is tailed with a payload that was damaged, and the others", async () => {
    await install();
    const { journal } = JSON.parse((await palyra("skills", "journal", "tail", "--json")).stdout);
    const database = openDatabase(String(journal));
    database.exec("DROP TRIGGER skill_events_no_update; UPDATE skill_events SET payload_json = '[' WHERE seq = 1");
    database.close();
    expect(parsed(await palyra("skills", "journal", "tail", "--json"))).toMatchObject({
      count: 2,
      events: [
        { seq: 1, payload: { text: "[" } },
        { seq: 2, payload: { skill_id: "acme.echo" } },
      ],
    });
    expect((await palyra("skills", "journal", "tail")).exit).toBe(0);
  });
  it("is tailed and verified, and none is no error", async () => {
    expect(parsed(await palyra("skills", "journal", "tail", "--json"))).toMatchObject({ count: 0, events: [] });
    expect(parsed(await palyra("skills", "journal", "verify", "--json"))).toMatchObject({ intact: true, events: 0 });
    await install();
    await palyra("skills", "disable", "acme.echo");
    const all = parsed(await palyra("skills", "journal", "tail", "--json"));
    expect(all).toMatchObject({
      count: 3,
      events: [
        { event_kind: "skill.audit" },
        { event_kind: "skill.installed" },
        { event_kind: "skill.disabled", payload: { status: "disabled" } },
      ],
    });
    expect(parsed(await palyra("skills", "journal", "tail", "--last", "1", "--json"))).toMatchObject({
      count: 1,
      events: [{ seq: 3 }],
    });
    expect(parsed(await palyra("skills", "journal", "tail", "--kind", "skill.audit", "--json"))).toMatchObject({ count: 1 });
    expect(parsed(await palyra("skills", "journal", "tail", "--skill", "no.such", "--json"))).toMatchObject({ count: 0 });
    expect(parsed(await palyra("skills", "journal", "verify", "--json"))).toMatchObject({ intact: true, events: 3 });
  });
});

function brokenManifest(tools: readonly string[]): string {
  return [
    'manifest_version = 2\nskill_id = "acme.echo"\nname = "Echo"\nversion = "1.0.0"\npublisher = "acme"',
    ...tools.map(
      (id) =>
        `[[entrypoints.tools]]\nid = "${id}"\nname = "x"\ndescription = "x"\ninput_schema = { type = "object" }\noutput_schema = { type = "object" }`,
    ),
    '[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"',
    '[operator.plugin]\ndefault_module_path = "modules/none.wasm"\n',
  ].join("\n");
}
