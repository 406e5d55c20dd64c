import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands, findCommand } from "../../src/cli/command.ts";
import { readInvocation } from "../../src/cli/invocation.ts";
import { GLOBAL_OPTIONS, optionsOf } from "../../src/cli/options.ts";
import { VIEWS } from "../../src/cli/views/index.ts";
import { CATALOG, isOperationName } from "../../src/operations/catalog.ts";
import { VERSION } from "../../src/version.ts";
import { commandLine, errorOf, temporaryFolder } from "./support.ts";

const palyra = commandLine(temporaryFolder());
const names = Object.keys(CATALOG).filter(isOperationName);

describe("every command", () => {
  it.each(names)("%s has help with an example that its own words can read", async (name) => {
    const operation = await CATALOG[name].load();
    for (const example of operation.examples) {
      const typed = example.split(/\s+[<>]\s+\S+$/)[0] ?? "";
      const words = [...typed.replaceAll("<64 hex digits>", "a".repeat(64)).matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, inQuotes, bare]) => inQuotes ?? bare ?? "",
      );
      const command = findCommand(words);
      expect(command).toMatchObject({ kind: "operation", name });
      expect(() => readInvocation(operation, command.words)).not.toThrow();
    }
    const help = await palyra(...name.split(" "), "--help");
    expect(help).toMatchObject({ exit: 0, stderr: "" });
    expect(help.stdout).toContain("Example");
    for (const option of optionsOf(operation)) expect(help.stdout).toContain(`--${option.name}`);
    expect(help.stdout.split("\n").every((line) => line.length <= 120)).toBe(true);
  });
  it.each(names)("%s has a view, and options that no global one hides", async (name) => {
    await expect(VIEWS[name]()).resolves.toBeTypeOf("function");
    const own = optionsOf(await CATALOG[name].load()).map((option) => option.name);
    expect(own.filter((each, at) => own.indexOf(each) !== at || GLOBAL_OPTIONS.some((option) => option.name === each))).toEqual(
      [],
    );
  });
  it("names every error with which it may end, each once", async () => {
    for (const name of names) {
      const { errors } = await CATALOG[name].load();
      expect(new Set(errors).size).toBe(errors.length);
    }
  });
});

describe("finding a command", () => {
  it("takes options before, between and behind its words", () => {
    for (const argv of ["--json skills list --plain", "skills --json list --plain", "skills list --json --plain"])
      expect(findCommand(argv.split(" "))).toEqual({ kind: "operation", name: "skills list", words: ["--json", "--plain"] });
    expect(findCommand(["--state-root", "skills", "skills", "list"])).toMatchObject({
      name: "skills list",
      words: ["--state-root", "skills"],
    });
  });
  it.each([
    ["skills instal", "palyra skills install"],
    ["install", "palyra skills install"],
    ["skill list", "palyra skills"],
    ["skills trust lst", "palyra skills trust list"],
    ["skills verfy", "palyra skills verify"],
    ["quarantine", "palyra skills quarantine"],
  ])("misspelt %s suggests %s", async (typed, meant) => {
    const ran = await palyra(...typed.split(" "));
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(`did you mean ${meant}`);
  });
  it.each(["skills update", "skills update x", "skills registry index", "skills registry serve"])(
    "%s is named as a later one",
    async (typed) => {
      const ran = await palyra(...typed.split(" "), "--json");
      expect(ran).toMatchObject({ exit: 2, stdout: "" });
      expect(errorOf(ran)).toMatchObject({ code: "Usage", message: expect.stringContaining("this version does not have") });
    },
  );
  it("without one shows help on stderr, and is a usage error", async () => {
    for (const argv of [[], ["skills"], ["skills", "trust"]]) {
      const ran = await palyra(...argv);
      expect(ran).toMatchObject({ exit: 2, stdout: "" });
      expect(ran.stderr).toContain("Commands");
      // Not the whole help, which fills a screen.
      expect(ran.stderr).not.toContain("Options of every command");
      expect(ran.stderr.split("\n").length).toBeLessThan(45);
      expect(ran.stderr).toMatch(/\nerror: palyra.* needs a command\n$/);
    }
    for (const argv of [["--help"], ["help"], ["skills", "--help"], ["help", "skills"], ["help", "skills", "install"]])
      expect(await palyra(...argv)).toMatchObject({ exit: 0, stderr: "", stdout: expect.stringContaining("Usage:") });
  });
  it("lists every command", async () => {
    const { stdout } = await palyra("--help");
    for (const [name, summary] of commands()) expect(stdout).toContain(`${name}`) === expect(stdout).toContain(summary);
  });
  it("says its version wherever it is asked", async () => {
    const document = `${JSON.stringify({ version: VERSION }, null, 2)}\n`;
    expect(await palyra("--json", "--version")).toEqual({ exit: 0, stdout: document, stderr: "" });
    for (const argv of [["--version"], ["-V"], ["--plain", "--version"]])
      expect(await palyra(...argv)).toEqual({ exit: 0, stdout: `palyra ${VERSION}\n`, stderr: "" });
  });
});

describe("help", () => {
  it.each([
    ["skills help", "skills --help"],
    ["skills help install", "skills install --help"],
    ["skills trust help add", "skills trust add --help"],
    ["help secrets", "secrets --help"],
  ])("%s is %s", async (typed, same) => {
    const asked = await palyra(...typed.split(" "));
    expect(asked).toEqual(await palyra(...same.split(" ")));
    expect(asked.exit).toBe(0);
  });
});

describe("usage errors", () => {
  it.each([
    ["skills list --no-such-option"],
    ["skills list extra"],
    ["skills info"],
    ["skills info a --version 01.0.0"],
    ["skills package verify"],
    ["skills package verify --artifact f --trusted-publisher nokey"],
    ["skills package verify --artifact f --trusted-publisher =aa"],
    ["skills package verify --artifact f --trusted-publisher acme=zz"],
    ["skills package build --manifest m --output o --signing-key-stdin"],
    ["skills package build --manifest m --module a.wasm --output o"],
    ["skills package build --manifest m --module a.wasm --output o --signing-key-stdin --signing-key-file k"],
    ["skills package build --manifest m --module a.wasm --output o --signing-key-stdin --signing-key-vault-ref global/k"],
    ["skills package build --manifest m --module a.wasm --output o --signing-key-stdin --layout round"],
    ["skills package build --manifest m --module a.wasm --output o --signing-key-stdin --signed-at-unix-ms soon"],
    ["skills install"],
    ["skills install --artifact a --registry-dir d"],
    ["skills install --artifact a --version 1.0.0"],
    ["skills install --registry-url https://localhost/ --skill-id x"],
    ["skills audit acme.echo --artifact f"],
    ["skills audit --version 1.0.0"],
    ["skills check --version 1.0.0"],
    ["skills enable acme.echo"],
    ["skills use acme.echo"],
    ["skills keygen"],
    ["skills keygen --vault channel:x/k"],
    ["skills list --config palyra.toml"],
    ["skills list --profile work"],
    ["skills list --output-format yaml"],
    ["skills list --device-id foo"],
    ["skills list --principal a\u202eb"],
    ["skills trust add acme"],
    ["skills trust revoke acme --reason x"],
    ["skills trust revoke --reason x"],
    ["skills trust revoke --payload zz --reason x"],
    ["skills journal tail --last 0"],
    ["completions powershell"],
  ])("%s", async (typed) => {
    const ran = await palyra(...typed.split(" "), "--json");
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(errorOf(ran).code).toBe("Usage");
  });
  it.each([
    ["--config palyra.toml skills list", "needs Palyra config files"],
    ["--skills-dir somewhere skills list", "--skills-dir is no option of every command"],
    ["--bogus somewhere skills list", "--bogus is no option of every command"],
    ["--json nowhere", "unknown command palyra nowhere"],
  ])("%s names the option, not the word after it as a command", async (typed, said) => {
    const ran = await palyra(...typed.split(" "));
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(said);
  });
  it.each(["--skills-dir", "--trust-store", "--audit-policy", "--state-root"])("a blank %s", async (option) => {
    for (const value of ["", " "]) expect((await palyra("skills", "check", option, value, "--json")).exit).toBe(2);
  });
});

describe("whatever is typed", () => {
  it("ends with an exit code of spec 6, and never with a fault of ours", async () => {
    const word = fc.oneof(
      fc.constantFrom(
        "skills",
        "list",
        "info",
        "check",
        "audit",
        "verify",
        "trust",
        "add",
        "remove",
        "use",
        "journal",
        "tail",
        "disable",
        "enable",
      ),
      fc.constantFrom(
        "--json",
        "--version",
        "1.0.0",
        "--override",
        "--reason",
        "x",
        "--artifact",
        "--last",
        "--help",
        "--",
        "-v",
        "acme.echo",
        "--publisher",
      ),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (argv) => {
        const ran = await palyra(...argv);
        return [0, 1, 2].includes(ran.exit) && !ran.stderr.includes("internal error") && !ran.stderr.includes("Internal");
      }),
      { numRuns: 300 },
    );
  });
});
