// The bundle as it is shipped: what starts, what each entry loads, how it behaves as a process.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgeZip } from "../../../../testing/forge/zip.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { VERSION } from "../../src/version.ts";
import { temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

// Inside the checkout, where native packages are found.
const out = join(repositoryRoot, ".cache/test", `built-${process.pid}`);
const program = join(out, "palyra.js");
beforeAll(() => {
  execFileSync(process.execPath, [join(repositoryRoot, "scripts/build.mjs"), "--bundle", "--outdir", out], {
    cwd: repositoryRoot,
  });
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

interface Chunk {
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly entryPoint?: string;
}

const outputs = (): Record<string, Chunk> => JSON.parse(readFileSync(join(out, "meta.json"), "utf8")).outputs;
/** Those of the commands, and those of the daemon, which is built apart. */
const isDaemons = (name: string): boolean => name.includes("/daemon/");
const outputsOf = (daemon: boolean): Record<string, Chunk> =>
  Object.fromEntries(Object.entries(outputs()).filter(([name]) => isDaemons(name) === daemon));

/** Chunks that are loaded with an entry, through static imports alone. */
function chunksOf(entry: string, daemon = false): string[] {
  const all = outputsOf(daemon);
  const found = Object.keys(all).filter((name) => all[name]?.entryPoint?.endsWith(entry));
  expect(found).toHaveLength(1);
  const seen = new Set(found);
  for (const name of seen)
    for (const each of all[name]?.imports ?? [])
      if (each.kind === "import-statement" && each.external !== true) seen.add(each.path);
  return [...seen];
}
/** Their sources. */
function loadedBy(entry: string, daemon = false): string[] {
  const all = outputs();
  return chunksOf(entry, daemon)
    .flatMap((name) => Object.keys(all[name]?.inputs ?? {}))
    .toSorted();
}
const packages = (files: readonly string[]): string[] =>
  [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].toSorted();
const folders = (files: readonly string[]): string[] =>
  [
    ...new Set(files.flatMap((file) => /packages\/(core|palyra)\/src\/([^/]+)/.exec(file)?.slice(1, 3).join("/") ?? [])),
  ].toSorted();

describe("what is loaded (habit 8)", () => {
  it("by --version: nothing but the version, and a way out for it", () => {
    const sources = ["entry/output.ts", "entry/palyra.ts", "entry/streams.ts", "version.ts"];
    expect(loadedBy("entry/palyra.ts")).toEqual(sources.map((source) => `packages/palyra/src/${source}`));
  });
  it("by every command: the command line and list, in three files, and nothing of another operation", () => {
    const files = loadedBy("entry/main.ts");
    expect(packages(files)).toEqual(["valibot"]);
    const heavy = /archive|artifact|audit|authoring|capability|conformance|signature|trust|wasm/;
    // The limits of an archive are a few numbers.
    const sources = files.filter((file) => !file.endsWith("/archive/limits.ts"));
    expect(folders(sources).filter((folder) => heavy.test(folder))).toEqual([]);
    const lazy =
      /operations\/(skills|package|trust|journal|conformance)\/|operations\/wording\/sentences|cli\/(views|help|ask|completions)|\/toml\//;
    expect(files.filter((file) => lazy.test(file)).map((file) => file.replace("packages/palyra/src/", ""))).toEqual([
      "cli/views/eligibility.ts",
      "cli/views/index.ts",
      "cli/views/inventory.ts",
      "operations/skills/list.ts",
    ]);
    expect(chunksOf("entry/main.ts")).toHaveLength(3);
  });
  it("by package build: the CycloneDX library only where an SBOM is to be made", () => {
    expect(packages(loadedBy("package/build.ts"))).not.toContain("@cyclonedx/cyclonedx-library");
    expect(packages(loadedBy("authoring/sbom.ts"))).toContain("@cyclonedx/cyclonedx-library");
    expect(
      Object.values(outputsOf(false)).filter((chunk) =>
        packages(Object.keys(chunk.inputs)).includes("@cyclonedx/cyclonedx-library"),
      ),
    ).toHaveLength(1);
  });
  it("by the daemon: its server, and nothing of the command line's prompts or of building skills", () => {
    const files = loadedBy("entry/palyrad-main.ts", true);
    expect(packages(files)).toEqual(expect.arrayContaining(["@hono/node-server", "@valibot/to-json-schema", "hono", "valibot"]));
    expect(folders(files)).toEqual(expect.arrayContaining(["palyra/daemon", "palyra/http"]));
    expect(folders(files).filter((folder) => /conformance|authoring/.test(folder))).toEqual([]);
  });
  it("by the daemon's thread that audits: nothing of its server", () => {
    const files = loadedBy("entry/palyrad-worker.ts", true);
    expect(folders(files)).toEqual(expect.arrayContaining(["core/audit", "palyra/daemon", "palyra/lifecycle"]));
    expect(folders(files).filter((folder) => /http|cli|conformance|authoring/.test(folder))).toEqual([]);
    expect(packages(files)).not.toContain("hono");
  });
  it("by no command: anything of the daemon", () => {
    const files = Object.values(outputsOf(false)).flatMap(({ inputs }) => Object.keys(inputs));
    expect(
      files.filter((file) => /palyra\/src\/(?:http|daemon)\/|hono|prom-client|pino|valibot\/to-json-schema/.test(file)),
    ).toEqual([]);
  });
  it("by the library: no server, no policies, no prompt before they are needed", () => {
    const loaded = loadedBy("entry/index.ts");
    expect(loaded).toContain("packages/palyra/src/entry/open-host.ts");
    expect(packages(loaded).filter((name) => /modelcontextprotocol|cedar|hono|clack|cyclonedx/.test(name))).toEqual([]);
  });
  it("by a run: no rule of the audit, nothing of its texts and of supply chains, and of age the keys that a vault has", () => {
    for (const entry of ["skills/run.ts", "shared/runner.ts", "execution/pool/index.ts", "vault/age-vault.ts"]) {
      const files = loadedBy(entry);
      expect(files.filter((file) => /core\/src\/(?:audit\/rules|text|supplychain|diff|report)\//.test(file))).toEqual([]);
      expect(packages(files).filter((name) => /post-quantum|regexpp|pako|modelcontextprotocol|hono/.test(name))).toEqual([]);
    }
    expect(packages(loadedBy("vault/age-vault.ts"))).toContain("age-encryption");
    // Of hundreds of sources: each file costs to be found and opened.
    expect(new Set(["skills/run.ts", "shared/runner.ts"].flatMap((entry) => chunksOf(entry))).size).toBeLessThan(45);
  });
  it("by an MCP server: the validator that it is given, and not the one that makes code of schemas", () => {
    for (const daemon of [false, true]) {
      const files = loadedBy("entry/compose-mcp.ts", daemon);
      expect(files.some((file) => file.includes("cfWorkerProvider"))).toBe(true);
      expect(files.filter((file) => /ajv/i.test(file))).toEqual([]);
    }
  });
  it("by verify and install: no prompt, no builder of SBOMs", () => {
    for (const entry of ["package/verify.ts", "skills/install.ts"]) {
      const loaded = packages(loadedBy(entry));
      expect(folders(loadedBy(entry))).toContain("core/manifest");
      expect(loaded.filter((name) => /clack|cyclonedx|commander/.test(name))).toEqual([]);
    }
  });
});

/** Command lines, where the system tells them. */
function processesOf(text: string): string[] {
  if (process.platform !== "linux") return [];
  const lines = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    });
  return lines.filter((line) => line.includes(text));
}

describe("the program", () => {
  const run = (words: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [program, ...words], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", ...env },
      input: "",
    });
  const root = temporaryFolder();
  const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };

  it("has the version of its package", () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(join(repositoryRoot, "packages/palyra/package.json"), "utf8"),
    );
    expect(VERSION).toBe(version);
    expect(run(["--version"])).toMatchObject({ status: 0, stdout: `palyra ${version}\n`, stderr: "" });
  });
  it("installs, lists and removes", async () => {
    const file = join(root, "echo.palyra-skill");
    writeFileSync(file, await skillBytes());
    expect(run(["skills", "install", "--artifact", file, "--allow-untrusted", "--json"], env)).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(run(["skills", "list"], env)).toMatchObject({ status: 0, stderr: "", stdout: expect.stringContaining("acme.echo") });
    expect(run(["skills", "remove", "acme.echo"], env)).toMatchObject({ status: 0, stderr: "" });
  });
  it("is a library too: the example of docs/library.md does what it says, ends by itself, and leaves no process", async () => {
    const own = temporaryFolder();
    const env = { HOME: own, PALYRA_STATE_ROOT: join(own, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
    const file = join(own, "echo.palyra-skill");
    writeFileSync(file, await skillBytes());
    expect(run(["skills", "install", "--artifact", file, "--allow-untrusted"], env).status).toBe(0);
    const [, example = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(repositoryRoot, "docs/library.md"), "utf8")) ?? [];
    expect(example).toContain('from "palyra"');
    writeFileSync(join(out, "example.mjs"), example.replace('from "palyra"', 'from "./index.js"'));
    const ran = spawnSync(process.execPath, [join(out, "example.mjs")], { encoding: "utf8", env, timeout: 60_000 });
    expect(ran).toMatchObject({ status: 0, signal: null, stderr: "" });
    const lines = ran.stdout.trim().split("\n");
    expect(lines).toEqual([
      'acme.echo.say {"type":"object"}',
      "allowed [] 1500 ms",
      expect.stringMatching(/^null [0-9A-HJKMNP-TV-Z]{26}$/),
    ]);
    expect(processesOf(join(out, "sandbox"))).toEqual([]);
  });
  it("runs a tool without Cedar and without Node's HTTP client, and with a policy of the operator's by Cedar", async () => {
    const own = temporaryFolder();
    const [probe, told, policy] = ["probe.cjs", "told.json", "site.cedar"].map((name) => join(own, name));
    const env = { HOME: own, PALYRA_STATE_ROOT: join(own, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
    const file = join(own, "echo.palyra-skill");
    writeFileSync(file, await skillBytes());
    expect(run(["skills", "install", "--artifact", file, "--allow-untrusted"], env).status).toBe(0);
    writeFileSync(
      `${probe}`,
      `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify({
        cedar: Object.keys(require.cache).some((name) => name.includes("cedar_wasm")),
        client: process.moduleLoadList.some((name) => name.includes("undici/undici")) })));`,
    );
    const loaded = (...words: string[]): { readonly cedar: boolean; readonly client: boolean } => {
      const ran = run(["skills", "run", "acme.echo.say", "--json", ...words], { ...env, NODE_OPTIONS: `--require=${probe}` });
      expect(JSON.parse(ran.stdout)).toMatchObject({ tool_id: "acme.echo.say" });
      expect(processesOf(join(out, "sandbox"))).toEqual([]);
      return JSON.parse(readFileSync(`${told}`, "utf8"));
    };
    expect(loaded()).toEqual({ cedar: false, client: false });
    expect(loaded("--dry-run")).toEqual({ cedar: false, client: false });
    writeFileSync(`${policy}`, "// none");
    expect(loaded("--authorization-policy", `${policy}`)).toMatchObject({ cedar: true });
  });
  it("skills dev watches until Ctrl-C, ends with 0 then, and leaves no process", async () => {
    const words = [
      "skills",
      "dev",
      join(repositoryRoot, "examples/echo-http"),
      "--tool",
      "acme.echo",
      "--input",
      '{"text":"hi"}',
    ];
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const watches = new Promise<void>((done) => {
      const take = (data: unknown): void => {
        said += String(data);
        if (said.includes("Ctrl-C ends it")) done();
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.on("close", () => done());
    });
    const exit = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
    await watches;
    child.kill("SIGINT");
    expect(await exit).toEqual({ code: 0, signal: null });
    // Which of its two pipes is read first is nobody's promise.
    expect(said).toContain("acme.echo: Ok");
    expect(processesOf(join(out, "sandbox"))).toEqual([]);
  });
  it("reads a feed of vulnerabilities that is a zip", () => {
    const record = { id: "A-1", modified: "2026-01-01T00:00:00Z", affected: [] };
    const feed = join(root, "all.zip");
    writeFileSync(feed, forgeZip({ entries: [{ name: "A-1.json", content: Buffer.from(JSON.stringify(record)) }] }));
    const ran = run(["skills", "feed", "refresh"], { ...env, PALYRA_SKILL_AUDIT_VULN_FEED_HOOK: feed });
    expect(ran).toMatchObject({ status: 0, stderr: "", stdout: expect.stringContaining("records  1") });
  });
  it("has a `require` wherever bundled CommonJS asks for one, in the daemon too", () => {
    const asking = Object.keys(outputs()).filter((file) =>
      /\b__require\("/.test(readFileSync(join(repositoryRoot, file), "utf8")),
    );
    expect(asking.some(isDaemons)).toBe(true);
    for (const file of asking) expect(readFileSync(join(repositoryRoot, file), "utf8")).toContain("const require = ");
  });
  it("cannot be stopped at the fault points of the tests", () => {
    const ran = run(["skills", "trust", "add", "globex", "ab".repeat(32)], { ...env, PALYRA_FAULT_POINT: "*" });
    expect(ran).toMatchObject({ status: 0, signal: null, stderr: "" });
    expect(
      Object.keys(outputs()).filter((file) => readFileSync(join(repositoryRoot, file), "utf8").includes("FAULT_POINT")),
    ).toEqual([]);
  });
  it("takes a key from stdin, and never from an argument", () => {
    const words = [
      "skills",
      "package",
      "build",
      "--manifest",
      "none.toml",
      "--module",
      "m.wasm",
      "--output",
      "o",
      "--signing-key-stdin",
      "--json",
    ];
    const ran = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env, input: "abcd\n" });
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toContain("InvalidSigningKeyLength");
    expect(ran.stderr).not.toContain("abcd");
    const large = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env, input: "a".repeat(100_000) });
    expect(large.stderr).toContain("InvalidSigningKeyLength");
  });
  it("makes a key that it does not show", () => {
    const file = join(root, "acme.key");
    const ran = run(["skills", "keygen", "--output", file], env);
    expect(ran.status).toBe(0);
    expect(ran.stdout).not.toContain(readFileSync(file, "utf8").trim());
    expect(run(["skills", "keygen", "--output", file], env)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("never overwritten"),
    });
  });
  it("says nothing when its reader has gone", async () => {
    const child = spawn(process.execPath, [program, "--help"], { env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += String(data);
    });
    const exit = await new Promise((resolve) => child.on("close", resolve));
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  });
  it.skipIf(!existsSync("/dev/full"))("says in one line that its answer could not be written, and fails", () => {
    for (const words of [["--version"], ["skills", "list", "--json"], ["--help"]]) {
      const full = openSync("/dev/full", "w");
      const ran = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env, stdio: ["ignore", full, "pipe"] });
      closeSync(full);
      expect(ran).toMatchObject({ status: 1, stderr: "error: cannot write to stdout: the disk is full\n" });
    }
  });
  it("says nothing of parts of Node that are young, and what else Node warns of in a line of its own", () => {
    const both = "for (const type of ['Experimental', 'Deprecation']) process.emitWarning('of ' + type, type + 'Warning')";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(`process.once("beforeExit", () => { ${both} })`)}`;
    expect(run(["skills", "list", "--json"], { ...env, NODE_OPTIONS })).toMatchObject({
      status: 0,
      stderr: "warning: of Deprecation\n",
    });
    const debugged = run(["skills", "list", "--json"], { ...env, NODE_OPTIONS, PALYRA_DEBUG: "1" });
    expect(debugged.stderr).toContain("ExperimentalWarning: of Experimental");
  });
  it("asks nobody where no terminal is", async () => {
    const file = join(root, "ask.palyra-skill");
    writeFileSync(file, await skillBytes({ id: "acme.ask" }));
    const ran = run(["skills", "install", "--artifact", file, "--allow-untrusted"], env);
    expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining("fingerprint") });
    expect(ran.stderr).not.toContain("?");
  });
});
