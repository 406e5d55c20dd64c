import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { command, echo, write } from "../../../../testing/forge/command.ts";
import type { Call } from "../../src/call.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import type { compose } from "../../src/entry/compose.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import type { Services } from "../../src/operations/services.ts";
import { unlikeOutput } from "../../src/operations/shared/json-output.ts";
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

  it("--output has the tool's own bytes, as its receipt does; what is printed says where it differs", async () => {
    await install({ module: ECHO });
    const own = '{ "b":1.0, "10":2, "1":1e2, "n":0.1000000000000000055 }';
    const out = at("out.json");
    const ran = await skillsRun("acme.echo", "--input", own, "--output", out);
    expect([ran.exit, ran.stdout, ran.stderr.includes("warning")]).toEqual([0, "", false]);
    expect(ran.stderr).toContain(`written: ${own.length} B to ${out}\n`);
    expect(readFileSync(out, "utf8")).toBe(own);
    const [receipt] = Object(parsed(await palyra("skills", "receipts", "list", "--json"))).receipts;
    const { salt } = Object(parsed(await palyra("skills", "receipts", "show", receipt.receipt_id, "--salt", "--json")));
    const one = at("one.ndjson");
    await palyra("skills", "receipts", "export", "--id", receipt.receipt_id, "--output", one);
    const verify = (file: string) => palyra("skills", "receipts", "verify", one, "--output", file, "--salt", salt);
    expect((await verify(out)).exit).toBe(0);
    const printed = await skillsRun("acme.echo", "--input", own);
    expect(printed.stderr).toContain(
      "warning: numbers of its answer are shown as a double holds them, 0.1000000000000000055 for one",
    );
    writeFileSync(at("printed.json"), printed.stdout);
    expect((await verify(at("printed.json"))).stdout).toContain(
      "it is of the tool's own bytes, which palyra skills run --output",
    );
    expect(errorOf(await skillsRun("acme.echo", "--output", out, "--json"))).toMatchObject({
      code: "Io",
      details: { code: "EEXIST" },
    });
    expect((await kinds()).filter((kind) => kind === "skill.started")).toHaveLength(2);
  });

  it("--output is told where a person reads it alone", async () => {
    await install({ module: ECHO });
    for (const quiet of [["--json"], ["--log-level", "error"]]) {
      const ran = await skillsRun("acme.echo", "--input", "{}", "--output", at(`${quiet.length}.json`), ...quiet);
      expect([ran.exit, ran.stderr.includes("written")]).toEqual([0, false]);
    }
  });

  it("says of an answer that is lost that the tool ran all the same", async () => {
    await install({ module: ECHO });
    const out = at("out.json");
    // Between the look whether it is there and the answer.
    const listen = (): void => writeFileSync(out, "mine");
    const interruption = () => ({ signal: new AbortController().signal, listen, end: () => {} });
    const ran = await skillsRunWith({ interruption, stdinIsGiven: () => false }, "acme.echo", "--output", out, "--json");
    expect([ran.exit, errorOf(ran)]).toEqual([1, expect.objectContaining({ code: "Io" })]);
    expect(ran.stderr).toMatch(/acme\.echo\.say ran all the same, and its answer is lost: receipt 01[0-9A-Z]{24}/);
    expect(readFileSync(out, "utf8")).toBe("mine");
  });

  it("says nothing of --output where no answer would be written to it", async () => {
    await install({ module: await command(`${write(1, 512, 4)}`, '(data (i32.const 512) "nope")') });
    const ran = await skillsRun("acme.echo", "--input", "{}");
    expect([ran.exit, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toContain("RuntimeFailure: what it answered is no JSON");
    expect(ran.stderr).not.toContain("--output");
    expect(ran.stderr).toContain('warning: what it answered begins "nope"; a log goes to stderr');
  });

  it.each([
    ['{"a":1.50,"b":-0.0,"c":1E+2,"d":12345678901234567890,"e":5e-324,"f":0.1}', ""],
    ["1e400", "warning: what it answered is no JSON that is read here, and stands for null"],
    [
      "[1.00000000000000000001]",
      "warning: numbers of its answer are shown as a double holds them, 1.00000000000000000001 for one",
    ],
    ["[3e-324]", "warning: numbers of its answer are shown as a double holds them, 3e-324 for one"],
  ])("changes no number unsaid: %s", (own, said) => {
    const unlike = unlikeOutput(new TextEncoder().encode(own));
    expect(unlike === undefined ? "" : `warning: ${unlike}`).toBe(said);
  });

  it("shows a tab of the log as blanks, and every other control character escaped (T20)", async () => {
    await install({ module: await echo("\\09at\\09main.go\\0a\\08\\0d\\0b\\0a", 16) });
    const ran = await skillsRun("acme.echo", "--input", "{}");
    expect(ran.stderr).toContain("log:     at    main.go\nlog: \\u{8}\\u{d}\\u{b}\n");
  });

  it("--dry-run looks at the input as JSON, and tells what the tool asks for and is not given", async () => {
    await install({ module: ECHO, extra: '[[capabilities.secrets]]\nscope = "global"\nkey_names = ["weather"]' });
    const nonsense = await skillsRun("acme.echo", "--input", "{nonsense", "--dry-run", "--json");
    expect([nonsense.exit, errorOf(nonsense)]).toEqual([
      2,
      expect.objectContaining({ code: "Usage", message: expect.stringMatching(/^the input is no JSON: .*, line 1, column 2$/) }),
    ]);
    expect(parsed(await skillsRun("acme.echo", "--dry-run", "--json"))).toMatchObject({ withheld: ["secret=global/weather"] });
    const shown = await skillsRun("acme.echo", "--dry-run");
    expect(shown.stdout).toMatch(/is not given +secret=global\/weather, which it asks for/);
    await palyra("skills", "grant", "add", "acme.echo", "--frozen-clock", "2026-01-31");
    expect((await skillsRun("acme.echo", "--dry-run")).stdout).toContain("clock=frozen 1769817600000 (2026-01-31 00:00:00Z)");
  });

  it("T28: --yes is no yes to its approval, and the hint says what keeps it from being asked", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const hintOf = async (...words: string[]): Promise<string> => (await skillsRun("acme.echo", ...words)).stderr;
    expect(await hintOf("--yes")).toContain(
      "hint: --yes keeps it from being asked for, and is no yes to it: without it a terminal asks",
    );
    expect(await hintOf()).toContain("hint: on a terminal it is asked for; ahead of time: palyra skills approvals add");
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
    let asked = 0;
    const yes: Call["ask"] = async () => {
      asked += 1;
      return true;
    };
    const warned = async (approve: "session" | "always", isAsked = true): Promise<readonly string[]> => {
      const warnings: string[] = [];
      const call = {
        ...newCall("user:local"),
        now: Date.now(),
        ...(isAsked ? { ask: yes } : {}),
        warn: (text: string) => void warnings.push(text),
      };
      await operation.run(services, { tool: "acme.echo", input: "{}", approve }, call);
      return warnings;
    };
    expect(await warned("session")).toEqual([]);
    expect(await warned("session")).toEqual([]);
    // Where nobody can be asked for the longer yes, the one of this session stands.
    expect(await warned("always", false)).toEqual([
      expect.stringMatching(/approved for this session already.*palyra skills approvals add acme\.echo\.say$/),
    ]);
    const before = asked;
    expect([await warned("always"), asked]).toEqual([[], before + 1]);
    expect([await warned("always"), asked]).toEqual([[], before + 1]);
    const list = await CATALOG["skills approvals list"].load();
    // By the clock that they were given by: to one that is behind, that of the session is over.
    expect(await list.run(services, {}, { ...newCall("user:local"), now: Date.now() })).toMatchObject({
      output: { approvals: [{ session: "this shell" }, { session: null }] },
    });
  });

  it("takes a no to the longer yes for a no, though one of this session stands", async () => {
    await install({ module: ECHO, extra: SECRETLY });
    const operation = await CATALOG["skills run"].load();
    const services = { ...servicesOf(), session: () => "this shell" };
    const run = async (approve: "session" | "always", answer: boolean) =>
      operation.run(
        services,
        { tool: "acme.echo", input: "{}", approve },
        { ...newCall(), now: Date.now(), ask: async () => answer },
      );
    await run("session", true);
    await expect(run("always", false)).rejects.toMatchObject({ code: "Declined" });
    expect(await run("session", false)).toMatchObject({ output: { outcome: "Ok" } });
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
    // Spec 6: errors go to stderr.
    expect([ran.exit, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toMatch(/^QuotaExceeded: it needs more fuel(.|\n)*\nhint: (.|\n)*--max-fuel(.|\n)*\n {2}receipt /);
    expect(ran.stderr).not.toContain("lowers nothing");
    const traced = await skillsRun("acme.echo", "--max-fuel", "400001", "--trace");
    expect(traced.stderr).toContain("--max-fuel 400001 lowers nothing");
    expect([traced.stdout, traced.stderr]).toEqual(["", expect.stringMatching(/fuel .* of 400,000 units/)]);
  });

  it("leaves stdout to the answer, whatever a trace says", async () => {
    await install({ module: ECHO });
    const ran = await skillsRun("acme.echo", "--input", '{"a":1}', "--trace");
    expect([ran.exit, JSON.parse(ran.stdout)]).toEqual([0, { a: 1 }]);
    expect(ran.stderr).toMatch(/authorized .* ms\n(.|\n)*receipt/);
  });

  it("says that stdin was read where what came by it is no input: a loop's own lines", async () => {
    await install({ module: ECHO });
    const said = "stdin was read for the input, all of it";
    expect((await skillsRunWith(piped("second\nthird\n"), "acme.echo")).stderr).toContain(said);
    expect((await skillsRunWith(piped("second\n"), "acme.echo", "--input", "third")).stderr).not.toContain(said);
  });

  it.each([
    ["1e3", '--max-fuel "1e3" is no whole number in digits'],
    ["0", "--max-fuel is below 1"],
    ["99999999999999999999", "--max-fuel is above 9007199254740991"],
    ["9".repeat(400), "--max-fuel is above 9007199254740991"],
  ])("refuses --max-fuel %s for what is wrong with it", async (typed, problem) => {
    const ran = await skillsRun("acme.echo", "--max-fuel", typed, "--json");
    expect([ran.exit, errorOf(ran)]).toEqual([2, expect.objectContaining({ code: "Usage", message: problem })]);
  });

  it("says of an input that stands there without its option how it is given", async () => {
    const ran = await skillsRun("acme.echo", '{"a":1}', "--json");
    expect([ran.exit, errorOf(ran).hint]).toEqual([2, `did you mean --input '{"a":1}'?`]);
    expect(errorOf(await skillsRun("acme.echo", "more", "--json")).hint).toBe("--help shows how it is used");
  });

  it.each(["", "@"])("says of a file that is given as the input (%jFILE) how it is given", async (before) => {
    await install({ module: ECHO });
    writeFileSync(at("in.json"), "{}");
    const ran = await skillsRun("acme.echo", "--input", before + at("in.json"));
    expect([ran.exit, ran.stderr]).toEqual([1, expect.stringContaining(`is a file: --input-file ${at("in.json")} takes`)]);
    expect((await skillsRun("acme.echo", "--input", "x".repeat(5000))).stderr).not.toContain("is a file");
  });

  it("says how large an input may be", async () => {
    await install({ module: ECHO });
    writeFileSync(at("large.json"), `{"a":"${"x".repeat(1024 * 1024)}"}`);
    const ran = await skillsRun("acme.echo", "--input-file", at("large.json"), "--json");
    expect(errorOf(ran)).toMatchObject({
      code: "Io",
      message: expect.stringContaining("it is too large, more than 1,048,576 bytes"),
      details: { code: "EFBIG", limit: 1_048_576 },
    });
  });

  it("--dry-run says why it may not start", async () => {
    await install({ module: ECHO });
    const site = at("site.cedar");
    writeFileSync(site, '@id("no") forbid (principal, action == Palyra::Action::"tool.execute", resource);');
    const ran = await skillsRun("acme.echo", "--dry-run", "--authorization-policy", site);
    expect(ran.stdout).toMatch(
      /may not start[\s\S]*denied +tool\.execute on tool:acme\.echo\.say: forbidden by site\.cedar#no\n/,
    );
  });

  it("says what of the input its schema does not take, and not of what stands above it", async () => {
    const inputSchema = '{ type = "object", additionalProperties = false, properties = { a = { type = "string" } } }';
    await install({ module: ECHO, inputSchema });
    const linesOf = async (input: string) => (await skillsRun("acme.echo", "--input", input)).stderr.match(/^ {2}.*: .*$/gm);
    expect(await linesOf('{"a":5}')).toEqual(['  #/a: Instance type "number" is invalid. Expected "string".']);
    expect(await linesOf('{"b":5}')).toEqual(["  #/b: its schema lets nothing stand here"]);
    expect(await linesOf("5")).toEqual(['  the whole of it: Instance type "number" is invalid. Expected "object".']);
    expect((await skillsRun("acme.echo", "--input", "{a:1}")).stderr).toContain(
      "hint: keys and texts of JSON stand in double quotes; what it takes is in its inputSchema",
    );
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
