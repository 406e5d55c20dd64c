import { randomUUID } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LOG_CUT } from "palyra-sandbox/limits";
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { assemble } from "../../../core/test/audit/wat.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { nodeFlags, startCommand } from "../../src/execution/pool/command.ts";
import { limitsOf } from "../../src/execution/pool/limits.ts";
import { SandboxProcess } from "../../src/execution/pool/process.ts";
import { residentReader } from "../../src/execution/pool/resident.ts";
import {
  call,
  command,
  ENDLESS,
  echo,
  isPrepared,
  jobOf,
  NOBODY,
  QUOTAS,
  READ,
  spin,
  text,
  usePool,
  write,
} from "./sandbox-support.ts";

const program = useSandboxProgram();
const pool = usePool(program);
const onLinux = process.platform === "linux";

/** Processes of this program that run now, by their ids. */
const processes = (of: string = program): string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(of);
    } catch {
      return false;
    }
  });
/** Processes of a test's own: the others' pool starts and ends some as it likes. */
const ownProgram = (): string => {
  const copy = `${program}.${randomUUID()}.cjs`;
  copyFileSync(program, copy);
  return copy;
};
const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let look = 0; look < 1000; look += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error("it never came to that");
};

describe("a call, from its bytes to its outcome (spec 10.1)", () => {
  it("answers on stdout, within its quotas, and says what it used", async () => {
    const input = new TextEncoder().encode('{"text":"hi"}');
    const schema = '{"type":"object","required":["text"]}';
    const outcome = await call(pool(), jobOf(await echo(), { input, inputSchema: schema, outputSchema: schema }));
    expect(outcome).toMatchObject({ kind: "Ok", exitCode: 0, log: "", allowed: QUOTAS, details: {} });
    expect(text(outcome.stdout)).toBe('{"text":"hi"}');
    expect(outcome.used).toMatchObject({ memoryBytes: 131_072, outputBytes: input.length });
    expect(outcome.used.fuel).toBeGreaterThan(0n);
  });

  it("costs the same fuel in every process", async () => {
    const module = await command(
      "(loop $l (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (i32.const 1000))))",
    );
    const costs = new Set<bigint | undefined>();
    for (const artifactSha256 of ["one", "two", "two"])
      costs.add((await call(pool(), jobOf(module, { artifactSha256 }))).used.fuel);
    expect(costs.size).toBe(1);
  });

  it("QuotaExceeded: fuel, memory that is grown, memory and tables that it begins with, output", async () => {
    expect(await call(pool(), jobOf(await spin(), { quotas: { ...QUOTAS, fuel: 100_000n } }))).toMatchObject({
      kind: "QuotaExceeded",
      details: { quota: "fuel_budget", allowed: 100_000 },
    });
    // Straight on past the budget, and then another trap: nothing is left, and that is what is told (spec 10.2).
    const divides = await command(
      `${"(drop (i32.const 1))".repeat(50)} (drop (call $sched_yield)) (drop (i32.div_u (i32.const 1) (i32.const 0)))`,
    );
    for (const [fuel, kind] of [
      [40n, "QuotaExceeded"],
      [80n, "RuntimeFailure"],
    ] as const)
      expect(await call(pool(), jobOf(divides, { quotas: { ...QUOTAS, fuel } })), String(fuel)).toMatchObject({ kind });
    const grow = await command("(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then unreachable))");
    expect(await call(pool(), jobOf(grow, { quotas: { ...QUOTAS, memoryBytes: 1_000_000 } }))).toMatchObject({
      kind: "QuotaExceeded",
      details: { quota: "max_memory_bytes", used: 131_072, allowed: 1_000_000 },
    });
    expect(await call(pool(), jobOf(await command("", "", '(memory (export "memory") 2000)')))).toMatchObject({
      kind: "QuotaExceeded",
      details: { quota: "max_memory_bytes", used: 131_072_000, allowed: QUOTAS.memoryBytes },
    });
    expect(await call(pool(), jobOf(await command("", "(table 200000 funcref)")))).toMatchObject({
      kind: "QuotaExceeded",
      details: { quota: "table_elements", used: 200_000, allowed: 100_000 },
    });
    expect(await call(pool(), jobOf(await command(`(loop ${write(1, 1024, 60_000)} (br 0))`)))).toMatchObject({
      kind: "QuotaExceeded",
      details: { quota: "output_bytes", allowed: 1024 * 1024 },
    });
  });

  it("TimedOut before anything of it ran: says so, and of what size its module is", async () => {
    const module = await echo("of this test alone\\n", 19);
    const input = new TextEncoder().encode(`{"a":"${"a".repeat(60)}!"}`);
    const job = { input, inputSchema: '{"properties":{"a":{"pattern":"^(a+)+$"}}}', quotas: { ...ENDLESS, wallMs: 300 } };
    const first = await call(pool(), jobOf(module, job));
    expect(first).toMatchObject({ kind: "TimedOut", details: { phase: "preparing", module_bytes: module.length } });
    // Once it is kept compiled, its size is no reason.
    expect(await call(pool(), jobOf(module))).toMatchObject({ kind: "Ok" });
    const kept = await call(pool(), jobOf(module, job));
    expect(kept).toMatchObject({ kind: "TimedOut", details: { phase: "preparing" } });
    expect(kept.details).not.toHaveProperty("module_bytes");
  });

  it("TimedOut: the process is gone, and says nothing more", async () => {
    // Of a module that its process keeps: to make it ready may take a busy machine as long.
    const module = await spin();
    expect(await call(pool(), jobOf(module))).toMatchObject({ kind: "QuotaExceeded" });
    const outcome = await call(pool(), jobOf(module, { quotas: { ...ENDLESS, wallMs: 1000 } }));
    expect(outcome).toMatchObject({ kind: "TimedOut", details: { quota: "wall_clock_timeout_ms", allowed: 1000 } });
    expect(outcome.details).not.toHaveProperty("phase");
    expect(outcome.used.fuel).toBeUndefined();
  });

  it("InvalidInput: a request, a module, an import, an entry point that is none", async () => {
    const module = await echo();
    const schema = '{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}';
    const details = async (more: Parameters<typeof jobOf>[1]) => {
      const { kind, details } = await call(pool(), jobOf(module, more));
      return { kind, ...details };
    };
    expect(await details({ inputSchema: schema })).toMatchObject({
      kind: "InvalidInput",
      fault: "input",
      faults: [{ keyword: "required" }],
    });
    expect(await details({ inputSchema: schema, input: new TextEncoder().encode('{"text":') })).toMatchObject({
      kind: "InvalidInput",
      fault: "input",
      problem: "unexpected end",
    });
    expect(await details({ inputSchema: '{"$ref":"https://example.com/x"}' })).toMatchObject({
      kind: "InvalidInput",
      fault: "input_schema",
    });
    expect(await details({ entrypoint: "run" })).toMatchObject({ kind: "InvalidInput", fault: "entrypoint", name: "run" });
    expect(await details({ module: new Uint8Array([0, 97, 115, 109, 2, 0, 0, 0]), moduleSha256: "x" })).toMatchObject({
      kind: "InvalidInput",
      fault: "module",
    });
    const young = await assemble('(module (memory i64 1) (func (export "_start")))');
    const ofYoung = await call(pool(), jobOf(young));
    if (WebAssembly.validate(Uint8Array.from(young))) expect(ofYoung.kind).toBe("Ok");
    else expect(ofYoung.details).toMatchObject({ fault: "module", problem: expect.stringContaining("(memory64)") });
    const foreign = await assemble('(module (import "env" "system" (func (param i32))) (func (export "_start")))');
    expect((await call(pool(), jobOf(foreign))).details).toMatchObject({ fault: "import", module: "env", name: "system" });
    const forged = await assemble(
      '(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i64) (result i32))) (memory (export "memory") 1) (func (export "_start")))',
    );
    expect((await call(pool(), jobOf(forged))).details).toMatchObject({ fault: "import", problem: "wrong_type" });
    const withoutMemory = (name: string, type: string): Promise<Uint8Array> =>
      assemble(
        `(module (import "wasi_snapshot_preview1" "${name}" (func ${type})) (func (export "memory")) (func (export "_start")))`,
      );
    const random = await withoutMemory("random_get", "(param i32 i32) (result i32)");
    expect((await call(pool(), jobOf(random))).details).toMatchObject({ fault: "export", name: "memory" });
    // It has no place in memory to fill.
    expect((await call(pool(), jobOf(await withoutMemory("proc_exit", "(param i32)")))).kind).toBe("Ok");
    // Of the types that the audit asks for, and no others (spec 10.4).
    for (const [entrypoint, type, kind] of [
      ["_start", "", "Ok"],
      ["_start", "(result i32)", "InvalidInput"],
      ["_start", "(param i32)", "InvalidInput"],
      ["run", "", "InvalidInput"],
      ["run", "(result i32)", "Ok"],
      ["run", "(result i64)", "InvalidInput"],
    ] as const) {
      const value = /result (\w+)/.exec(type)?.[1];
      const body = value === undefined ? "" : `(${value}.const 0)`;
      const module = await assemble(`(module (func (export "${entrypoint}") ${type} ${body}))`);
      const ended = await call(pool(), jobOf(module, { entrypoint, kind: "palyra" }));
      expect(ended.kind, `${entrypoint} ${type}`).toBe(kind);
    }
  });

  it("InvalidInput: what cannot be told to a process is refused before one is; all that is allowed can be, at once", async () => {
    const names = (count: number, bytes: number) => Array.from({ length: count }, (_, at) => String(at).padStart(bytes, "a"));
    const none = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
    const over: readonly (readonly [fault: string, change: Parameters<typeof jobOf>[1]])[] = [
      ["name", { toolId: "t".repeat(4097) }],
      ["name", { entrypoint: "é".repeat(2049) }],
      ["grants", { grants: { ...none, http_hosts: names(10_001, 5) } }],
      ["grants", { grants: { ...none, storage_prefixes: names(1, 4097) } }],
      ["grants", { grants: { ...none, secret_keys: names(1050, 4000) } }],
      ["grants", { roots: names(10_001, 5).map((name) => ({ name, write: false })) }],
    ];
    for (const [fault, change] of over)
      expect(await call(pool(), jobOf(await echo(), change))).toMatchObject({ kind: "InvalidInput", details: { fault } });
    const most = {
      toolId: "t".repeat(4096),
      input: new Uint8Array(2 ** 20).fill(0x20),
      grants: { http_hosts: names(10_000, 90), secret_keys: names(10_000, 90), storage_prefixes: names(400, 4096), channels: [] },
    };
    expect(await call(pool(), jobOf(await command(""), most))).toMatchObject({ kind: "Ok" });
  });

  it("RuntimeFailure: a trap with its function, an exit code, an answer that is not as the schema has it", async () => {
    expect(await call(pool(), jobOf(await command("(drop (i32.div_u (i32.const 1) (local.get $i)))")))).toMatchObject({
      kind: "RuntimeFailure",
      details: { fault: "trap", trap: "divide_by_zero", function: 0 },
    });
    expect(await call(pool(), jobOf(await command("(call $proc_exit (i32.const 3))")))).toMatchObject({
      kind: "RuntimeFailure",
      exitCode: 3,
      details: { fault: "exit", exit_code: 3 },
    });
    expect(await call(pool(), jobOf(await command(""), { outputSchema: "{}" }))).toMatchObject({
      kind: "RuntimeFailure",
      details: { fault: "output" },
    });
    expect(await call(pool(), jobOf(await echo(), { outputSchema: '{"type":"string"}' }))).toMatchObject({
      kind: "RuntimeFailure",
      details: { fault: "output", faults: [{ keyword: "type" }] },
    });
  });

  it("T39: a trap is told with the function in which it was, whatever its module calls that one", async () => {
    const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
    const forged = [...name("name"), 1, 28, 1, 0, ...name("evil wasm-function[4242] x")];
    const module = Uint8Array.from([...(await command("(unreachable)")), 0, forged.length, ...forged]);
    expect(await call(pool(), jobOf(module))).toMatchObject({ details: { trap: "unreachable", function: 0 } });
  });

  it("CapabilityDenied: what was refused, where the call fails for it; Ok where it does well without", async () => {
    const open = (then: string) =>
      command(
        `(if (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 2048)) (then ${then}))`,
        '(data (i32.const 1024) "x")',
      );
    const more = { roots: [{ name: "data", write: false }] };
    expect(await call(pool(), jobOf(await open("(call $proc_exit (i32.const 1))"), more))).toMatchObject({
      kind: "CapabilityDenied",
      details: { capability: "skill.capability.filesystem.read", operation: "open" },
    });
    expect((await call(pool(), jobOf(await open("(nop)"), more))).kind).toBe("Ok");
  });

  it("a module of Palyra's interface answers by its exit code, and sees handles of what is granted", async () => {
    const module = await assemble(
      '(module (import "palyra:plugins/host-capabilities@0.1.0" "http-handle" (func $h (param i32) (result i32))) (func (export "run") (result i32) (call $h (i32.const 1))))',
    );
    const grants = { http_hosts: ["a.example", "b.example"], secret_keys: [], storage_prefixes: [], channels: [] };
    expect(await call(pool(), jobOf(module, { kind: "palyra", entrypoint: "run", grants }))).toMatchObject({
      kind: "Ok",
      exitCode: 10_001,
    });
  });

  it("stderr comes as it is written, and what is more than is kept is dropped", async () => {
    const heard: string[] = [];
    const module = await command(
      `${READ} (loop $l ${write(2, 1024, 8192)} (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))`,
    );
    const outcome = await call(pool(), jobOf(module, { input: new TextEncoder().encode("a".repeat(8192)) }), {
      onLog: (each) => heard.push(each),
    });
    expect(outcome.kind).toBe("Ok");
    expect(outcome.log).toBe(`${"a".repeat(64 * 1024)}${LOG_CUT}`);
    expect(heard.join("")).toBe(outcome.log);
    expect(heard.length).toBeGreaterThan(1);
  });
});

describe("T33: what was begun can be ended", () => {
  it("cancelled, quarantined, or by the caller's signal: within 50 ms, and the process is gone", async () => {
    const module = await spin();
    const took: number[] = [];
    for (const reason of ["cancelled", "quarantined", "signal"] as const) {
      const stop = new AbortController();
      const prepared = await pool().prepare(jobOf(module, { quotas: ENDLESS }), { signal: stop.signal });
      if (!isPrepared(prepared)) throw new Error("it is prepared");
      const outcome = prepared.run(NOBODY);
      await sleep(100);
      const from = performance.now();
      if (reason === "signal") stop.abort();
      else prepared.cancel(reason);
      expect(await outcome).toMatchObject({
        kind: "RuntimeFailure",
        details: { fault: reason === "signal" ? "cancelled" : reason },
      });
      took.push(performance.now() - from);
    }
    // Of three: a machine that has much else to do may take its time with any one.
    expect(Math.min(...took)).toBeLessThan(50);
    if (onLinux) await eventually(() => processes().every((pid) => !readFileSync(`/proc/${pid}/stat`, "latin1").includes(" R ")));
  });

  it("before it runs: nothing of it has run", async () => {
    const prepared = await pool().prepare(jobOf(await spin()), { signal: new AbortController().signal });
    if (!isPrepared(prepared)) throw new Error("it is prepared");
    prepared.cancel("quarantined");
    expect(await prepared.run(NOBODY)).toMatchObject({
      kind: "RuntimeFailure",
      details: { fault: "quarantined" },
      used: { outputBytes: 0 },
    });
  });

  it("before it runs: the process that prepared it serves the next", async () => {
    const own = ownProgram();
    const single = openSandboxPool({ program: own, idle: 0 });
    try {
      const module = await echo();
      const signal = new AbortController().signal;
      const drop = async (): Promise<void> => {
        const prepared = await single.prepare(jobOf(module), { signal });
        if (!isPrepared(prepared)) throw new Error("it is prepared");
        prepared.cancel("cancelled");
      };
      await drop();
      const first = onLinux ? processes(own) : [];
      await drop();
      expect(text((await call(single, jobOf(module, { input: new TextEncoder().encode("[1]") }))).stdout)).toBe("[1]");
      if (onLinux) expect(processes(own)).toEqual(first);
      expect(first).toHaveLength(onLinux ? 1 : 0);
    } finally {
      await single.close();
    }
  });

  it("while it waits for its turn", async () => {
    const narrow = openSandboxPool({ program, most: 1, idle: 0 });
    try {
      const stop = new AbortController();
      const running = call(narrow, jobOf(await spin(), { quotas: ENDLESS }), { signal: stop.signal });
      const left = new AbortController();
      const waiting = call(narrow, jobOf(await echo()), { signal: left.signal });
      left.abort();
      expect(await waiting).toMatchObject({ kind: "RuntimeFailure", details: { fault: "cancelled" } });
      const next = call(narrow, jobOf(await echo()));
      stop.abort();
      expect((await running).details).toMatchObject({ fault: "cancelled" });
      expect((await next).kind).toBe("Ok");
    } finally {
      await narrow.close();
    }
  });
});

describe("T39: what surrounds a module", () => {
  it.runIf(onLinux)("no environment, two pipes, no other descriptor of the host's, limits of the system", async () => {
    process.env["PALYRA_TEST_SECRET"] = "not for the child";
    const { openSync, closeSync } = await import("node:fs");
    const open = Array.from({ length: 20 }, () => openSync(program, "r"));
    const limits = limitsOf(QUOTAS);
    const child = new SandboxProcess(program, limits);
    try {
      expect(await child.ready).toBeUndefined();
      const at = `/proc/${child.pid}`;
      expect(readFileSync(`${at}/environ`, "latin1")).not.toContain("PALYRA_TEST_SECRET");
      expect(
        readFileSync(`${at}/environ`, "latin1")
          .split("\0")
          .filter((each) => each !== "" && !each.startsWith("PWD=")),
      ).toEqual([]);
      const links = readdirSync(`${at}/fd`).map((fd) => [fd, readlinkSync(`${at}/fd/${fd}`)] as const);
      const named = links.filter(([, link]) => link.startsWith("/") && link !== "/dev/null").map(([, link]) => link);
      expect(named.filter((link) => link.includes(program))).toEqual([]);
      expect(
        links
          .filter(([, link]) => link.startsWith("socket:"))
          .map(([fd]) => fd)
          .toSorted(),
      ).toEqual(["0", "1"]);
      expect(links.find(([fd]) => fd === "2")?.[1]).toBe("/dev/null");
      const told = readFileSync(`${at}/limits`, "latin1");
      expect(told).toMatch(new RegExp(`Max data size\\s+${limits.memoryBytes}\\s+${limits.memoryBytes} `));
      expect(told).toMatch(new RegExp(`Max cpu time\\s+${limits.cpuSeconds}\\s+${limits.cpuSeconds} `));
      expect(told).toMatch(/Max core file size\s+0\s+0 /);
    } finally {
      delete process.env["PALYRA_TEST_SECRET"];
      child.kill();
      await child.gone;
      for (const fd of open) closeSync(fd);
    }
  });

  it("Node's permission flags: reading its own program, and nothing else, on each version", () => {
    for (const [version, flag] of [
      ["20.20.2", "--experimental-permission"],
      ["22.5.0", "--experimental-permission"],
      ["22.23.3", "--permission"],
      ["24.21.0", "--permission"],
    ] as const) {
      const flags = nodeFlags("/x/child.cjs", version);
      expect(flags).toContain(flag);
      expect(flags.filter((each) => each.startsWith("--allow"))).toEqual(["--allow-fs-read=/x/child.cjs"]);
    }
    const windows = startCommand("child.cjs", limitsOf(QUOTAS), {
      platform: "win32",
      node: "node.exe",
      version: "24.0.0",
      env: { SystemRoot: "C:\\Windows", SECRET: "1" },
    });
    expect(windows.env).toEqual({ SystemRoot: "C:\\Windows" });
    expect(
      startCommand("child.cjs", limitsOf(QUOTAS), { platform: "darwin", node: "node", version: "24.0.0", env: { SECRET: "1" } })
        .env,
    ).toEqual({});
  });

  it("a module finds two variables, its tool's name, and a clock of whole milliseconds", async () => {
    const body = `(drop (call $environ_sizes_get (i32.const 100) (i32.const 104))) (drop (call $environ_get (i32.const 200) (i32.const 2000)))
      (drop (call $args_sizes_get (i32.const 108) (i32.const 112))) (drop (call $args_get (i32.const 300) (i32.const 3000)))
      (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 120)))
      (if (i64.ne (i64.rem_u (i64.load (i32.const 120)) (i64.const 1000000)) (i64.const 0)) (then unreachable))
      ${write(1, 2000, "(i32.load (i32.const 104))")} ${write(1, 3000, "(i32.load (i32.const 112))")}`;
    const outcome = await call(pool(), jobOf(await command(body)));
    expect(text(outcome.stdout).split("\0")).toEqual([
      "PALYRA_TOOL_ID=acme.test.tool",
      "PALYRA_SKILL_ID=acme.test",
      "tool",
      "acme.test.tool",
      "",
    ]);
  });

  it("a clock that stands still and seeded randomness are the same each time; real randomness is not", async () => {
    const module = await command(
      `(drop (call $random_get (i32.const 1024) (i32.const 64))) (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 1088))) ${write(1, 1024, 72)}`,
    );
    const fixed = { clock: { frozenUnixMs: 1_700_000_000_000 }, random: { seed: new Uint8Array(32) } };
    const outputs = [];
    for (const more of [fixed, fixed, {}])
      outputs.push(Buffer.from((await call(pool(), jobOf(module, more))).stdout).toString("hex"));
    expect(outputs[0]).toBe(outputs[1]);
    expect(outputs[2]?.slice(0, 128)).not.toBe(outputs[0]?.slice(0, 128));
  });

  it("nothing of one call is visible to the next: memory, globals, tables, output", async () => {
    const module = await command(
      `(if (i32.load (i32.const 5000)) (then unreachable)) (if (global.get $g) (then unreachable)) (if (i32.eqz (ref.is_null (table.get 0 (i32.const 0)))) (then unreachable))
       (i32.store (i32.const 5000) (i32.const 1)) (global.set $g (i32.const 1)) (table.set 0 (i32.const 0) (ref.func $f)) (drop (memory.grow (i32.const 1))) ${write(1, 5000, 4)}`,
      "(global $g (mut i32) (i32.const 0)) (table 1 funcref) (func $f) (elem declare func $f)",
    );
    for (let round = 0; round < 3; round += 1) {
      const outcome = await call(pool(), jobOf(module));
      expect(outcome).toMatchObject({ kind: "Ok", used: { outputBytes: 4 } });
    }
  });

  it.runIf(onLinux)("a process serves one artifact for as long as it lives", async () => {
    const own = ownProgram();
    const few = openSandboxPool({ program: own, most: 4, idle: 0 });
    try {
      const module = await echo();
      const pids = async (artifactSha256: string): Promise<string[]> => {
        const before = processes(own);
        await call(few, jobOf(module, { artifactSha256 }));
        return processes(own).filter((pid) => !before.includes(pid));
      };
      expect(await pids("one")).toHaveLength(1);
      expect(await pids("one")).toHaveLength(0);
      expect(await pids("two")).toHaveLength(1);
      expect(await pids("one")).toHaveLength(0);
    } finally {
      await few.close();
    }
  });

  it.runIf(onLinux)("a process that dies under a call takes that call alone, and another takes its place", async () => {
    const own = ownProgram();
    const single = openSandboxPool({ program: own, idle: 0 });
    const module = await spin();
    const prepared = await single.prepare(jobOf(module, { quotas: ENDLESS, artifactSha256: "dies" }), {
      signal: new AbortController().signal,
    });
    if (!isPrepared(prepared)) throw new Error("it is prepared");
    const outcome = prepared.run(NOBODY);
    await eventually(() => processes(own).some((pid) => readFileSync(`/proc/${pid}/stat`, "latin1").includes(") R ")));
    for (const pid of processes(own)) process.kill(Number(pid), "SIGSEGV");
    expect(await outcome).toMatchObject({ kind: "RuntimeFailure", details: { fault: "process_died", signal: "SIGSEGV" } });
    expect((await call(single, jobOf(await echo(), { artifactSha256: "dies" }))).kind).toBe("Ok");
    await single.close();
  });

  it.runIf(onLinux)("one that was started ahead takes the first call, is not replaced, and ends with the pool", async () => {
    const own = ownProgram();
    const ahead = openSandboxPool({ program: own, idle: 0, ahead: 1 });
    // What is being started has no name for a moment.
    await eventually(() => processes(own).length > 0);
    const [first] = processes(own);
    try {
      const module = await echo();
      expect((await call(ahead, jobOf(module, { artifactSha256: "one" }))).kind).toBe("Ok");
      expect(processes(own)).toEqual([first]);
      expect((await call(ahead, jobOf(module, { artifactSha256: "two" }))).kind).toBe("Ok");
      expect(processes(own)).toHaveLength(2);
    } finally {
      await ahead.close();
    }
    expect(processes(own)).toEqual([]);
    const unused = openSandboxPool({ program: own, idle: 0, ahead: 1 });
    await unused.close();
    expect(processes(own)).toEqual([]);
  });

  it("a program that is none is told as that, and holds up nobody", async () => {
    const broken = openSandboxPool({ program: `${program}.missing`, idle: 1 });
    try {
      for (let round = 0; round < 3; round += 1)
        await expect(call(broken, jobOf(await echo()))).rejects.toHaveCode("SandboxUnavailable");
    } finally {
      await broken.close();
    }
  });

  it.runIf(onLinux)("memory of the process is looked at where no limit of the system holds it", async () => {
    const child = new SandboxProcess(program, limitsOf(QUOTAS));
    try {
      await child.ready;
      expect(await residentReader("linux")(child.pid ?? 0)).toBeGreaterThan(10_000_000);
      expect(await residentReader("linux")(2 ** 30)).toBeUndefined();
    } finally {
      child.kill();
      await child.gone;
    }
    const watched = openSandboxPool({ program, idle: 0, residentOf: async () => 10 ** 12 });
    try {
      expect(await call(watched, jobOf(await spin(), { quotas: ENDLESS }))).toMatchObject({
        kind: "QuotaExceeded",
        details: { quota: "process_memory_bytes", used: 10 ** 12 },
      });
    } finally {
      await watched.close();
    }
  });
});

describe("the pool's processes", () => {
  it.runIf(onLinux)("are gone when it is closed, those that run a call among them", async () => {
    const copy = ownProgram();
    const own = openSandboxPool({ program: copy });
    const job = jobOf(await spin(), { quotas: ENDLESS });
    const prepared = await own.prepare(job, { signal: new AbortController().signal });
    if (!isPrepared(prepared)) throw new Error("it is prepared");
    const running = prepared.run(NOBODY);
    expect(processes(copy).length).toBeGreaterThan(0);
    await own.close();
    expect(processes(copy)).toEqual([]);
    expect((await running).kind).toBe("RuntimeFailure");
    await expect(call(own, jobOf(await echo()))).rejects.toHaveCode("SandboxUnavailable");
  });

  it.runIf(onLinux)("hold up no program that comes to its end: neither those that stand ready, nor their closing", async () => {
    const { bundleForNode } = await import("../../../../testing/bundle.ts");
    const { fileURLToPath } = await import("node:url");
    const script = await bundleForNode(fileURLToPath(new URL("./open-and-end.ts", import.meta.url)));
    const { spawnSync } = await import("node:child_process");
    const end = (how: string) => spawnSync(process.execPath, [script.file, program, how], { encoding: "utf8", timeout: 60_000 });
    expect(end("close")).toMatchObject({ status: 0, stdout: "closed\n" });
    expect(end("leave")).toMatchObject({ status: 0, stdout: "left\n" });
    // Whoever is killed leaves nobody behind: they read the end of their pipes.
    expect(end("die")).toMatchObject({ signal: "SIGKILL" });
    const strangers = () =>
      processes().filter((pid) => {
        try {
          return !readFileSync(`/proc/${pid}/status`, "latin1").includes(`PPid:\t${process.pid}\n`);
        } catch {
          return false;
        }
      });
    await eventually(() => strangers().length === 0);
  });
});
