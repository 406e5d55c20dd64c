import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/run.ts";
import type { compose } from "../../src/entry/compose.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import type { Services } from "../../src/operations/services.ts";
import { readInputOrStdin } from "../../src/operations/shared/tool-input.ts";
import { errorOf, parsed, type Ran } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { ECHO, SECRETLY, SPIN, useRuns } from "./run-support.ts";

const { at, env, palyra, install, servicesOf, kinds } = useRuns();

describe("palyra skills run", () => {
  const skillsRun = (...argv: string[]): Promise<Ran> => skillsRunWith({ stdinIsGiven: () => false }, ...argv);
  async function skillsRunWith(ports: Partial<Services>, ...argv: string[]): Promise<Ran> {
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
    const ran = await skillsRun("acme.echo", "--input", '{"text":"\\u001b[31mhi"}');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ text: "\u001b[31mhi" });
    expect(ran.stdout + ran.stderr).not.toContain("\u001b");
    expect(ran.stderr).toContain("log: \\u{1b}[31mhere");
    const file = at("in.json");
    writeFileSync(file, '{"a":1}');
    const asJson = await skillsRun("acme.echo.say", "--input-file", file, "--json", "--trace");
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
    const ran = await skillsRunWith(ports, "acme.echo", ...options);
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
    const ran = await skillsRunWith({ interruption, stdinIsGiven: () => false }, "acme.echo", "--json");
    expect(parsed(ran)).toMatchObject({ outcome: "RuntimeFailure", details: { fault: "cancelled" } });
    expect(ran.exit).toBe(130);
  });

  it("says at the question that it was approved before, and what has changed since", async () => {
    await install({ module: ECHO, extra: SECRETLY });
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
    expect((await palyra("skills", "grant", "add", "acme.echo", ...origin)).exit).toBe(0);
    await again();
    expect(asked).toEqual([
      expect.not.stringContaining("approved before"),
      expect.stringContaining("it was approved before, but changed since: what it may use"),
    ]);
  });

  it("says that --approve kept nothing where nobody was asked", async () => {
    await install({ module: ECHO, extra: SECRETLY });
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
    expect((await palyra("skills", "approvals", "add", "acme.echo", "--yes")).exit).toBe(0);
    expect(await warned("always")).toEqual([]);
  });

  it("says so of what starts without anybody's yes", async () => {
    await install({ module: ECHO });
    expect((await skillsRun("acme.echo", "--input", "{}", "--approve", "always")).stderr).toContain(
      "--approve always kept nothing: acme.echo.say starts without anybody's yes",
    );
  });

  it("fails where the outcome is not Ok, and says which", async () => {
    await install({ module: SPIN });
    const ran = await skillsRun("acme.echo", "--max-fuel", "100");
    expect([ran.exit, ran.stdout]).toEqual([1, expect.stringContaining("QuotaExceeded")]);
    expect(ran.stderr).not.toContain("lowers nothing");
    const traced = await skillsRun("acme.echo", "--max-fuel", "400001", "--trace");
    expect(traced.stderr).toContain("--max-fuel 400001 lowers nothing");
    expect(traced.stdout).toMatch(/fuel .* of 400,000 units/);
  });

  it("shows what it may do, and runs nothing, with --dry-run", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const ran = await skillsRun("acme.echo", "--dry-run", "--json");
    expect(parsed(ran)).toMatchObject({
      dry_run: true,
      decision: "approval",
      grants: ["secret=skill:acme.echo/token"],
      fuel: 400_000,
    });
    expect(await kinds()).toEqual([]);
    const refused = await skillsRun("acme.echo", "--yes", "--json");
    expect(errorOf(refused)).toMatchObject({
      code: "ApprovalRequired",
      hint: expect.stringContaining("approvals add acme.echo.say"),
    });
  });
});
