import fc from "fast-check";
import { SkillError } from "palyra-skills";
import { parseJson, toValue } from "palyra-skills/encoding";
import { describe, expect, it, vi } from "vitest";
import { PalyraError } from "../../src/errors.ts";
import type { LaunchPlan, Runner, RunToolRequest, RunToolResult } from "../../src/execution/index.ts";
import { refusedOf } from "../../src/files/of-file.ts";
import { RunnerHost, type RunnerHostPorts, type ToolAnswer } from "../../src/mcp/index.ts";
import { CallPlaces } from "../../src/mcp/places.ts";
import { MAX_CALLS, MAX_DETAILS } from "../../src/mcp/runner-host.ts";
import { nodePlatform } from "../../src/platform/node.ts";
import { NO_GRANTS } from "../../src/policy/index.ts";

type Run = (request: RunToolRequest) => Promise<RunToolResult>;

function hostPorts(run: Run): RunnerHostPorts {
  const runner: Runner = {
    list: async () => [],
    peek: async () => [],
    run,
    plan: () => Promise.reject(new Error("nobody asks")),
    close: async () => {},
  };
  return {
    runner,
    principal: "mcp:client",
    isShared: true,
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
  };
}

/** A host whose runs a test answers. */
function hostOf(run: Run, isShared = true, more: Partial<RunnerHostPorts> = {}): (client: string) => Promise<ToolAnswer> {
  const host = new RunnerHost({ ...hostPorts(run), isShared, ...more });
  const { signal } = new AbortController();
  const rest = { tool: "acme.echo", names: "id" as const, input: "{}", session: "s", principal: "mcp:client", signal };
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
    const socket = await told("CapabilityDenied", '{"capability":"skill.capability.http.egress","operation":"sock_send"}');
    expect(socket).toMatchObject({ message: expect.stringMatching(/^it asked for what it may not have: to use a socket \(/) });
  });
});

describe("T44: whoever calls from elsewhere", () => {
  const HOME = "/home/op er/state";
  const typed = {
    options: [],
    places: ` --state-root '${HOME}'`,
    authorizes: ` --authorization-policy ${HOME}/site.cedar`,
    stateRoot: HOME,
  };
  /** As a publisher may call a root. */
  const NAMED = "notes, read by nobody";
  const asks = { tool_id: "acme.echo", surface: "mcp", principal: "mcp:client", basis: "b", asks: [] };
  const skill = { skill_id: "acme.skill", version: "1.0.0" };
  const plan = async (): Promise<LaunchPlan> =>
    Object({
      skill: {
        skillId: "acme.skill",
        version: "1.0.0",
        artifact: {
          manifest: {
            capabilities: { http_egress_allowlist: [], secrets: [], filesystem: { read_roots: ["data"], write_roots: [] } },
          },
        },
      },
      decision: { kind: "approval", waiting: [] },
      granted: { ...NO_GRANTS, roots: ["data", NAMED].map((name) => ({ root: name, folder: `${HOME}/data` })) },
      grants: [
        "network=https://api.example.com:8443",
        `root=data ${HOME}/data`,
        `root=${NAMED} ${HOME}/data`,
        "storage_read=data",
      ],
      quotas: { fuel: 1n, memoryBytes: 1n, wallMs: 1 },
      subject: { ...asks, ...skill, artifact_sha256: "", grants: [], policy_sha256: "" },
      input: new Uint8Array(),
      platform: nodePlatform,
    });
  const answersTo = async (error: Error, isShared: boolean) => {
    const failed = vi.fn();
    const run = () => Promise.reject(error);
    const { runner } = hostPorts(run);
    const answer = await hostOf(run, isShared, { typed, failed, runner: { ...runner, plan } })("a");
    return { answer, told: JSON.stringify(answer), failed };
  };

  it("is told the command that allows a call, and what the call may use, and no place of the host", async () => {
    const required = new PalyraError("ApprovalRequired", { ...skill, ...asks });
    const elsewhere = await answersTo(required, true);
    expect(elsewhere.answer).toMatchObject({
      command: "palyra skills approvals add acme.echo --surface mcp --principal mcp:client",
    });
    expect(elsewhere.told).toContain("root=data, granted by the operator of this host");
    expect(elsewhere.told).toContain(JSON.stringify(`  root="${NAMED}", granted by the operator of this host`).slice(1, -1));
    expect(elsewhere.told).not.toContain("/home");
    const { told } = await answersTo(required, false);
    for (const place of ["--state-root", "site.cedar", `root=data ${HOME}/data`]) expect(told).toContain(place);
  });

  it.each([
    new PalyraError("VerdictMissing", skill),
    new PalyraError("PolicyDenied", { ...skill, tool_id: "acme.echo", denied: [] }),
    new PalyraError("UnknownTool", { tool: "acme.ecko", offered: ["acme.echo"] }),
    new PalyraError("NotEligible", { ...skill, reasons: ["quarantined: see https://example.com/why"] }),
    new SkillError("RevokedPayload", { payload_sha256: "ab".repeat(32), reason: "leaks" }),
  ])("is told why, where that is about the skill: $code", async (error) => {
    const { answer, told, failed } = await answersTo(error, true);
    expect(answer).toMatchObject({ code: error.code, message: expect.stringMatching(/skill|tool|acme|payload/) });
    expect(told).not.toMatch(/home|--state-root|log has more/);
    expect(failed).not.toHaveBeenCalled();
  });

  it.each([
    new PalyraError("IndexInvalid", { file: `${HOME}/skills/index.json`, faults: [] }),
    new PalyraError("Io", { action: "read", file: `${HOME}/site.cedar`, code: "EACCES" }),
    new PalyraError("Io", { action: "read", file: "C:\\Users\\op\\site.cedar", code: "EACCES" }),
    new PalyraError("JournalUnavailable", { file: `${HOME}/journal.sqlite3`, problem: "it is locked", why: "EACCES" }),
    new PalyraError("UnsafeStateRoot", {
      folder: `${HOME}/data`,
      problem: "others may write to it",
      root: "data",
      skill_id: "acme.skill",
    }),
    new PalyraError("NotEligible", { ...skill, reasons: [`quarantined: see ${HOME}/notes`] }),
    refusedOf(`${HOME}/skills/acme.skill/a.skill`, new SkillError("SignatureVerificationFailed", { problem: "it is another" })),
  ])("is told the code alone, where why would name a place, and the log has it: $code", async (error) => {
    const { answer, told, failed } = await answersTo(error, true);
    expect(answer).toMatchObject({ code: error.code, message: expect.stringMatching(/log has more$/) });
    expect(told).not.toMatch(/home|Users/);
    expect(failed).toHaveBeenCalledExactlyOnceWith(error);
    const onThisHost = await answersTo(error, false);
    expect(onThisHost.told).toMatch(/home|Users/);
    expect(onThisHost.failed).not.toHaveBeenCalled();
  });

  it("is told why a list cannot be made, and no place of this host, which its log has", async () => {
    const error = new PalyraError("Io", { action: "read", file: `${HOME}/audit.json`, code: "ENOENT" });
    const [failed, list] = [vi.fn(), () => Promise.reject(error)];
    const ports = hostPorts(async () => resultOf("Ok", {}));
    const hosts = { ...ports, failed, runner: { ...ports.runner, list } };
    const here = new RunnerHost({ ...hosts, isShared: false });
    await expect(here.list()).rejects.toThrow(/^Io: cannot read .*audit\.json.*: it is not there/);
    expect(failed).not.toHaveBeenCalled();
    const elsewhere = new RunnerHost({ ...hosts, isShared: true });
    await expect(elsewhere.list()).rejects.toThrow(/^Io: something of this host stands in the way; the host's log has more$/);
    expect(failed).toHaveBeenCalledExactlyOnceWith(error);
  });

  it("is told of a list that cannot be made by what nobody foresaw no more than that", async () => {
    const failed = vi.fn();
    const list = () => Promise.reject(new Error(`ENOENT: ${HOME}/skills`));
    const ports = hostPorts(async () => resultOf("Ok", {}));
    const host = new RunnerHost({ ...ports, failed, runner: { ...ports.runner, list } });
    await expect(host.list()).rejects.toThrow(/^the host failed; its log has more$/);
    expect(failed).toHaveBeenCalledOnce();
  });
});
