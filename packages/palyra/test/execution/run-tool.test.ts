import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyReceipt } from "palyra-skills/receipt";
import { beforeEach, describe, expect, it } from "vitest";
import { command, echo, spin, write } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { compose } from "../../src/entry/compose.ts";
import { LaunchPermit, openSandboxPool, ReadyCall, type RunToolOptions, type RunToolRequest } from "../../src/execution/index.ts";
import { changeStatus } from "../../src/lifecycle/index.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import type { Services } from "../../src/operations/services.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { readInputOrStdin } from "../../src/operations/shared/tool-input.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { publicKeyOf, type SkillSpec, skillFile } from "../lifecycle/support.ts";

const program = useSandboxProgram();
const [ECHO, SPIN] = await Promise.all([echo("\\1b[31mhere\\n", 10), spin()]);
/** Answers sixteen letters: eight of randomness, eight of the clock. */
const dice = () =>
  command(
    `(drop (call $random_get (i32.const 521) (i32.const 8))) (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 704)))
    (i64.store (i32.const 529) (i64.load (i32.const 704)))
    (local.set $i (i32.const 521))
    (loop (i32.store8 (local.get $i) (i32.add (i32.const 97) (i32.and (i32.const 15) (i32.load8_u (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if 0 (i32.lt_u (local.get $i) (i32.const 537))))
    ${write(1, 512, 27)}`,
    `(data (i32.const 512) "{\\"text\\":\\"                \\"}")`,
  );
const LONG = "wall_clock_timeout_ms = 30000\nfuel_budget = 100000000000\nmax_memory_bytes = 1048576";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
async function install(spec: SkillSpec = {}): Promise<void> {
  const ran = await commandLine(root)("skills", "install", "--artifact", await skillFile(root, spec), "--allow-untrusted");
  expect(ran).toMatchObject({ exit: 0 });
}

/** Services whose sandbox is that of the sources. */
function servicesOf(settings: Parameters<typeof compose>[0] = {}): Services {
  const services: Services = {
    ...compose(settings, env()),
    runner: () => openRunner(services, { openPool, now: () => Date.now() }),
  };
  return services;
}
const openPool = () => openSandboxPool({ program, idle: 0 });
const request = (change: Partial<RunToolRequest> = {}): RunToolRequest => ({
  tool: "acme.echo.say",
  input: new TextEncoder().encode('{"text":"hi"}'),
  surface: "library",
  session: "s1",
  ...change,
});
async function run(change: Partial<RunToolRequest> = {}, options: RunToolOptions = {}, settings = {}) {
  const runner = await servicesOf(settings).runner();
  try {
    return await runner.run(request(change), { ...newCall("user:local"), now: Date.now() }, options);
  } finally {
    await runner.close();
  }
}
const events = async (): Promise<readonly { event_kind: string; payload: Record<string, unknown> }[]> =>
  Object(parsed(await commandLine(root)("skills", "journal", "tail", "--last", "50", "--json"))).events;
const kinds = async () =>
  (await events()).map(({ event_kind }) => event_kind).filter((kind) => /started|finished|refused/.test(kind));
const lastOf = async (kind: string) => (await events()).findLast((each) => each.event_kind === kind)?.payload;
const secretly = '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]';
const yes = (scope: "once" | "session" | "always") => ({ ask: async () => scope });

describe("a run (spec 10)", () => {
  it("T26: is vouched for once it is over: the vault's head is behind no outcome and no refusal", async () => {
    await install({ module: ECHO });
    const unvouched = async () => Object(parsed(await commandLine(root)("skills", "journal", "verify", "--json"))).unvouched;
    await run();
    expect(await unvouched()).toBeNull();
    await expect(run({ tool: "acme.echo.say", version: "9.9.9" })).rejects.toThrow();
    await commandLine(root)("skills", "quarantine", "acme.echo");
    await expect(run()).rejects.toHaveCode("NotEligible");
    expect(await kinds()).toContain("skill.refused");
    expect(await unvouched()).toBeNull();
  });

  it("goes through every step, and leaves a start and an outcome with a receipt that holds", async () => {
    await install({ module: ECHO });
    const steps: string[] = [];
    const logged: string[] = [];
    const { outcome, receipt } = await run(
      {},
      { onStep: (step) => void steps.push(step), onLog: (text) => void logged.push(text) },
    );
    expect([outcome.kind, Buffer.from(outcome.stdout).toString()]).toEqual(["Ok", '{"text":"hi"}']);
    expect(steps).toEqual(["authorized", "prepared", "started"]);
    expect(logged.join("")).toContain("here");
    expect(await kinds()).toEqual(["skill.started", "skill.finished"]);
    expect(receipt).toMatchObject({
      outcome: "Ok",
      tool_id: "acme.echo.say",
      surface: "library",
      grants: [],
      principal: "user:local",
    });
    await verifyReceipt(receipt, nodePlatform);
    const listed = Object(parsed(await commandLine(root)("skills", "receipts", "list", "--json")));
    expect(listed.receipts[0].receipt_id).toBe(receipt.receipt_id);
    expect((await lastOf("skill.finished"))?.["started_seq"]).toBeGreaterThan(0);
  });

  it("that runs out of fuel says so, with a receipt; a limit of the caller lowers, and none raises", async () => {
    await install({ module: SPIN });
    const { outcome, receipt } = await run({ maxFuel: 1000n });
    expect([outcome.kind, receipt.fuel_allowed, receipt.output_sha256]).toEqual(["QuotaExceeded", 1000n, null]);
    expect((await run({ maxFuel: 10n ** 15n })).receipt.fuel_allowed).toBe(400_000n);
  });

  it("finds the clock and the randomness that the operator fixed, and its receipt says so (spec 10.4)", async () => {
    await install({ module: await dice() });
    const thrown = async () => Buffer.from((await run()).outcome.stdout).toString();
    expect(await thrown()).not.toBe(await thrown());
    const grant = ["skills", "grant", "add", "acme.echo"];
    await commandLine(root)(...grant, "--seed", "replay-7", "--frozen-clock", "2026-01-31T09:30:12.345Z");
    const { outcome, receipt } = await run();
    expect(outcome.kind).toBe("Ok");
    expect(receipt.grants).toEqual(["clock=frozen 1769851812345", "random=seeded replay-7"]);
    expect(await thrown()).toBe(Buffer.from(outcome.stdout).toString());
    const planned = await commandLine(root)("skills", "run", "acme.echo.say", "--dry-run", "--json");
    expect(Object(parsed(planned)).grants).toEqual(receipt.grants);
    expect(await lastOf("skill.granted")).toMatchObject({ fixed: { clock_unix_ms: 1_769_851_812_345, seed: "replay-7" } });
    await commandLine(root)(...grant, "--seed", "replay-8");
    expect(await thrown()).not.toBe(Buffer.from(outcome.stdout).toString());
  });

  it("that could not be prepared was never started, and is told with a receipt all the same", async () => {
    await install({ module: ECHO });
    const { outcome } = await run({ input: new TextEncoder().encode("[]") });
    expect(outcome.kind).toBe("InvalidInput");
    expect(await kinds()).toEqual(["skill.finished"]);
    expect(await lastOf("skill.finished")).toMatchObject({ started_seq: null, outcome: "InvalidInput" });
  });

  it("starts by its permit alone: no likeness, and not another artifact's", async () => {
    const ready = new ReadyCall({ run: async () => Promise.reject(new Error("it ran")), cancel: () => {} }, "ab".repeat(32));
    for (const likeness of [{ skill: { artifactSha256: "ab".repeat(32) } }, Object.create(LaunchPermit.prototype)])
      expect(() => ready.launch(likeness)).toThrow(TypeError);
  });
});

describe("T1: what is refused is not started, and journaled with its reason", () => {
  it("T2: quarantined, by an invalid policy, without a verdict", async () => {
    await install({ module: ECHO });
    const file = join(root, "site.cedar");
    writeFileSync(file, "nonsense");
    await expect(run({}, {}, { authorizationPolicy: file })).rejects.toHaveCode("PolicyInvalid");
    const policy = join(root, "audit.json");
    writeFileSync(policy, '{"max_exported_functions": 9}');
    await expect(run({}, {}, { auditPolicy: policy })).rejects.toHaveCode("VerdictMissing");
    const { home } = compose({}, env());
    await changeStatus(home, { skillId: "acme.echo", status: "quarantined", reason: "odd" }, newCall());
    await expect(run()).rejects.toHaveCode("NotEligible");
    expect(await kinds()).toEqual(["skill.refused", "skill.refused", "skill.refused"]);
    expect(await lastOf("skill.refused")).toMatchObject({
      skill_id: "acme.echo",
      tool_id: "acme.echo.say",
      reason: "NotEligible",
      reasons: ["quarantined: odd"],
    });
  });
});

describe("T28: approval of a run", () => {
  it("T44: is required where nobody can be asked; a yes elsewhere is good for that very call", async () => {
    await install({ module: ECHO, extra: secretly });
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
    await install({ module: ECHO, extra: secretly });
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

describe("T33: what is decided while a person thinks", () => {
  it.each<[string, string, readonly string[]]>([
    ["a quarantine", "NotEligible", ["skills", "quarantine", "acme.echo"]],
    ["a limit", "ApprovalRequired", ["skills", "grant", "add", "acme.echo", "--max-fuel", "5"]],
    ["more that it may use", "ApprovalRequired", ["skills", "grant", "add", "acme.echo", "--origin", "https://api.example.com"]],
  ])("%s stops the start", async (_name, code, words) => {
    await install({ module: ECHO, extra: secretly });
    const ask = async () => {
      expect((await commandLine(root)(...words)).exit).toBe(0);
      return "once" as const;
    };
    await expect(run({}, { ask })).rejects.toHaveCode(code);
    expect(await kinds()).toEqual(["skill.refused"]);
  });

  it("nobody is asked about an input that the tool does not take: the call ends, with a receipt, and nothing was started", async () => {
    await install({ module: ECHO, extra: secretly });
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return "once" as const;
    };
    const { outcome } = await run({ input: new TextEncoder().encode("[]") }, { ask });
    expect([outcome.kind, asked]).toEqual(["InvalidInput", 0]);
    expect(await lastOf("skill.finished")).toMatchObject({ started_seq: null, approved: "not_asked" });
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
    let quarantined = 0;
    const onStep = (step: string): void => {
      if (step !== "started") return;
      void commandLine(root)("skills", "quarantine", "acme.echo").then(() => {
        quarantined = performance.now();
      });
    };
    const { outcome, receipt } = await run({}, { onStep });
    // A second by the spec; here beside whatever else the machine does.
    expect(performance.now() - quarantined).toBeLessThan(10_000);
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
      const trust = async (...words: string[]) => void said.push((await commandLine(root)("skills", "trust", ...words)).exit);
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

describe("palyra skills run", () => {
  const palyra = (...argv: string[]): Promise<Ran> => palyraWith({ stdinIsGiven: () => false }, ...argv);
  async function palyraWith(ports: Partial<Services>, ...argv: string[]): Promise<Ran> {
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const host = {
      env: env(),
      stdout: {
        write: (text: string | Uint8Array) => void stdout.push(Buffer.from(text).toString()),
        terminal: false,
        columns: undefined,
      },
      stderr: {
        write: (text: string | Uint8Array) => void stderr.push(Buffer.from(text).toString()),
        terminal: false,
        columns: undefined,
      },
      now: () => Date.now(),
      signal: new AbortController().signal,
      compose: (settings: Parameters<typeof compose>[0]) => ({ ...servicesOf(settings), ...ports }),
    };
    const exit = await runCommandLine(["skills", "run", ...argv], host);
    return { exit, stdout: stdout.join(""), stderr: stderr.join("") };
  }

  it("prints what the tool answers, and its log as it comes, escaped (T20)", async () => {
    await install({ module: ECHO });
    const ran = await palyra("acme.echo", "--input", '{"text":"\\u001b[31mhi"}');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ text: "\u001b[31mhi" });
    expect(ran.stdout + ran.stderr).not.toContain("\u001b");
    expect(ran.stderr).toContain("log: \\u{1b}[31mhere");
    const file = join(root, "in.json");
    writeFileSync(file, '{"a":1}');
    const asJson = await palyra("acme.echo.say", "--input-file", file, "--json", "--trace");
    expect(parsed(asJson)).toMatchObject({
      outcome: "Ok",
      output: { a: 1 },
      trace: [{ step: "authorized" }, { step: "prepared" }, { step: "started" }, { step: "finished" }],
    });
  });

  const piped = (text: string): Partial<Services> => ({
    stdinIsGiven: () => true,
    readStdin: async () => new TextEncoder().encode(text),
  });
  const terminal: Partial<Services> = { ...piped('{"a":1}'), stdinIsGiven: () => false };
  it.each([
    ["what comes by a pipe", piped('{"a":1}'), [], '{"a":1}'],
    ["{} where the pipe is empty", piped(""), [], "{}"],
    ["--input, whatever the pipe has", piped('{"a":1}'), ["--input", '{"b":2}'], '{"b":2}'],
    ["{} on a terminal, where stdin is not read", terminal, [], "{}"],
  ] as const)("takes for its input %s", async (_, ports, options, input) => {
    await install({ module: ECHO });
    const ran = await palyraWith(ports, "acme.echo", ...options);
    expect([ran.exit, JSON.parse(ran.stdout)]).toEqual([0, JSON.parse(input)]);
  });

  it("says what it waits for where nothing comes on stdin", async () => {
    const told: string[] = [];
    let ended = (): void => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const silent = { stdinIsGiven: () => true, readStdin: () => end.then(() => new Uint8Array()) };
    const tell = (lines: readonly string[]): void => {
      told.push(...lines);
      ended();
    };
    const read = await readInputOrStdin({ ...servicesOf(), ...silent }, {}, { ...newCall(), tell });
    expect([Buffer.from(read).toString(), told]).toEqual(["{}", [expect.stringContaining("the input is read from stdin")]]);
  });

  it("ends with 130 where a person interrupts it, and 1 where it fails", async () => {
    await install({ module: SPIN });
    const interrupted = new AbortController();
    const interruption = () => ({ signal: interrupted.signal, listen: () => interrupted.abort(), end: () => {} });
    const ran = await palyraWith({ interruption, stdinIsGiven: () => false }, "acme.echo", "--json");
    expect(parsed(ran)).toMatchObject({ outcome: "RuntimeFailure", details: { fault: "cancelled" } });
    expect(ran.exit).toBe(130);
  });

  it("says at the question that it was approved before, and what has changed since", async () => {
    await install({ module: ECHO, extra: secretly });
    const asked: string[] = [];
    const ask = async ({ context = [] }: { readonly context?: readonly string[] }) => {
      asked.push(context.join("; "));
      return true;
    };
    const operation = await CATALOG["skills run"].load();
    const again = async () => {
      const call = { ...newCall(), now: Date.now(), ask };
      await operation.run(servicesOf(), { tool: "acme.echo", input: "{}", approve: "always" }, call);
    };
    await again();
    await again();
    const origin = ["--origin", "https://api.example.com"];
    expect((await commandLine(root)("skills", "grant", "add", "acme.echo", ...origin)).exit).toBe(0);
    await again();
    expect(asked).toEqual([
      expect.not.stringContaining("approved before"),
      expect.stringContaining("it was approved before, but changed since: what it may use"),
    ]);
  });

  it("says that --approve kept nothing where nobody was asked", async () => {
    await install({ module: ECHO, extra: secretly });
    const operation = await CATALOG["skills run"].load();
    const services = { ...servicesOf(), session: () => "this shell" };
    const warned = async (approve: "once" | "session" | "always", input = "{}"): Promise<readonly string[]> => {
      const warnings: string[] = [];
      const call = {
        ...newCall("user:local"),
        now: Date.now(),
        ask: async () => true,
        warn: (text: string) => void warnings.push(text),
      };
      await operation.run(services, { tool: "acme.echo", input, approve }, call);
      return warnings;
    };
    expect(await warned("session")).toEqual([]);
    expect(await warned("session")).toEqual([]);
    expect(await warned("always")).toEqual([
      expect.stringMatching(/approved for this session already.*palyra skills approvals add acme\.echo\.say$/),
    ]);
    expect((await commandLine(root)("skills", "approvals", "add", "acme.echo", "--yes")).exit).toBe(0);
    expect(await warned("always")).toEqual([]);
  });

  it("says so of what starts without anybody's yes", async () => {
    await install({ module: ECHO });
    expect((await palyra("acme.echo", "--input", "{}", "--approve", "always")).stderr).toContain(
      "--approve always kept nothing: acme.echo.say starts without anybody's yes",
    );
  });

  it("fails where the outcome is not Ok, and says which", async () => {
    await install({ module: SPIN });
    const ran = await palyra("acme.echo", "--max-fuel", "100");
    expect([ran.exit, ran.stdout]).toEqual([1, expect.stringContaining("QuotaExceeded")]);
    expect(ran.stderr).not.toContain("lowers nothing");
    const traced = await palyra("acme.echo", "--max-fuel", "400001", "--trace");
    expect(traced.stderr).toContain("--max-fuel 400001 lowers nothing");
    expect(traced.stdout).toMatch(/fuel .* of 400,000 units/);
  });

  it("shows what it may do, and runs nothing, with --dry-run", async () => {
    await install({ module: ECHO, extra: secretly });
    const ran = await palyra("acme.echo", "--dry-run", "--json");
    expect(parsed(ran)).toMatchObject({
      dry_run: true,
      decision: "approval",
      grants: ["secret=skill:acme.echo/token"],
      fuel: 400_000,
    });
    expect(await kinds()).toEqual([]);
    const refused = await palyra("acme.echo", "--yes", "--json");
    expect(errorOf(refused)).toMatchObject({
      code: "ApprovalRequired",
      hint: expect.stringContaining("approvals add acme.echo.say"),
    });
  });
});
