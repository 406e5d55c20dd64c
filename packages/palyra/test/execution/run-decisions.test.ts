/** Who decides on a run, and what is decided meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SandboxPool } from "../../src/execution/index.ts";
import { readApprovals } from "../../src/operations/shared/authorization-writes.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { parsed } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { publicKeyOf } from "../lifecycle/support.ts";
import { ECHO, request, SECRETLY, SPIN, useRuns } from "./run-support.ts";

const { palyra, install, openPool, servicesOf, run, kinds, lastOf } = useRuns();
const LONG = "wall_clock_timeout_ms = 30000\nfuel_budget = 100000000000\nmax_memory_bytes = 1048576";
const yes = (scope: "once" | "session" | "always") => ({ ask: async () => scope });

describe("T28: approval of a run", () => {
  it("T44: is required where nobody can be asked; a yes elsewhere is good for that very call", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const refused = await run().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "ApprovalRequired", details: { tool_id: "acme.echo.say", asks: expect.any(Array) } });
    const { basis } = Object(refused).details;
    expect((await run({ approval: { basis } })).outcome.kind).toBe("Ok");
    await expect(run({ approval: { basis }, input: new TextEncoder().encode('{"text":"ho"}') })).rejects.toHaveCode(
      "ApprovalRequired",
    );
    await expect(run({ approval: { basis }, surface: "mcp" })).rejects.toHaveCode("ApprovalRequired");
    await expect(run()).rejects.toHaveCode("ApprovalRequired");
  });

  it("once is for one call, session for the session, always for always; no is no", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    expect((await run({}, yes("once"))).outcome.kind).toBe("Ok");
    await expect(run()).rejects.toHaveCode("ApprovalRequired");
    await run({}, yes("session"));
    expect((await run()).outcome.kind).toBe("Ok");
    await expect(run({ session: "s2" })).rejects.toHaveCode("ApprovalRequired");
    await run({ session: "s2" }, yes("always"));
    expect((await run({ session: "s3" })).outcome.kind).toBe("Ok");
    await expect(run({ surface: "api" }, { ask: async () => undefined })).rejects.toHaveCode("Declined");
    expect(await lastOf("skill.refused")).toMatchObject({ reason: "Declined" });
  });
});

describe("an approval", () => {
  it("has the time at which it was given, not that at which the command began; so has the end of a session's", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const began = Date.now();
    let now = began;
    const ask = (scope: "session" | "always") => async () => {
      now = began + 60_000;
      return scope;
    };
    const runner = await servicesOf().runner();
    const call = { ...newCall("user:local"), now: began, clock: () => now };
    try {
      await runner.run(request(), call, { ask: ask("session") });
      await runner.run(request({ session: "s2" }), call, { ask: ask("always") });
    } finally {
      await runner.close();
    }
    expect(await readApprovals(servicesOf().home)).toMatchObject([
      { approved_at_unix_ms: began + 60_000, expires_at_unix_ms: began + 60_000 + 12 * 60 * 60 * 1000 },
      { approved_at_unix_ms: began + 60_000, expires_at_unix_ms: null },
    ]);
    const { events } = Object(parsed(await palyra("skills", "journal", "tail", "--last", "50", "--json")));
    const times = events
      .filter(({ event_kind }: { event_kind: string }) => event_kind === "skill.approved")
      .map(({ timestamp_unix_ms }: { timestamp_unix_ms: number }) => timestamp_unix_ms);
    expect(times).toEqual([began + 60_000, began + 60_000]);
  });
});

describe("T33: what is decided while a person thinks", () => {
  it.each<[string, string, readonly string[]]>([
    ["a quarantine", "NotEligible", ["skills", "quarantine", "acme.echo"]],
    ["a limit", "ApprovalRequired", ["skills", "grant", "add", "acme.echo", "--max-fuel", "5"]],
    ["more that it may use", "ApprovalRequired", ["skills", "grant", "add", "acme.echo", "--origin", "https://api.example.com"]],
  ])("%s stops the start", async (_name, code, words) => {
    await install({ module: ECHO, extra: SECRETLY });
    const ask = async () => {
      expect((await palyra(...words)).exit).toBe(0);
      return "once" as const;
    };
    await expect(run({}, { ask })).rejects.toHaveCode(code);
    expect(await kinds()).toEqual(["skill.refused"]);
  });

  it("an approval that is taken back while the call is prepared stops the start", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    await run({}, yes("always"));
    const pool = openPool();
    const slow: SandboxPool = {
      prepare: async (...given) => {
        const prepared = await pool.prepare(...given);
        expect((await palyra("skills", "approvals", "remove", "--all")).exit).toBe(0);
        return prepared;
      },
      close: () => pool.close(),
    };
    const runner = await openRunner(servicesOf(), { openPool: () => slow, now: () => Date.now() });
    try {
      await expect(runner.run(request(), { ...newCall("user:local"), now: Date.now() })).rejects.toHaveCode("ApprovalRequired");
    } finally {
      await runner.close();
    }
    expect(await kinds()).toEqual(["skill.started", "skill.finished", "skill.refused"]);
  });

  it("T33: nothing starts, and nothing is journaled, where calls alone would fill the disk: a quarantine has to be", async () => {
    await install();
    const mebibyte = 1024 * 1024;
    const disk = { bsize: 1, blocks: 1024 * mebibyte, bavail: 128 * mebibyte, files: 0, ffree: 0 };
    const free = { ...disk };
    const runner = await openRunner(servicesOf(), { openPool, now: () => Date.now(), diskOf: () => free });
    const call = () => runner.run(request(), { ...newCall("user:local"), now: Date.now() });
    try {
      expect((await call()).outcome.kind).toBe("Ok");
      const before = await kinds();
      free.bavail -= 1;
      const full = { code: "Io", details: { code: "ENOSPC", limit: 128 * mebibyte } };
      await expect(call()).rejects.toMatchObject(full);
      Object.assign(free, disk, { blocks: 1e12, bavail: 256 * mebibyte - 1 });
      await expect(call()).rejects.toMatchObject({ details: { limit: 256 * mebibyte } });
      expect(await kinds()).toEqual(before);
    } finally {
      await runner.close();
    }
    const quarantined = await palyra("skills", "quarantine", "acme.echo", "--version", "1.0.0", "--reason", "odd");
    expect(quarantined.exit).toBe(0);
  });

  it("nobody is asked about an input that the tool does not take: the call ends, with a receipt, and nothing was started", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return "once" as const;
    };
    const { outcome } = await run({ input: new TextEncoder().encode("[]") }, { ask });
    expect([outcome.kind, asked]).toEqual(["InvalidInput", 0]);
    expect(await lastOf("skill.finished")).toMatchObject({ started_seq: null, approved: "not_asked" });
    // Nor is anybody told to approve it where the question comes later, or nobody can be asked.
    expect((await run({ input: new TextEncoder().encode("[]"), surface: "mcp" })).outcome.kind).toBe("InvalidInput");
    expect((await run({}, { ask })).outcome.kind).toBe("Ok");
    expect(asked).toBe(1);
  });

  it("a version that is not there is named as that, with those that are", async () => {
    await install({ module: ECHO });
    await expect(run({ version: "9.9.9" })).rejects.toMatchObject({
      code: "NotInstalled",
      details: { skill_id: "acme.echo", version: "9.9.9", installed: ["1.0.0"] },
    });
    await expect(run({ tool: "acme.echo.shout", version: "9.9.9" })).rejects.toHaveCode("UnknownTool");
  });

  it("a quarantine ends what runs, by whichever process, long before its own time", async () => {
    await install({ module: SPIN, quotas: LONG });
    const quarantined: Promise<number>[] = [];
    const quarantine = async (): Promise<number> => {
      expect((await palyra("skills", "quarantine", "acme.echo")).exit).toBe(0);
      return performance.now();
    };
    const { outcome, receipt } = await run({}, { onStep: (step) => step === "started" && quarantined.push(quarantine()) });
    const ended = performance.now();
    expect(quarantined).toHaveLength(1);
    // A second by the spec; here beside whatever else the machine does. It may be ended before the command that ends it is.
    expect(ended - Math.max(...(await Promise.all(quarantined)))).toBeLessThan(10_000);
    expect([outcome.kind, receipt.fuel_used]).not.toContain("TimedOut");
    expect(outcome).toMatchObject({ kind: "RuntimeFailure", details: { fault: "quarantined" } });
    expect(await kinds()).toEqual(["skill.started", "skill.finished"]);
  });

  it("a key that is revoked ends what runs with it as well; trust that changes otherwise ends nothing", async () => {
    await install({ module: SPIN, quotas: LONG });
    const said: number[] = [];
    let ended = false;
    let alive = false;
    const onStep = async (step: string): Promise<void> => {
      if (step !== "started") return;
      const trust = async (...words: string[]) => void said.push((await palyra("skills", "trust", ...words)).exit);
      await trust("add", "globex", await publicKeyOf(2));
      await sleep(600);
      alive = !ended;
      await trust("revoke", "acme", await publicKeyOf(1), "--reason", "leaked");
    };
    const steps: Promise<void>[] = [];
    const { outcome } = await run({}, { onStep: (step) => void steps.push(onStep(step)) });
    ended = true;
    // The call may be ended before the command that ends it is.
    await Promise.all(steps);
    expect([said, alive]).toEqual([[0, 0], true]);
    expect(outcome).toMatchObject({ kind: "RuntimeFailure", details: { fault: "quarantined" } });
  });

  it("the caller's signal ends it too", async () => {
    await install({ module: SPIN, quotas: LONG });
    const stop = new AbortController();
    const runner = await servicesOf().runner();
    const call = { ...newCall(), now: Date.now(), signal: stop.signal };
    const { outcome } = await runner.run(request(), call, { onStep: (step) => step === "started" && stop.abort() });
    await runner.close();
    expect(outcome).toMatchObject({ kind: "RuntimeFailure", details: { fault: "cancelled" } });
  });
});
