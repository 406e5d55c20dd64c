import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { command, echo, spin } from "../../../../testing/forge/command.ts";
import { type ManifestSpec, manifestText } from "../../../../testing/forge/manifest.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { BuildOutputs, changesOf } from "../../src/authoring/changes.ts";
import { compose } from "../../src/entry/compose.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import type { Services } from "../../src/operations/services.ts";
import type { DevDocument } from "../../src/operations/skills/dev.ts";
import { commandLine, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";

const program = useSandboxProgram();
const [ECHO, SPIN, EXIT_7] = await Promise.all([echo("at work\\n", 8), spin(), command("(call $proc_exit (i32.const 7))")]);

let root: string;
let folder: string;
beforeEach(() => {
  root = temporaryFolder();
  folder = join(root, "skill");
  mkdirSync(folder);
  put("skill.toml", manifest());
  put("module.wasm", ECHO);
});
const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);

const manifest = (spec: ManifestSpec = {}): string =>
  manifestText({ inputSchema: '{ type = "object", required = ["text"] }', ...spec });

interface Watching {
  next(): Promise<DevDocument | undefined>;
  /** Ctrl-C. */
  stop(): void;
  readonly told: string[];
}

/** `palyra skills dev`, with the sandbox of the sources. */
async function watching(input: Record<string, unknown> = {}, ports: Partial<Services> = {}): Promise<Watching> {
  const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
  const { interruption: _, ...composed } = compose({}, env);
  const services = { ...composed, sandbox: async () => openSandboxPool({ program, idle: 0 }), ...ports };
  const controller = new AbortController();
  const told: string[] = [];
  const call = { ...newCall(), signal: controller.signal, tell: (lines: readonly string[]) => void told.push(...lines) };
  const operation = await CATALOG["skills dev"].load();
  const rounds = operation.rounds?.(services, { folder, input: '{"text":"hi"}', ...input }, call)[Symbol.asyncIterator]();
  // Whoever takes some rounds and goes leaves its processes to nobody.
  onTestFinished(async () => {
    controller.abort();
    await rounds?.return?.();
  });
  return {
    next: async () => {
      const round = await rounds?.next();
      return round?.done === false ? round.value.output : undefined;
    },
    stop: () => controller.abort(),
    told,
  };
}
async function once(input: Record<string, unknown> = {}): Promise<DevDocument> {
  const round = await (await watching({ once: true, ...input })).next();
  if (round === undefined) throw new Error("no round");
  return round;
}
const stateOf = (path: string): readonly string[] =>
  existsSync(path) ? readdirSync(path, { recursive: true }).map(String).sort() : [];

describe("skills dev, one round", () => {
  it("packs, audits and runs the folder, marked for what it is, and writes nothing anywhere", async () => {
    const before = stateOf(root);
    const round = await once();
    expect(round).toMatchObject({
      trial: true,
      signed: false,
      installed: false,
      round: 1,
      changed: [],
      passed: true,
      build: null,
    });
    expect(round.run).toMatchObject({ tool_id: "acme.echo.say", outcome: "Ok", output: { text: "hi" }, log: "at work\n" });
    expect(round.audit).toMatchObject({ passed: true, skill_id: "acme.echo" });
    expect(stateOf(root)).toEqual(before);
  });

  it("leaves a state root that is there as it was: journal, index and trust are another's business", async () => {
    await commandLine(root)("skills", "trust", "add", "globex", "ab".repeat(32));
    const state = join(root, "state");
    const before = stateOf(state).map((name) => [name, contentOf(join(state, name))]);
    expect((await once()).passed).toBe(true);
    expect(stateOf(state).map((name) => [name, contentOf(join(state, name))])).toEqual(before);
  });

  it("says of a file that it is no folder", async () => {
    const file = join(folder, "skill.toml");
    const ran = await commandLine(root)("skills", "dev", file);
    expect([ran.exit, ran.stderr]).toEqual([1, `error: cannot read ${file}: it is there, and is no folder\n`]);
  });

  it("builds first where it is told to, says what it runs, and goes no further where that fails", async () => {
    rmSync(join(folder, "module.wasm"));
    writeFileSync(join(root, "ready.wasm"), ECHO);
    const built = await watching({ once: true, build: "cp ../ready.wasm module.wasm" });
    expect(await built.next()).toMatchObject({ passed: true, build: { command: "cp ../ready.wasm module.wasm", problem: null } });
    expect(built.told[0]).toMatch(/^trial, unsigned, not installed .* cp \.\.\/ready\.wasm module\.wasm$/);
    expect(await once({ build: "exit 3" })).toMatchObject({
      passed: false,
      build: { problem: "it ended with 3" },
      audit: null,
      run: null,
    });
  });

  it("says what is wrong: a manifest, no module, an input, several tools, one that is none", async () => {
    put("skill.toml", manifest({ version: "one" }));
    expect((await once()).audit).toMatchObject({ passed: false, problem: { code: "ManifestValidation" } });
    put("skill.toml", manifest());
    expect((await once({ input: '{"txt":1}' })).run).toMatchObject({ outcome: "InvalidInput", details: { fault: "input" } });
    expect((await once({ tool: "acme.echo.shout" })).problem).toMatchObject({ code: "UnknownTool" });
    put("skill.toml", manifest({ tools: ["acme.echo.say", "acme.echo.shout"] }));
    expect((await once()).problem).toMatchObject({ code: "AmbiguousTool" });
    expect((await once({ tool: "acme.echo.shout" })).run).toMatchObject({ outcome: "Ok", tool_id: "acme.echo.shout" });
    rmSync(join(folder, "module.wasm"));
    expect((await once()).problem).toMatchObject({ code: "Usage" });
  });

  it("runs nothing that does not pass the audit", async () => {
    put(
      "module.wasm",
      await command(
        "(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))",
        "",
        '(memory (export "memory") 4096)',
      ),
    );
    expect(await once()).toMatchObject({ passed: false, audit: { passed: false }, run: null });
  });

  it("holds the manifest's quotas, and ends with the outcome of an installed skill", async () => {
    put("module.wasm", SPIN);
    expect(await once()).toMatchObject({ passed: false, run: { outcome: "QuotaExceeded", details: { quota: "fuel_budget" } } });
    put("module.wasm", EXIT_7);
    expect(await once()).toMatchObject({ run: { outcome: "RuntimeFailure", details: { fault: "exit", exit_code: 7 } } });
  });

  it("is told on the command line with its exit code; a folder that is not there is an error", async () => {
    put("skill.toml", manifest({ version: "one" }));
    const ran = await commandLine(root)("skills", "dev", folder, "--once");
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toMatch(/^trial, unsigned, not installed {2}.*round 1\n/);
    expect(ran.stdout).toContain("skill.toml:4:11");
    expect(JSON.parse((await commandLine(root)("skills", "dev", folder, "--once", "--json")).stdout)).toMatchObject({ round: 1 });
    expect(await commandLine(root)("skills", "dev", join(root, "none"), "--once", "--json")).toMatchObject({
      exit: 1,
      stdout: "",
    });
    expect((await commandLine(root)("skills", "dev", folder, "--input", "{}", "--input-file", "x")).exit).toBe(2);
  });

  it("ends with the round that nobody reads: whoever took the output has gone", async () => {
    rmSync(join(folder, "module.wasm"));
    const { exit, stdout } = await commandLine(root, { lost: true })("skills", "dev", folder, "--json");
    expect([
      exit,
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).round),
    ]).toEqual([0, [1]]);
  });
});

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "(folder)";
  }
};

describe("skills dev, watching", () => {
  it("goes round again when a file changes, says which, goes on after a broken manifest, and ends with Ctrl-C", async () => {
    const dev = await watching();
    expect(await dev.next()).toMatchObject({ round: 1, passed: true });
    const second = dev.next();
    put("skill.toml", manifest({ version: "one" }));
    expect(await second).toMatchObject({ round: 2, passed: false, changed: [join(folder, "skill.toml")] });
    // Between two rounds, while nobody waits: it is not missed.
    put("skill.toml", manifest({ version: "1.0.1" }));
    expect(await dev.next()).toMatchObject({ round: 3, passed: true, audit: { version: "1.0.1" } });
    const fourth = dev.next();
    mkdirSync(join(folder, "assets"));
    put("assets/words.txt", "some words");
    expect(await fourth).toMatchObject({ round: 4, changed: [join(folder, "assets/words.txt")] });
    const last = dev.next();
    await sleep(50);
    dev.stop();
    expect(await last).toBeUndefined();
  });

  it("is not set off by what its own build writes, nor by what lies in node_modules and target", async () => {
    writeFileSync(join(root, "ready.wasm"), ECHO);
    mkdirSync(join(folder, "node_modules"));
    const build = "cp ../ready.wasm module.wasm; date +%N > made.map; mkdir -p target; date +%N > target/x";
    const dev = await watching({ build });
    expect(await dev.next()).toMatchObject({ round: 1, passed: true });
    const second = dev.next();
    await sleep(1500);
    put("node_modules/x", "1");
    await sleep(300);
    put("words.txt", "1");
    expect(await second).toMatchObject({ round: 2, changed: [join(folder, "words.txt")] });
    dev.stop();
    expect(await dev.next()).toBeUndefined();
  });

  it("is not set off by what it says itself, into a file of the folder, and rests between rounds", async () => {
    put("own.log", "");
    const dev = await watching({}, { ownOutputs: () => [statSync(join(folder, "own.log"))] });
    expect(await dev.next()).toMatchObject({ round: 1, passed: true });
    const second = dev.next();
    appendFileSync(join(folder, "own.log"), "round 1");
    await sleep(600);
    put("words.txt", "1");
    expect(await second).toMatchObject({ round: 2, changed: [join(folder, "words.txt")] });
    // By another way, a pipe into a file of the folder, nobody knows it for its own: it goes round again, and not at once.
    put("words.txt", "2");
    const began = performance.now();
    expect(await dev.next()).toMatchObject({ round: 3 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
  });

  it("ends a build under way, and all that it started", async () => {
    const dev = await watching({ build: "sleep 300 & echo $! > ../pid; sleep 300" });
    const first = dev.next();
    const pid = join(root, "pid");
    while (!existsSync(pid) || readFileSync(pid, "utf8").trim() === "") await sleep(20);
    dev.stop();
    expect(await first).toBeUndefined();
    const number = Number(readFileSync(pid, "utf8"));
    for (let turn = 0; turn < 1000 && isThere(number); turn++) await sleep(50);
    expect(isThere(number)).toBe(false);
  });
});

describe("docs/tools.md", () => {
  it("leads from an empty folder to an answer, as it says", async () => {
    const page = readFileSync(join(repositoryRoot, "docs/tools.md"), "utf8");
    const blocks = (kind: string) =>
      [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
    const block = (kind: string): string => blocks(kind)[0] ?? "";
    rmSync(join(folder, "module.wasm"));
    put("count.ts", block("ts"));
    put("skill.toml", block("toml"));
    const [, build = ""] = /skills dev \. --build "([^"]+)"/.exec(page) ?? [];
    const compiler = join(repositoryRoot, "node_modules/.bin/asc");
    const round = await once({ build: build.replace("npx asc", compiler) });
    expect(round).toMatchObject({ passed: true, run: { tool_id: "tally.count.bytes", output: { bytes: 13 } } });
    // What it may declare besides goes behind that.
    put("skill.toml", blocks("toml").join(""));
    expect(await once()).toMatchObject({ passed: true, problem: null, run: { outcome: "Ok" } });
  });
});

/** One that has ended and that nobody has asked for is none. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("what a build wrote, and what somebody edited meanwhile", () => {
  const files = (...all: readonly string[]) => new Map(all.map((each) => [each.slice(0, -1), each.slice(-1)]));

  it("new files, files that are gone and modules are the build's", () => {
    const outputs = new BuildOutputs();
    const after = files("a.wasm2", "new1", "src1");
    expect(changesOf(outputs.after(files("a.wasm1", "old1", "src1"), after), after)).toEqual([]);
  });

  it("an edit sets off the next round, each time; a file that each build writes does so once", () => {
    const outputs = new BuildOutputs();
    const edit = (from: string, to: string) => changesOf(outputs.after(files(from), files(to)), files(to));
    expect(edit("src1", "src2")).toEqual(["src"]);
    expect(edit("src2", "src2")).toEqual([]);
    expect(edit("src2", "src3")).toEqual(["src"]);
    expect(edit("src3", "src4")).toEqual([]);
    expect(edit("src4", "src5")).toEqual([]);
  });
});
