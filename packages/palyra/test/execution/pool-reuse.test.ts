/** Which process serves which call, and what ends one (spec 10.3). */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_LOG_BYTES } from "palyra-sandbox/limits";
import { encodeFromProcess, type FromProcess, PROTOCOL_VERSION } from "palyra-sandbox/protocol";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { RUN_MODULE } from "../../../../testing/forge/manifest.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { limitsOf } from "../../src/execution/pool/limits.ts";
import { canServe } from "../../src/execution/pool/pool.ts";
import { moduleKey } from "../../src/execution/pool/shared.ts";
import { call, jobOf, QUOTAS } from "./sandbox-support.ts";

const program = useSandboxProgram();
const folder = join(repositoryRoot, ".cache", "test", `reuse-${process.pid}`);
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a process that has served", () => {
  const job = jobOf(RUN_MODULE);
  const limits = limitsOf(QUOTAS);
  const fresh = { isDead: false, calls: 1, limits, busyMs: 0, keeps: new Set<string>() };
  const many = (count: number) => new Set(Array.from({ length: count }, (_, at) => `other ${at}`));
  // Of its 960 s of processor time the call may take 30 s of the clock, on four threads.
  it.each<[string, boolean, Partial<typeof fresh>]>([
    ["serves the same artifact again", true, {}],
    ["serves nobody once it is dead", false, { isDead: true }],
    ["serves ten thousand calls", true, { calls: 9_999 }],
    ["and no more", false, { calls: 10_000 }],
    ["serves as long as it has processor time for the whole call", true, { busyMs: 210_000 }],
    ["and not where it may lack some", false, { busyMs: 210_001 }],
    ["keeps sixteen modules", true, { keeps: many(15) }],
    ["and no more", false, { keeps: many(16) }],
    ["but for one that it keeps", true, { keeps: new Set([...many(15), moduleKey(job)]) }],
    ["of the same limits alone", false, { limits: limitsOf({ ...QUOTAS, memoryBytes: 2 ** 30 }) }],
  ])("%s", (_name, may, change) => expect(canServe({ ...fresh, ...change }, job, limits)).toBe(may));

  it("serves no more than it keeps modules of, and another goes on", async () => {
    const pool = openSandboxPool({ program, idle: 0 });
    onTestFinished(() => pool.close());
    const kinds = new Set<string>();
    for (let number = 0; number < 17; number += 1) {
      const moduleSha256 = createHash("sha256").update(String(number)).digest("hex");
      const { kind } = await call(
        pool,
        jobOf(RUN_MODULE, { entrypoint: "run", kind: "palyra", artifactSha256: "one", moduleSha256 }),
      );
      kinds.add(kind);
    }
    expect([...kinds]).toEqual(["Ok"]);
  });
});

/** A program that says these things, some each time that it is told something. */
function programThatSays(...turns: readonly (readonly FromProcess[])[]): string {
  const frames = turns.map((turn) => Buffer.concat(turn.map((message) => encodeFromProcess(message))).toString("base64"));
  const source = `const { writeSync } = require("node:fs");
    const frames = ${JSON.stringify(frames)};
    const say = () => { const bytes = Buffer.from(frames.shift() ?? "", "base64"); for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at); };
    say();
    process.stdin.on("data", say);`;
  const file = join(folder, `${createHash("sha256").update(source).digest("hex")}.cjs`);
  writeFileSync(file, source);
  return file;
}

const ready: FromProcess = { is: "ready", version: PROTOCOL_VERSION };

describe("a process that refused", () => {
  const refused = (fault: string): FromProcess => ({
    is: "outcome",
    ended: {
      ...{ kind: "InvalidInput", details: JSON.stringify({ fault }), stdout: new Uint8Array() },
      ...{ exitCode: undefined, fuel: 0n, memoryBytes: 0 },
    },
  });
  // Told once more it would be another fault.
  it.each([
    ["an input goes on, which looked at no module", "input", "input_schema"],
    ["a module is ended: it may keep it, and nobody knows", "module", "module"],
  ])("%s", async (_name, first, second) => {
    const pool = openSandboxPool({ program: programThatSays([ready], [refused(first)], [refused("input_schema")]), idle: 0 });
    onTestFinished(() => pool.close());
    expect((await call(pool, jobOf(RUN_MODULE))).details).toEqual({ fault: first });
    expect((await call(pool, jobOf(RUN_MODULE))).details).toEqual({ fault: second });
  });
});

describe("T39: a process in which a module has trapped", () => {
  const trapped = (trap: string): FromProcess => ({
    is: "outcome",
    ended: {
      ...{ kind: "RuntimeFailure", details: JSON.stringify({ fault: "trap", trap }), stdout: new Uint8Array() },
      ...{ exitCode: undefined, fuel: 1n, memoryBytes: 0 },
    },
  });
  const next: FromProcess = {
    is: "outcome",
    ended: {
      ...{ kind: "InvalidInput", details: '{"fault":"input"}', stdout: new Uint8Array() },
      ...{ exitCode: undefined, fuel: 0n, memoryBytes: 0 },
    },
  };
  it.each([
    ["serves the next call", "unreachable", { fault: "input" }],
    [
      "serves none where a stack ended: our own code may have stood on it",
      "stack_exhausted",
      { fault: "trap", trap: "stack_exhausted" },
    ],
  ])("%s", async (_name, trap, second) => {
    const program = programThatSays([ready], [{ is: "prepared" }], [trapped(trap)], [next]);
    const pool = openSandboxPool({ program, idle: 0 });
    onTestFinished(() => pool.close());
    expect((await call(pool, jobOf(RUN_MODULE))).details).toEqual({ fault: "trap", trap });
    expect((await call(pool, jobOf(RUN_MODULE))).details).toEqual(second);
  });
});

describe("T39: a process that says what it must not say is ended", () => {
  const ended: FromProcess = {
    is: "outcome",
    ended: { kind: "Ok", details: "{}", stdout: new Uint8Array(), exitCode: 0, fuel: 1n, memoryBytes: 0 },
  };
  const log = (length: number): FromProcess => ({ is: "log", bytes: new Uint8Array(length).fill(0x61) });
  const outcomeOf = async (...turns: readonly (readonly FromProcess[])[]) => {
    const pool = openSandboxPool({ program: programThatSays(...turns), idle: 0 });
    onTestFinished(() => pool.close());
    return call(pool, jobOf(RUN_MODULE));
  };

  it("a log as long as one may be is taken", async () => {
    const { kind, log: kept } = await outcomeOf([ready], [{ is: "prepared" }], [log(MAX_LOG_BYTES), log(40), ended]);
    expect([kind, kept.length]).toEqual(["Ok", MAX_LOG_BYTES + 40]);
  });

  it.each<[string, readonly (readonly FromProcess[])[]]>([
    ["more log than is kept of a call", [[ready], [{ is: "prepared" }], [log(MAX_LOG_BYTES), log(MAX_LOG_BYTES), ended]]],
    ["a log before anything ran", [[ready], [log(1), { is: "prepared" }], [ended]]],
    ["that it is prepared, twice", [[ready], [{ is: "prepared" }, { is: "prepared" }], [ended]]],
  ])("%s", async (_name, turns) => {
    expect(await outcomeOf(...turns)).toMatchObject({ kind: "RuntimeFailure", details: { fault: "sandbox" } });
  });

  it.each<[string, readonly (readonly FromProcess[])[]]>([
    ["another version of what is said", [[{ is: "ready", version: PROTOCOL_VERSION + 1 }], [{ is: "prepared" }], [ended]]],
    ["that it is ready, twice", [[ready, ready], [{ is: "prepared" }], [ended]]],
    ["an outcome of no call", [[ready, ended], [{ is: "prepared" }], [ended]]],
  ])("%s: it gets no call", async (_name, turns) => {
    const pool = openSandboxPool({ program: programThatSays(...turns), idle: 1 });
    onTestFinished(() => pool.close());
    await expect(call(pool, jobOf(RUN_MODULE))).rejects.toHaveCode("SandboxUnavailable");
  });
});
