import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { colours, plain } from "../../src/cli/text/paint.ts";
import { VIEWS } from "../../src/cli/views/index.ts";
import { skillBytes } from "../lifecycle/support.ts";
import { commandLine, errorOf, HOSTILE, parsed, temporaryFolder, UNSAFE } from "./support.ts";

const root = temporaryFolder();
const palyra = commandLine(root);
const file = join(root, "echo.palyra-skill");
beforeAll(async () => writeFileSync(file, await skillBytes()));
const install = (path = file) => palyra("skills", "install", "--artifact", path, "--allow-untrusted", "--json");

describe("a run", () => {
  it("with --json is one document, two spaces, one newline", async () => {
    const ran = await install();
    // Nothing beside it: an error document would not be alone on stderr (D16).
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    expect(ran.stdout).toBe(`${JSON.stringify(parsed(ran), null, 2)}\n`);
    const one = await palyra("--output-format", "json", "skills", "list");
    expect(one.stdout).toBe(`${JSON.stringify(parsed(one), null, 2)}\n`);
    const line = await palyra("skills", "list", "--output-format=ndjson");
    expect(line.stdout).toBe(`${JSON.stringify(parsed(one))}\n`);
  });
  it("without it has no JSON on stdout", async () => {
    const ran = await palyra("skills", "list");
    expect(ran.stdout).toContain("acme.echo");
    expect(() => parsed(ran)).toThrow();
  });
  it("that fails has nothing on stdout, and with --json the document of spec 6 on stderr", async () => {
    const ran = await palyra("skills", "info", "nobody.nothing", "--json");
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(JSON.parse(ran.stderr)).toEqual({
      error: {
        code: "NotInstalled",
        message: expect.any(String),
        details: { skill_id: "nobody.nothing", installed: [] },
        hint: expect.any(String),
      },
    });
    const told = await palyra("skills", "info", "nobody.nothing");
    expect(told.stderr.split("\n").slice(0, 2)).toEqual([expect.stringMatching(/^error: /), expect.stringMatching(/^hint: /)]);
  });
  it("that fails with --json says in the document what else was to be warned of: nothing stands beside it (D16)", async () => {
    const home = temporaryFolder();
    const here = commandLine(home);
    await here("skills", "install", "--artifact", file, "--allow-untrusted", "--json");
    appendFileSync(join(home, "state/skills/acme.echo/1.0.0/artifact.palyra-skill"), "x");
    const ran = await here("skills", "verify", "acme.echo", "--json");
    expect(JSON.parse(ran.stderr)).toEqual({
      error: expect.objectContaining({ code: "ArtifactDigestMismatch" }),
      warnings: [expect.stringContaining("is quarantined now")],
    });
    expect((await here("skills", "verify", "acme.echo")).stderr).toMatch(/^(warning: .*\n)?error: /);
    const env = { PALYRA_JOURNAL_DB_PATH: home };
    const unread = await commandLine(home, { env })("skills", "list", "--json");
    expect(unread).toMatchObject({ exit: 0, stderr: expect.stringMatching(/^warning: .*\n$/) });
  });
  it("names what is in a folder's place", async () => {
    const stranger = join(root, "README.md");
    writeFileSync(stranger, "no folder");
    const says = async (...words: string[]) => (await palyra("skills", "list", ...words)).stderr;
    expect(await says("--state-root", stranger)).toContain(`cannot use the folder ${stranger}: it is there, and is no folder`);
    const below = join(stranger, "a", "b");
    expect(await says("--skills-dir", below)).toContain(`${below}: ${stranger} is a file, where a folder is needed`);
  });
  it("of check, where nothing is installed, fails for a person and is empty for a program (spec 11.4)", async () => {
    const nowhere = join(root, "nowhere");
    expect(await palyra("skills", "check", "--state-root", nowhere)).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: expect.stringContaining("nothing is installed in"),
    });
    const told = await palyra("skills", "check", "--state-root", nowhere, "--json");
    expect([told.exit, parsed(told)]).toEqual([0, { skills_root: join(nowhere, "skills"), count: 0, results: [] }]);
  });
  it("that is misspelt says what was meant", async () => {
    const hint = async (...words: string[]) => (await palyra("skills", ...words)).stderr.split("\n")[1];
    expect(await hint("install", "echo.palyra-skill")).toBe("hint: did you mean --artifact echo.palyra-skill?");
    expect(await hint("use", "acme.echo", "1.0.0")).toBe("hint: did you mean --version 1.0.0?");
    expect(await hint("list", "acme.echo")).toBe("hint: --help shows how it is used");
    expect(await hint("journal", "tail", "--limit", "3")).toBe("hint: did you mean --last?");
    expect(await hint("package", "verify", "--allow-untrusted")).toBe("hint: did you mean --allow-tofu?");
    expect(await hint("list", "--no-such-option")).toMatch(/^hint: /);
  });
  it("breaks no example between quotes, where blanks would be part of the text", async () => {
    const narrow = commandLine(root, { terminal: true, columns: 60, env: { NO_COLOR: "1" } });
    expect((await narrow("skills", "enable", "--help")).stdout).toContain(
      '  $ palyra skills enable acme.echo_http --override \\\n      --reason "reviewed: a false alarm"\n',
    );
  });
  it("shows a stack only with PALYRA_DEBUG=1", async () => {
    expect((await palyra("skills", "info", "x")).stderr).not.toMatch(/\n +at /);
    const debug = commandLine(root, { env: { PALYRA_DEBUG: "1" } });
    expect((await debug("skills", "info", "x")).stderr).toMatch(/\n +at /);
  });
  it("has colour on a terminal only, and never with NO_COLOR, --no-color, --plain or TERM=dumb", async () => {
    const escapes = "\u001b[";
    const terminal = commandLine(root, { terminal: true });
    expect((await terminal("skills", "list")).stdout).toContain(escapes);
    expect((await palyra("skills", "list")).stdout).not.toContain(escapes);
    for (const option of ["--no-color", "--plain"])
      expect((await terminal("skills", "list", option)).stdout).not.toContain(escapes);
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }, { FORCE_COLOR: "0" }])
      expect((await commandLine(root, { terminal: true, env })("skills", "list")).stdout).not.toContain(escapes);
    expect((await commandLine(root, { env: { FORCE_COLOR: "1" } })("skills", "list")).stdout).toContain(escapes);
    expect((await commandLine(root, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })("skills", "list")).stdout).not.toContain(
      escapes,
    );
    expect((await terminal("skills", "list", "--json")).stdout).not.toContain(escapes);
  });
  it("says where its settings come from with -v, and no warning with --log-level error", async () => {
    const ran = await palyra("skills", "list", "-v");
    expect(ran.stderr).toContain(`state root: ${join(root, "state")} ($PALYRA_STATE_ROOT)`);
    expect(ran.stderr).toContain("(default)");
    const warned = join(temporaryFolder(), "folder");
    mkdirSync(warned);
    const journal = { PALYRA_JOURNAL_DB_PATH: warned };
    await palyra("skills", "list");
    expect((await commandLine(root, { env: journal })("skills", "list")).stderr).toContain("warning:");
    expect((await commandLine(root, { env: journal })("skills", "list", "--log-level", "error")).stderr).toBe("");
  });
  it("with --plain draws no boxes", async () => {
    expect((await palyra("skills", "info", "acme.echo")).stdout).toMatch(/[└├]/);
    expect((await palyra("skills", "info", "acme.echo", "--plain")).stdout).not.toMatch(/[^\n -~]/);
  });
  it("draws none on a terminal whose locale has other characters, either", async () => {
    const shown = async (env: Record<string, string>, terminal = true) =>
      (await commandLine(root, { terminal, env: { NO_COLOR: "1", ...env } })("skills", "info", "acme.echo")).stdout;
    for (const env of [{ LC_ALL: "C" }, { LC_CTYPE: "en_US.ISO-8859-1", LANG: "en_US.UTF-8" }, { LC_ALL: "", LANG: "POSIX" }])
      expect(await shown(env)).not.toMatch(/[└├│…]/);
    for (const env of [{}, { LANG: "en_US.UTF-8" }, { LC_ALL: "C.utf8", LANG: "C" }]) expect(await shown(env)).toMatch(/[└├]/);
    expect(await shown({ LC_ALL: "C" }, false)).toMatch(/[└├]/);
  });
  it("refuses an artifact of over 64 MiB without reading it", async () => {
    const large = join(root, "large.palyra-skill");
    writeFileSync(large, "");
    truncateSync(large, 64 * 1024 * 1024 + 1);
    const ran = await palyra("skills", "package", "verify", "--artifact", large, "--json");
    expect(errorOf(ran)).toMatchObject({ code: "ArtifactTooLarge", details: { actual: 67108865, limit: 67108864 } });
  });
});

describe("a question before an install", () => {
  it.each([
    ["\u0003", 130, "", false],
    ["n\n", 1, "declined", false],
    ["y\n", 0, "", true],
  ])("answered with %j exits with %i", async (types, exit, said, installed) => {
    const folder = temporaryFolder();
    const ran = await commandLine(folder, { types })("skills", "install", "--artifact", file, "--allow-untrusted");
    expect(ran).toMatchObject({ exit, stderr: expect.stringContaining(said) });
    expect(ran.stderr).toContain("It asks for");
    expect(existsSync(join(folder, "state/skills/acme.echo"))).toBe(installed);
  });
});

describe("T20: views", () => {
  /** A document with every text of it replaced by a stranger's, its enumerations and digests excepted. */
  const hostile = (value: unknown): unknown => {
    if (typeof value === "string") return KEPT.has(value) || /^[0-9a-f]{64}$/.test(value) ? value : HOSTILE;
    if (Array.isArray(value)) return value.map(hostile);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hostile(member)]));
  };
  const KEPT = new Set([
    "ready",
    "blocked",
    "unknown",
    "pass",
    "fail",
    "warn",
    "skipped",
    "tofu_pinned",
    "tofu_newly_pinned",
    "allowlisted",
  ]);
  const signed = [
    "skills package inspect --artifact FILE",
    "skills package verify --artifact FILE --allow-tofu",
    "skills install --artifact FILE --dry-run --allow-untrusted",
    "skills install --artifact FILE --allow-untrusted",
    "skills list",
    "skills info acme.echo",
    "skills verify acme.echo",
    "skills check",
    "skills audit",
    "skills quarantine acme.echo --reason x",
    "skills check",
    "skills enable acme.echo --override",
    "skills trust list",
    `skills trust add globex=${"ab".repeat(32)}`,
    "skills trust list",
    "skills journal tail",
    "skills journal verify",
    "skills use acme.echo --version 1.0.0",
    "skills remove acme.echo",
  ];
  const own = commandLine(temporaryFolder());
  it.each(signed)("%s", async (typed) => {
    const words = typed.split(" ").map((word) => (word === "FILE" ? file : word));
    const ran = await own(...words, "--json");
    expect(ran.exit, ran.stderr).toBe(0);
    const name = Object.keys(VIEWS).find((each) => typed.startsWith(each));
    const view: unknown = await Object.entries(VIEWS).find(([each]) => each === name)?.[1]();
    if (typeof view !== "function") throw new Error(`no view of ${name}`);
    const lines: unknown = view(hostile(parsed(ran)), plain);
    if (!Array.isArray(lines)) throw new Error("no lines");
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).not.toMatch(UNSAFE);
    expect(view(parsed(ran), colours).length).toBeGreaterThan(0);
  });
});

describe("looking changes nothing (T5, T6, D4)", () => {
  it("leaves neither pins nor folders behind", async () => {
    const empty = temporaryFolder();
    const look = commandLine(empty);
    const key = `acme=${"ab".repeat(32)}`;
    await look("skills", "package", "verify", "--artifact", file, "--allow-tofu");
    await look("skills", "package", "verify", "--artifact", file, "--trusted-publisher", key);
    await look("skills", "package", "inspect", "--artifact", file);
    await look("skills", "audit", "--artifact", file, "--allow-untrusted");
    for (const command of ["list", "check", "audit"]) await look("skills", command);
    for (const command of ["info", "verify", "remove", "check", "audit"])
      expect((await look("skills", command, "acme.echo")).exit).toBe(1);
    await look("skills", "install", "--artifact", file, "--allow-untrusted", "--dry-run");
    expect(existsSync(join(empty, "state"))).toBe(false);
  });
});

describe("the output of package build", () => {
  it("takes the place of a file that is there, and says so", async () => {
    const example = join(repositoryRoot, "examples/echo-http");
    const [key, output] = [join(root, "over.key"), join(root, "over.palyra-skill")];
    writeFileSync(key, "11".repeat(32), { mode: 0o600 });
    const sources = [
      "--manifest",
      join(example, "skill.toml"),
      "--module",
      join(example, "echo.wasm"),
      "--signing-key-file",
      key,
    ];
    const build = (file: string, ...more: string[]) =>
      palyra("skills", "package", "build", ...sources, "--output", file, ...more);
    expect((await build(output)).stdout).not.toContain("in place of");
    expect((await build(output)).stdout).toContain(", in place of the file that was there");
    expect(parsed(await build(output, "--json"))).toMatchObject({ replaced: true });
    expect(parsed(await build("/dev/null", "--json"))).not.toHaveProperty("replaced");
  });

  it.each(["key", "link"])("is never a file that it reads, named or linked: %s", async (name) => {
    const [manifest, key, link] = [join(root, "own.toml"), join(root, "own.key"), join(root, `${name}.link`)];
    writeFileSync(manifest, "");
    writeFileSync(key, "11".repeat(32));
    symlinkSync(key, link);
    const output = name === "key" ? key : link;
    const words = ["--manifest", manifest, "--module", manifest, "--output", output, "--signing-key-file", key];
    const ran = await palyra("skills", "package", "build", ...words, "--json");
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain("is the file that is read as");
    expect(readFileSync(key, "utf8")).toBe("11".repeat(32));
  });
});

describe("a manifest with faults", () => {
  it("is shown with every fault, its line and a caret", async () => {
    const manifest = join(root, "bad.toml");
    const key = join(root, "bad.key");
    writeFileSync(manifest, 'manifest_version = 2\nskill_id = "acme.echo"\nsurprise = 1\nversion = 3\n');
    writeFileSync(key, "11".repeat(32));
    writeFileSync(join(root, "m.wasm"), "");
    const words = [
      "--manifest",
      manifest,
      "--module",
      join(root, "m.wasm"),
      "--output",
      join(root, "o"),
      "--signing-key-file",
      key,
    ];
    const ran = await palyra("skills", "package", "build", ...words);
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toContain("3 | surprise = 1");
    expect(ran.stderr).toContain("4 | version = 3");
    expect(ran.stderr).toMatch(/\| +\^/);
    expect(readFileSync(manifest, "utf8")).toContain("surprise");
  });
});
