import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyReceipt } from "palyra-skills/receipt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { echo, spin } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { compose } from "../../src/entry/compose.ts";
import type { CallOptions, Host, HostOptions } from "../../src/entry/host-api.ts";
import { openHost } from "../../src/entry/index.ts";
import { hostOf } from "../../src/entry/open-host.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { LOOK_MS } from "../../src/mcp/watch.ts";
import type { Services } from "../../src/operations/services.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillFile } from "../lifecycle/support.ts";

const program = useSandboxProgram();
const [ECHO, SPIN] = await Promise.all([echo("here\\n", 5), spin()]);
const LONG = "wall_clock_timeout_ms = 30000\nfuel_budget = 100000000000\nmax_memory_bytes = 1048576";
const SECRETLY = '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]';

let root: string;
const opened: Host[] = [];
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((host) => host.close()));
});
const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
async function install(spec: SkillSpec = {}): Promise<void> {
  const ran = await commandLine(root)("skills", "install", "--artifact", await skillFile(root, spec), "--allow-untrusted");
  expect(ran).toMatchObject({ exit: 0 });
}

/** A host whose sandbox is that of the sources, and whose processes are counted. */
function host(options: HostOptions = {}): Host {
  const { session, onWarning, ...settings } = options;
  const services: Services = {
    ...compose(settings, env()),
    runner: () => openRunner(services, { openPool: () => openSandboxPool({ program, idle: 0 }), now: () => Date.now() }),
  };
  const made = hostOf(services, {
    ...(session === undefined ? {} : { session }),
    ...(onWarning === undefined ? {} : { onWarning }),
  });
  opened.push(made);
  return made;
}
const events = async (): Promise<readonly string[]> =>
  Object(parsed(await commandLine(root)("skills", "journal", "tail", "--last", "50", "--json")))
    .events.map(({ event_kind }: { event_kind: string }) => event_kind)
    .filter((kind: string) => /started|finished|refused/.test(kind));

describe("a host of the library (spec 10)", () => {
  it("lists what may run, and runs it: output, log, steps, usage, and a receipt that holds", async () => {
    await install({ module: ECHO });
    const palyra = host({ principal: "user:ada" });
    expect(await palyra.tools()).toMatchObject([
      { toolId: "acme.echo.say", skillId: "acme.echo", publisher: "acme", inputSchema: { type: "object" } },
    ]);
    const [steps, logged]: [string[], string[]] = [[], []];
    const ran = await palyra.call(
      "acme.echo.say",
      { text: "hi", n: 2n ** 60n },
      { onLog: (text) => void logged.push(text), onStep: (step) => void steps.push(step) },
    );
    expect(ran).toMatchObject({ outcome: "Ok", output: { text: "hi", n: 2n ** 60n }, log: "here\n", version: "1.0.0" });
    expect([steps, logged.join("")]).toEqual([["authorized", "prepared", "started"], "here\n"]);
    expect(ran.used.fuel).toBeGreaterThan(0n);
    await verifyReceipt(ran.receipt, nodePlatform);
    expect(ran.receipt).toMatchObject({ surface: "library", principal: "user:ada", tool_id: "acme.echo.say" });
    expect((await palyra.call("acme.echo", {}, { principal: "user:bob" })).receipt.principal).toBe("user:bob");
    expect(await events()).toEqual(["skill.started", "skill.finished", "skill.started", "skill.finished"]);
  });

  it("hands out tools as a model's API takes them: names that a call takes, schemas that are JSON, and the caller's own", async () => {
    const inputSchema = '{ type = "object", properties = { n = { type = "integer", maximum = 9223372036854775807 } } }';
    await install({ module: ECHO, inputSchema });
    const palyra = host();
    const [tool] = await palyra.tools();
    expect(tool?.modelName).toBe("acme_echo_say");
    expect(JSON.parse(JSON.stringify(tool?.inputSchema))).toMatchObject({ properties: { n: { maximum: 2 ** 63 } } });
    delete Object(tool).inputSchema.properties.n;
    expect((await palyra.call("acme_echo_say", { n: "no number" })).outcome).toBe("InvalidInput");
    expect(await palyra.call("acme_echo_say", { n: 5 })).toMatchObject({ outcome: "Ok", toolId: "acme.echo.say" });
  });

  it("answers what a call came to, and throws what is refused, each with a code", async () => {
    await install({ module: SPIN });
    const palyra = host();
    const ran = await palyra.call("acme.echo.say", { text: "hi" }, { maxFuel: 1000n });
    expect(ran).toMatchObject({ outcome: "QuotaExceeded", output: null, allowed: { fuel: 1000n } });
    expect((await palyra.call("acme.echo.say", [])).outcome).toBe("InvalidInput");
    await expect(palyra.call("acme.other", {})).rejects.toHaveCode("UnknownTool");
    await expect(palyra.call("acme.echo", {}, { version: "9.9.9" })).rejects.toHaveCode("NotInstalled");
    await expect(palyra.call("acme.echo", { n: Number.NaN })).rejects.toHaveCode("Usage");
    await expect(palyra.call("acme.echo", {}, { maxFuel: 0n })).rejects.toHaveCode("Usage");
    await commandLine(root)("skills", "quarantine", "acme.echo");
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("NotEligible");
    expect(await palyra.tools()).toEqual([]);
    expect(() => openHost({ env: env(), principal: "" })).toThrow(expect.objectContaining({ code: "Usage" }));
  });

  it("is told of an artifact that is swapped, back again, and of an audit policy that is no longer one", async () => {
    await install({ module: ECHO });
    const auditPolicy = join(root, "audit-policy.json");
    writeFileSync(auditPolicy, "{}");
    const palyra = host({ auditPolicy });
    const heard = vi.fn();
    palyra.onChange(heard);
    const artifact = join(root, "state/skills/acme.echo/1.0.0/artifact.palyra-skill");
    const bytes = readFileSync(artifact);
    const tools = async (): Promise<number | string> => (await palyra.tools().catch(({ code }) => String(code))).length;
    let told = 0;
    const change = async (file: string, to: string | Buffer): Promise<void> => {
      // A look or two before it, so that there is something to compare.
      await new Promise((resolve) => setTimeout(resolve, 3 * LOOK_MS));
      expect(heard).toHaveBeenCalledTimes(told);
      writeFileSync(file, to);
      told += 1;
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(told), 20_000);
    };
    await commandLine(root)("skills", "audit", "acme.echo", "--audit-policy", auditPolicy);
    await vi.waitFor(async () => expect(await tools()).toBe(1));
    told = heard.mock.calls.length;
    await change(artifact, Buffer.from(bytes).fill(0, 0, 1));
    expect(await tools()).toBe(0);
    await change(artifact, bytes);
    expect(await tools()).toBe(1);
    await change(auditPolicy, "{");
    await expect(palyra.tools()).rejects.toHaveCode("PolicyInvalid");
  });

  it("T28: is asked by nobody whose name is another's once it is written, or the daemon's own", async () => {
    await install({ module: ECHO });
    const palyra = host();
    for (const principal of ["", " ", "\ud800", "a\ud801", "a\0b", "a\nb", "a b", "system:daemon", "System:x", "x".repeat(257)]) {
      await expect(palyra.call("acme.echo", {}, { principal })).rejects.toHaveCode("Usage");
      await expect(palyra.plan("acme.echo", {}, { principal })).rejects.toHaveCode("Usage");
      if (principal.trim() !== "") expect(() => host({ principal })).toThrow(expect.objectContaining({ code: "Usage" }));
    }
    for (const session of ["", " ", "\ud800"])
      expect(() => openHost({ env: env(), session })).toThrow(expect.objectContaining({ code: "Usage" }));
    expect(await events()).toEqual([]);
  });

  it("tells whoever listens, once another process changed what may run, and nobody who no longer does", async () => {
    await install({ module: ECHO });
    const palyra = host();
    const [heard, not] = [vi.fn<() => void>(), vi.fn<() => void>()];
    palyra.onChange(heard);
    palyra.onChange(not)();
    // Its first look is taken before the change.
    await palyra.tools();
    await vi.waitFor(async () => {
      await commandLine(root)("skills", "quarantine", "acme.echo");
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 2_000);
    }, 60_000);
    expect(await palyra.tools()).toEqual([]);
    expect(not).not.toHaveBeenCalled();
  });
});

describe("T32: a skill without a verdict that counts", () => {
  it("has no tool in the list, which is told once for as long as it lacks it", async () => {
    await install({ module: ECHO });
    const warned: string[] = [];
    const palyra = host({ onWarning: (text) => void warned.push(text) });
    expect(await palyra.tools()).toHaveLength(1);
    const passed = join(root, "state/skills/.passed");
    const audited = readFileSync(passed);
    for (const isThere of [false, false, true, false]) {
      if (isThere) writeFileSync(passed, audited);
      else rmSync(passed, { force: true });
      expect(await palyra.tools()).toHaveLength(isThere ? 1 : 0);
    }
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("VerdictMissing");
    expect(warned).toEqual(
      Array(2).fill(expect.stringMatching(/^acme\.echo 1\.0\.0 is not among the tools: .*palyra skills audit acme\.echo/)),
    );
  });
});

describe("T32: an audit policy or statements that cannot be read, so that nobody can tell whether there is a verdict", () => {
  it.each(["auditPolicy", "vex"] as const)("are why there is no list, as there is no call: %s", async (setting) => {
    await install({ module: ECHO });
    const palyra = host({ [setting]: join(root, "none.json") });
    await expect(palyra.tools()).rejects.toHaveCode("Io");
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("Io");
    writeFileSync(join(root, "bad.json"), "{");
    const other = host({ [setting]: join(root, "bad.json") });
    const code = setting === "vex" ? "VexInvalid" : "PolicyInvalid";
    await expect(other.tools()).rejects.toHaveCode(code);
    await expect(other.call("acme.echo", {})).rejects.toHaveCode(code);
  });
});

describe("T32: whoever listens for changes", () => {
  it("is told of no skill that lacks a verdict while it is written: who asks for the list is", async () => {
    await install({ module: ECHO });
    const warned: string[] = [];
    const palyra = host({ onWarning: (text) => void warned.push(text) });
    const heard = vi.fn<() => void>();
    palyra.onChange(heard);
    const passed = join(root, "state/skills/.passed");
    const audited = readFileSync(passed);
    let isThere = true;
    // Until a look falls between two of these.
    await vi.waitFor(
      () => {
        isThere = !isThere;
        if (isThere) writeFileSync(passed, audited);
        else rmSync(passed);
        expect(heard).toHaveBeenCalled();
      },
      { timeout: 60_000, interval: 700 },
    );
    expect(warned).toEqual([]);
    rmSync(passed, { force: true });
    expect(await palyra.tools()).toEqual([]);
    expect(warned).toHaveLength(1);
  });
});

describe("T28: approval for a program", () => {
  it("tells what changed since a yes that was for always", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const [palyra, words] = [host(), ["--surface", "library", "--yes"]];
    expect(await commandLine(root)("skills", "approvals", "add", "acme.echo.say", ...words)).toMatchObject({ exit: 0 });
    expect(await palyra.call("acme.echo", { text: "hi" })).toMatchObject({ outcome: "Ok" });
    const granted = await commandLine(root)("skills", "grant", "add", "acme.echo", "--origin", "https://api.example.com:8443");
    expect(granted).toMatchObject({ exit: 0 });
    const approve = vi.fn<NonNullable<CallOptions["approve"]>>(async () => "once");
    expect(await palyra.call("acme.echo", { text: "hi" }, { approve })).toMatchObject({ outcome: "Ok" });
    const [question] = approve.mock.calls[0] ?? [];
    expect(question?.context).toContain("it was approved before, but changed since: what it may use");
  });

  it("T44: is asked of whoever is named to be asked, in the host's own words; a session's is the host's alone", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const palyra = host();
    expect(await palyra.plan("acme.echo.say", {})).toMatchObject({
      decision: "approval",
      isApproved: false,
      grants: ["secret=skill:acme.echo/token"],
      quotas: { fuel: 400_000n },
    });
    expect(await events()).toEqual([]);
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("ApprovalRequired");
    await expect(palyra.call("acme.echo", {}, { approve: async () => undefined })).rejects.toHaveCode("Declined");
    const approve = vi.fn(async () => "session" as const);
    expect((await palyra.call("acme.echo", { text: "\u001b[31m" }, { approve })).outcome).toBe("Ok");
    expect(approve).toHaveBeenCalledWith(
      expect.objectContaining({ toolId: "acme.echo.say", publisher: "acme", grants: ["secret=skill:acme.echo/token"] }),
      expect.any(AbortSignal),
    );
    expect(JSON.stringify(approve.mock.calls)).not.toContain("\u001b");
    expect((await palyra.call("acme.echo", {})).outcome).toBe("Ok");
    expect((await palyra.plan("acme.echo", {})).isApproved).toBe(true);
    await expect(host().call("acme.echo", {})).rejects.toHaveCode("ApprovalRequired");
    const stop = new AbortController();
    const waiting = host().call("acme.echo", {}, { signal: stop.signal, approve: () => new Promise(() => stop.abort()) });
    await expect(waiting).rejects.toHaveCode("Declined");
    // Of another realm, whose `EventTarget` is another.
    const foreign = { aborted: true, addEventListener: () => {}, removeEventListener: () => {} };
    const late = host().call("acme.echo", {}, { signal: untyped(foreign), approve: () => new Promise(() => {}) });
    expect(await late).toMatchObject({ outcome: "RuntimeFailure", details: { fault: "cancelled" } });
  });
});

/** As a program without TypeScript gives it. */
const untyped = (value: unknown): never => value as never;

describe("T28: what a program without types answers and gives", () => {
  it("is a yes in its three words alone: for nothing else a tool starts, now or later", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const palyra = host();
    const answering = (said: unknown) => palyra.call("acme.echo", {}, { approve: async () => untyped(said) });
    for (const no of [undefined, null, false]) await expect(answering(no)).rejects.toHaveCode("Declined");
    for (const none of [true, "", "no", "yes", "Once", 1, {}, ["always"]])
      await expect(answering(none)).rejects.toHaveCode("Usage");
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("ApprovalRequired");
    expect(await events()).not.toContain("skill.started");
    expect((await answering("once")).outcome).toBe("Ok");
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("ApprovalRequired");
  });

  it("is refused as Usage where it is none, before anything starts", async () => {
    await install({ module: ECHO });
    const palyra = host();
    const usage = (called: Promise<unknown>) => expect(called).rejects.toHaveCode("Usage");
    for (const tool of [undefined, 5, null]) await usage(palyra.call(untyped(tool)));
    for (const options of [
      null,
      { maxFuel: 5 },
      { signal: 5 },
      { signal: { aborted: true } },
      { signal: new EventTarget() },
      { principal: 5 },
      { version: 1 },
      { onLog: "x" },
      { approve: true },
      { skill: "\ud800" },
    ])
      await usage(palyra.call("acme.echo", {}, untyped(options)));
    await usage(palyra.plan("acme.echo", {}, untyped({ maxFuel: 5 })));
    for (const input of [
      () => 1,
      { at: new Date() },
      new Map(),
      Object.create(Object.create(Object.create(null))),
      [Symbol("x")],
      { list: [1, undefined] },
      { list: Array.from({ length: 1 }).concat(new Array(1)) },
    ])
      await usage(palyra.call("acme.echo", untyped(input)));
    expect(await events()).toEqual([]);
    expect((await palyra.call("acme.echo", Object.assign(Object.create(null), { a: [{ b: undefined }] }))).output).toEqual({
      a: [{}],
    });
    for (const options of [null, { stateRoot: 5 }, { onWarning: 5 }, { session: 5 }, { session: "\udc00" }])
      expect(() => openHost(untyped(options))).toThrow(expect.objectContaining({ code: "Usage" }));
    expect(() => palyra.onChange(untyped("x"))).toThrow(expect.objectContaining({ code: "Usage" }));
  });

  it("is an option of another name: one that is misspelt is named, and none that is documented", async () => {
    await install({ module: ECHO });
    const palyra = host();
    const refused = (problem: string) => expect.objectContaining({ code: "Usage", details: { problem } });
    const misspelt = untyped({ maxFule: 5n });
    await expect(palyra.call("acme.echo", {}, misspelt)).rejects.toEqual(
      refused("there is no option maxFule: did you mean maxFuel?"),
    );
    await expect(palyra.plan("acme.echo", {}, misspelt)).rejects.toHaveCode("Usage");
    await expect(palyra.call("acme.echo", {}, untyped({ toString: 5 }))).rejects.toEqual(refused("there is no option toString"));
    expect(() => openHost(untyped({ stateRot: root }))).toThrow(refused("there is no option stateRot: did you mean stateRoot?"));
    const all: Required<CallOptions> = {
      skill: "acme.echo",
      version: "1.0.0",
      principal: "operator",
      maxFuel: 1_000_000n,
      signal: new AbortController().signal,
      onLog: () => {},
      onStep: () => {},
      approve: async () => undefined,
    };
    expect((await palyra.call("acme.echo", {}, all)).outcome).toBe("Ok");
    expect((await palyra.plan("acme.echo", {}, all)).decision).toBe("allowed");
    await expect(palyra.call("acme.echo", {}, untyped({ later: undefined }))).resolves.toMatchObject({ outcome: "Ok" });
  });

  it("counts wherever an object has its options from, and is read once: no state root, and no policy, is left out", async () => {
    await install({ module: ECHO });
    const forbidding = join(root, "site.cedar");
    writeFileSync(forbidding, "forbid (principal, action, resource);");
    const reads = vi.fn<(name: string) => void>();
    class Configured {
      get stateRoot(): string {
        reads("stateRoot");
        return join(root, "state");
      }
      get authorizationPolicy(): string | undefined {
        reads("authorizationPolicy");
        return reads.mock.calls.filter(([name]) => name === "authorizationPolicy").length === 1 ? forbidding : undefined;
      }
    }
    const { PALYRA_STATE_ROOT: _, ...elsewhere } = env();
    for (const options of [
      new Configured(),
      Object.create({ stateRoot: join(root, "state"), authorizationPolicy: forbidding }),
    ]) {
      const palyra = openHost(Object.assign(options, { env: elsewhere }));
      opened.push(palyra);
      expect((await palyra.tools()).map(({ toolId }) => toolId)).toEqual(["acme.echo.say"]);
      await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("PolicyDenied");
    }
    expect(reads).toHaveBeenCalledTimes(2);
    const asked = host();
    const limits = Object.create({ maxFuel: 1n });
    expect((await asked.call("acme.echo", {}, limits)).outcome).toBe("QuotaExceeded");
  });

  it("takes no process where it fails, as whoever is warned of that does", async () => {
    await install({ module: ECHO });
    const fails = (): never => {
      throw new Error("mine");
    };
    const palyra = host({ onWarning: fails });
    // More than run at once.
    for (let time = 0; time < 6; time += 1)
      expect((await palyra.call("acme.echo", { n: time }, { onStep: fails, onLog: fails })).outcome).toBe("Ok");
    // The list warns of whose tools it leaves out.
    rmSync(join(root, "state/skills/.passed"));
    expect(await palyra.tools()).toEqual([]);
  });

  it("keeps nobody from hearing of a change where it fails", async () => {
    await install({ module: ECHO });
    const warned: string[] = [];
    const palyra = host({ onWarning: (text) => void warned.push(text) });
    const heard = vi.fn<() => void>();
    palyra.onChange(() => {
      throw new Error("mine");
    });
    palyra.onChange(heard);
    await palyra.tools();
    for (const [verb, more] of [
      ["quarantine", []],
      ["enable", ["--override"]],
    ] as const) {
      heard.mockClear();
      await vi.waitFor(async () => {
        await commandLine(root)("skills", verb, "acme.echo", ...more);
        await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 2_000);
      }, 60_000);
    }
    expect(warned).toContain("What is told of a change could not be taken: mine");
  });
});

describe("the end of a call, and of a host", () => {
  it("comes with its signal, and with close: what runs is ended, and all that is asked later is refused", async () => {
    await install({ module: SPIN, quotas: LONG });
    const palyra = host();
    const stop = new AbortController();
    const cancelled = { outcome: "RuntimeFailure", details: { fault: "cancelled" } };
    const one = palyra.call("acme.echo", {}, { signal: stop.signal, onStep: (step) => step === "started" && stop.abort() });
    expect(await one).toMatchObject(cancelled);
    let two: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      two = palyra.call("acme.echo", {}, { onStep: (step) => step === "started" && resolve() });
    });
    await Promise.all([palyra.close(), palyra.close()]);
    expect(await two).toMatchObject(cancelled);
    await expect(palyra.call("acme.echo", {})).rejects.toHaveCode("Usage");
    await expect(palyra.tools()).rejects.toHaveCode("Usage");
    expect(() => palyra.onChange(() => {})).toThrow(expect.objectContaining({ code: "Usage" }));
  });
});
