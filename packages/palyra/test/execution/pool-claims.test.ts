import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, encodeFromProcess, type FromProcess, PROTOCOL_VERSION } from "palyra-sandbox/protocol";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { call, echo, jobOf, QUOTAS } from "./sandbox-support.ts";

const folder = join(repositoryRoot, ".cache", "test", `claims-${process.pid}`);
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says these things, each after the host has said something; and never what it was told to do. */
function programThatSays(...messages: readonly FromProcess[]): string {
  const frames = messages.map((message) => Buffer.from(encodeFromProcess(message)).toString("base64"));
  const source = `const { writeSync } = require("node:fs");
    const say = (frame) => writeSync(1, Buffer.from(frame, "base64"));
    const frames = ${JSON.stringify(frames)};
    say(frames.shift());
    process.stdin.on("data", () => { const next = frames.shift(); if (next !== undefined) say(next); });`;
  const file = join(folder, `${createHash("sha256").update(source).digest("hex")}.cjs`);
  writeFileSync(file, source);
  return file;
}

const READY: FromProcess = { is: "ready", version: PROTOCOL_VERSION };
const FINE: Ended = { kind: "Ok", details: "{}", stdout: new Uint8Array(), exitCode: 0, fuel: 10n, memoryBytes: 65_536 };

async function outcomeOf(...messages: readonly FromProcess[]) {
  const pool = openSandboxPool({ program: programThatSays(READY, ...messages), idle: 0 });
  onTestFinished(() => pool.close());
  const { kind, details, used } = await call(pool, jobOf(await echo()));
  return { kind, details, used };
}
const ran = (claim: Partial<Ended>) => outcomeOf({ is: "prepared" }, { is: "outcome", ended: { ...FINE, ...claim } });
const refusedEarly = (claim: Partial<Ended>) =>
  outcomeOf({
    is: "outcome",
    ended: { ...FINE, kind: "InvalidInput", exitCode: undefined, fuel: 0n, memoryBytes: 0, ...claim },
  });

describe("T39: a process that was taken over signs nothing impossible into a receipt", () => {
  it("what can be is believed", async () => {
    expect(await ran({})).toMatchObject({ kind: "Ok", used: { fuel: 10n, memoryBytes: 65_536 } });
    const details = '{"quota":"fuel_budget","used":10000001,"allowed":10000000}';
    expect(await ran({ kind: "QuotaExceeded", details, fuel: QUOTAS.fuel + 1n })).toMatchObject({ kind: "QuotaExceeded" });
    expect(await refusedEarly({ details: '{"fault":"module"}' })).toMatchObject({ kind: "InvalidInput" });
  });

  it.each<[string, Partial<Ended>]>([
    ["more fuel than any way to the end costs", { fuel: 2n ** 63n }],
    ["all the fuel that a number holds", { fuel: 2n ** 64n - 1n }],
    ["more memory than it has", { memoryBytes: QUOTAS.memoryBytes + 1 }],
    ["a good end of a module that it says has failed", { exitCode: 3 }],
    ["a good end without an exit code", { exitCode: undefined }],
    ["that it ran out of fuel and has some left", { kind: "QuotaExceeded", details: '{"quota":"fuel_budget"}' }],
    ["a quota that the host keeps", { kind: "QuotaExceeded", details: '{"quota":"process_memory_bytes"}' }],
    ["no quota", { kind: "QuotaExceeded" }],
    ["that it took too long", { kind: "TimedOut", details: '{"quota":"wall_clock_timeout_ms"}' }],
    ["that it was cancelled", { kind: "RuntimeFailure", details: '{"fault":"cancelled"}' }],
    ["that it was quarantined", { kind: "RuntimeFailure", details: '{"fault":"quarantined"}' }],
    ["that the host failed", { kind: "RuntimeFailure", details: '{"fault":"host"}' }],
    ["details that are none", { details: "[]" }],
    ["numbers that are none", { details: '{"used":NaN}' }],
  ])("%s: it is ended, and so is its call", async (_, claim) => {
    const { kind, details, used } = await ran(claim);
    expect({ kind, details }).toMatchObject({ kind: "RuntimeFailure", details: { fault: "sandbox" } });
    expect([used.fuel, used.memoryBytes, used.outputBytes]).toEqual([undefined, undefined, 0]);
  });

  it.each<[string, readonly FromProcess[]]>([
    ["before its answer", []],
    ["after it", [{ is: "prepared" }, { is: "outcome", ended: FINE }]],
  ])("closes its pipe %s: it is ended, and whoever calls it does not wait for a deadline", async (_, frames) => {
    const program = programThatSays(READY, ...frames);
    appendFileSync(
      program,
      'let open = true; process.stdin.on("data", () => { if (open && frames.length === 0) require("node:fs").closeSync(1); open = frames.length > 0; });',
    );
    const pool = openSandboxPool({ program, idle: 0 });
    onTestFinished(() => pool.close());
    const job = jobOf(await echo(), { quotas: { ...QUOTAS, wallMs: 100_000 } });
    const died = { kind: "RuntimeFailure", details: { fault: "process_died" } };
    expect(await call(pool, job)).toMatchObject(frames.length === 0 ? died : { kind: "Ok" });
    expect((await call(pool, job)).kind).not.toBe("TimedOut");
  });

  it.each<[string, Partial<Ended>]>([
    ["a good end", { kind: "Ok", exitCode: 0 }],
    ["a refusal of a capability", { kind: "CapabilityDenied" }],
    ["output", { stdout: new Uint8Array(1) }],
    ["fuel", { fuel: 1n }],
    ["memory", { memoryBytes: 1 }],
    ["an exit code", { exitCode: 0 }],
  ])("before anything ran: %s", async (_, claim) => {
    expect(await refusedEarly(claim)).toMatchObject({ kind: "RuntimeFailure", details: { fault: "sandbox" } });
  });
});

describe("T39: a process that was taken over floods nobody", () => {
  it.each<[string, readonly FromProcess[]]>([
    ["a log without a byte, of which there is no end", [{ is: "prepared" }, { is: "log", bytes: new Uint8Array() }]],
    ["a log before it runs", [{ is: "log", bytes: new Uint8Array(1) }]],
    ["an answer twice", [{ is: "prepared" }, { is: "prepared" }]],
  ])("%s: it is ended", async (_, said) => {
    const { kind, details } = await outcomeOf(...said);
    expect({ kind, details }).toMatchObject({ kind: "RuntimeFailure", details: { fault: "sandbox" } });
  });
});
