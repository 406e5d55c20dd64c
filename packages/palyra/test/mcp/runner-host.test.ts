import fc from "fast-check";
import { parseJson, toValue } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import type { Runner, RunToolRequest, RunToolResult } from "../../src/execution/index.ts";
import { RunnerHost, type ToolAnswer } from "../../src/mcp/index.ts";
import { CallPlaces } from "../../src/mcp/places.ts";
import { MAX_CALLS, MAX_DETAILS } from "../../src/mcp/runner-host.ts";

type Run = (request: RunToolRequest) => Promise<RunToolResult>;

/** A host whose runs a test answers. */
function hostOf(run: Run, isShared = true): (client: string) => Promise<ToolAnswer> {
  const runner: Runner = {
    list: async () => [],
    peek: async () => [],
    run,
    plan: () => Promise.reject(new Error("nobody asks")),
    close: async () => {},
  };
  const host = new RunnerHost({
    runner,
    principal: "mcp:client",
    isShared,
    callOf: (principal, signal) => ({
      now: 0,
      principal,
      deviceId: "",
      channel: null,
      signal,
      progress: () => {},
      warn: () => {},
    }),
    mark: () => "",
    saidBefore: async () => [],
    typed: { options: [], places: "" },
    failed: () => {},
  });
  const { signal } = new AbortController();
  const rest = { tool: "acme.echo", input: "{}", session: "s", principal: "mcp:client", signal };
  return (client) => host.call({ ...rest, client, onStep: () => {}, onLog: () => {} });
}

const resultOf = (kind: string, details: unknown): RunToolResult => ({
  outcome: Object({ kind, details, stdout: new Uint8Array(), log: "", used: { wallMs: 1, outputBytes: 0 }, allowed: {} }),
  receipt: Object({ receipt_id: "r" }),
  skill: { skillId: "acme.skill", version: "1.0.0", artifactSha256: "ab".repeat(32) },
  toolId: "acme.echo",
});

describe("calls at a time", () => {
  /** Runs until it is told to end. */
  function held(isShared: boolean) {
    const ends: (() => void)[] = [];
    const call = hostOf(() => new Promise((resolve) => ends.push(() => resolve(resultOf("Ok", {})))), isShared);
    const busy: string[] = [];
    const ask = async (client: string, times: number): Promise<number> => {
      const before = ends.length;
      for (let time = 0; time < times; time++)
        void call(client).then((answer) => answer.kind === "refused" && busy.push(answer.code));
      await new Promise(setImmediate);
      return ends.length - before;
    };
    return { ask, busy, ends };
  }

  it("are shared: a client that asks for all leaves room for the next, and has more again once calls end", async () => {
    const { ask, busy, ends } = held(true);
    expect(await ask("a", 100)).toBe(16);
    expect(busy).toEqual(Array.from({ length: 84 }, () => "Busy"));
    expect(await ask("b", 100)).toBe(10);
    expect(await ask("c", 100)).toBe(6);
    expect(await ask("d", 1)).toBe(0);
    for (const end of ends.splice(0)) end();
    await new Promise(setImmediate);
    expect([await ask("d", 1), await ask("a", 100)]).toEqual([1, 10]);
    for (const end of ends) end();
  });

  it("are all of the one client that a process on stdin and stdout has", async () => {
    const { ask, ends } = held(false);
    expect(await ask("a", 100)).toBe(MAX_CALLS);
    for (const end of ends) end();
  });

  it("are never more than there are, nor lost; while there are any, whoever has none gets one", () => {
    const step = fc.record({ client: fc.constantFrom("a", "b", "c", "d", "e", "f"), gives: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 200 }), (most, steps) => {
        const places = new CallPlaces(most, true);
        const taken: (readonly [string, () => void])[] = [];
        for (const { client, gives } of steps) {
          const at = taken.findIndex(([each]) => each === client);
          if (gives) {
            for (const [, give] of at < 0 ? [] : taken.splice(at, 1)) give();
            continue;
          }
          const give = places.take(client);
          if (taken.length === most) expect(give).toBeUndefined();
          else if (at < 0) expect(give).toBeDefined();
          if (give !== undefined) taken.push([client, give]);
        }
        for (const [, give] of taken) give();
        const alone = new CallPlaces(most, true);
        for (let time = 0; time <= most; time++) expect(places.take("a") === undefined).toBe(alone.take("a") === undefined);
      }),
    );
  });
});

describe("what came of a call that is not Ok", () => {
  const told = async (kind: string, details: string): Promise<ToolAnswer> =>
    hostOf(async () => resultOf(kind, toValue(parseJson(details))))("a");

  it("is told as on a terminal, with the details beside it", async () => {
    expect(await told("QuotaExceeded", '{"quota":"fuel_budget","used":1001,"allowed":1000}')).toMatchObject({
      kind: "failed",
      outcome: "QuotaExceeded",
      message: expect.stringMatching(
        /^it needs more fuel than it may have: 1,001 units, over its budget of 1,000 units \(give it less to do; /,
      ),
      details: { quota: "fuel_budget" },
    });
    expect(await told("InvalidInput", '{"fault":"input","faults":[{"path":"/text","problem":"missing"}]}')).toMatchObject({
      message: expect.stringMatching(/^the input is not what the tool takes: \/text: missing \(/),
    });
  });

  it("T44: is short and escaped, whatever a tool made of it, and no command that grants what the tool asked for", async () => {
    const faults = Array.from({ length: 50 }, (_, at) => ({ path: `/${at}`, problem: `\u{202e}\n${"x".repeat(500)}` }));
    const long = await told("RuntimeFailure", JSON.stringify({ fault: "output", faults }));
    const message = long.kind === "failed" ? long.message : "";
    expect([...message].length).toBeLessThanOrEqual(MAX_DETAILS);
    expect(message).toContain("\\u{202e}");
    expect(message).not.toMatch(/[\u{202e}\n]/u);
    const denied = await told(
      "CapabilityDenied",
      '{"capability":"skill.capability.http.egress","name":"https://evil.example/run-this"}',
    );
    expect(denied).toMatchObject({ message: expect.stringMatching(/^it asked for what it may not have: to reach "https:/) });
    expect(JSON.stringify(denied)).not.toContain("grant add");
  });
});
