import { writeFileSync } from "node:fs";
import { verifyReceipt } from "palyra-skills/receipt";
import { describe, expect, it } from "vitest";
import { command, write } from "../../../../testing/forge/command.ts";
import { assemble } from "../../../core/test/audit/wat.ts";
import { compose } from "../../src/entry/compose.ts";
import { PalyraError } from "../../src/errors.ts";
import { LaunchPermit, ReadyCall } from "../../src/execution/index.ts";
import type { Journal, OpenJournal } from "../../src/journal/index.ts";
import { changeStatus, type Home } from "../../src/lifecycle/index.ts";
import { audit } from "../../src/operations/skills/audit.ts";
import { tools } from "../../src/operations/skills/tools.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { parsed } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { ECHO, SECRETLY, SPIN, useRuns } from "./run-support.ts";

const { at, env, palyra, install, servicesOf, run, kinds, lastOf } = useRuns();
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

describe("a run (spec 10)", () => {
  it("T26: is vouched for once it is over: the vault's head is behind no outcome and no refusal", async () => {
    await install({ module: ECHO });
    const unvouched = async () => Object(parsed(await palyra("skills", "journal", "verify", "--json"))).unvouched;
    await run();
    expect(await unvouched()).toBeNull();
    await expect(run({ tool: "acme.echo.say", version: "9.9.9" })).rejects.toThrow();
    await palyra("skills", "quarantine", "acme.echo");
    await expect(run()).rejects.toHaveCode("NotEligible");
    expect(await kinds()).toContain("skill.refused");
    expect(await unvouched()).toBeNull();
  });

  it("T26: keeps no receipt from being read by what its module asks for, cut within a character", async () => {
    // The 300th unit of UTF-16, where the name is cut, is the first half of the emoji.
    const name = `skill:acme.echo/${"a".repeat(283)}\u{1f600}zzz`;
    const bytes = [...new TextEncoder().encode(name)];
    const data = bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
    const module = assemble(`(module
      (import "palyra:skills/host@1" "secret-read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 1024) "${data}") (data (i32.const 512) "{\\22text\\22:\\22\\22}")
      (func (export "_start") (drop (call $read (i32.const 1024) (i32.const ${bytes.length}) (i32.const 4096) (i32.const 64))) ${write(1, 512, 11)}))`);
    await install({ module: await module, extra: SECRETLY });
    await palyra("skills", "approvals", "add", "acme.echo.say", "--surface", "library", "--yes");
    const { receipt } = await run();
    const { receipts } = Object(parsed(await palyra("skills", "receipts", "list", "--json")));
    expect(receipts.map((each: { receipt_id: string }) => each.receipt_id)).toEqual([receipt.receipt_id]);
    expect(await lastOf("skill.finished")).toMatchObject({ uses: [{ resource: `${name.slice(0, 299)}…`, allowed: false }] });
  });

  it("of a skill whose quotas are the largest numbers that a manifest can say", async () => {
    const most = 2n ** 64n - 1n;
    await install({
      module: ECHO,
      quotas: `fuel_budget = ${most}\nmax_memory_bytes = ${most}\nwall_clock_timeout_ms = ${most}`,
    });
    const { outcome, receipt } = await run();
    expect(outcome).toMatchObject({ kind: "Ok", allowed: { fuel: most, memoryBytes: Number.MAX_SAFE_INTEGER } });
    await verifyReceipt(receipt, nodePlatform);
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
    const listed = Object(parsed(await palyra("skills", "receipts", "list", "--json")));
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
    await palyra(...grant, "--seed", "replay-7", "--frozen-clock", "2026-01-31T09:30:12.345Z");
    const { outcome, receipt } = await run();
    expect(outcome.kind).toBe("Ok");
    expect(receipt.grants).toEqual(["clock=frozen 1769851812345", "random=seeded replay-7"]);
    expect(await thrown()).toBe(Buffer.from(outcome.stdout).toString());
    const planned = await palyra("skills", "run", "acme.echo.say", "--dry-run", "--json");
    expect(Object(parsed(planned)).grants).toEqual(receipt.grants);
    expect(await lastOf("skill.granted")).toMatchObject({ fixed: { clock_unix_ms: 1_769_851_812_345, seed: "replay-7" } });
    await palyra(...grant, "--seed", "replay-8");
    expect(await thrown()).not.toBe(Buffer.from(outcome.stdout).toString());
  });

  it("that could not be prepared was never started, and is told with a receipt all the same", async () => {
    await install({ module: ECHO });
    const { outcome } = await run({ input: new TextEncoder().encode("[]") });
    expect(outcome.kind).toBe("InvalidInput");
    expect(await kinds()).toEqual(["skill.finished"]);
    expect(await lastOf("skill.finished")).toMatchObject({ started_seq: null, outcome: "InvalidInput" });
  });

  it("that ran and whose outcome cannot be written is an error, and no refusal", async () => {
    await install({ module: ECHO });
    let isStarted = false;
    const changed = ({ openJournal }: Home): Partial<Home> => {
      function once(file: string, options: Extract<OpenJournal, { create: false }>): Promise<Journal | undefined>;
      function once(file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
      async function once(file: string, options: OpenJournal): Promise<Journal | undefined> {
        // What looks after it while it runs only reads.
        if (isStarted && options.create) {
          isStarted = false;
          throw new PalyraError("JournalUnavailable", { file, problem: "for this once" });
        }
        return options.create ? openJournal(file, options) : openJournal(file, options);
      }
      return { openJournal: once };
    };
    const onStep = (step: string): void => {
      isStarted = step === "started";
    };
    await expect(run({}, { onStep }, {}, changed)).rejects.toHaveCode("JournalUnavailable");
    expect(isStarted).toBe(false);
    expect(await kinds()).toEqual(["skill.started"]);
  });

  it("goes on whatever happens to whoever is told of it, and keeps nobody else waiting", async () => {
    await install({ module: ECHO });
    const fails = (): never => {
      throw new Error("mine");
    };
    for (let time = 0; time < 6; time += 1) expect((await run({}, { onStep: fails, onLog: fails })).outcome.kind).toBe("Ok");
    expect(await kinds()).toEqual(Array.from({ length: 6 }, () => ["skill.started", "skill.finished"]).flat());
  });

  it("T33: starts by its permit alone: no likeness, not another artifact's, and one call by one", async () => {
    const ready = new ReadyCall({ run: async () => Promise.reject(new Error("it ran")), cancel: () => {} }, "ab".repeat(32));
    for (const likeness of [{ skill: { artifactSha256: "ab".repeat(32) } }, Object.create(LaunchPermit.prototype)])
      expect(() => ready.launch(likeness, { handle: () => Promise.reject(new Error("it asked")) })).toThrow(TypeError);
  });
});

describe("T1: what is refused is not started, and journaled with its reason", () => {
  it("what this engine cannot run (spec 4.5), audited here or not, and it is not listed", async () => {
    await install({ module: await command("(drop (i32.extend8_s (i32.const 1)))") });
    const older = ({ platform }: Home) => ({
      platform: { ...platform, engine: "Node 18.0.0", validateModule: async () => false },
    });
    const services = servicesOf({}, older);
    const unsupported = {
      code: "EngineUnsupported",
      details: { skill_id: "acme.echo", version: "1.0.0", features: ["sign_extension"], engine: "Node 18.0.0" },
    };
    await expect(run({}, {}, {}, older)).rejects.toMatchObject(unsupported);
    const { output } = await audit.run(services, { skillId: "acme.echo" }, newCall());
    expect(output).toMatchObject({ audits: [{ report: { passed: true, should_quarantine: false } }] });
    await expect(run({}, {}, {}, older)).rejects.toMatchObject(unsupported);
    expect(await kinds()).toEqual(["skill.refused", "skill.refused"]);
    expect(await lastOf("skill.refused")).toMatchObject({ version: "1.0.0", reason: "EngineUnsupported" });
    const told: string[] = [];
    const listed = await tools.run(services, {}, { ...newCall(), warn: (text) => told.push(text) });
    expect(JSON.stringify(listed)).not.toContain("acme.echo.say");
    expect(told.join()).toContain("acme.echo 1.0.0 uses what Node 18.0.0 cannot run: sign_extension");
  });

  it("T2: quarantined, by an invalid policy, without a verdict", async () => {
    await install({ module: ECHO });
    const file = at("site.cedar");
    writeFileSync(file, "nonsense");
    await expect(run({}, {}, { authorizationPolicy: file })).rejects.toHaveCode("PolicyInvalid");
    const policy = at("audit.json");
    writeFileSync(policy, '{"max_exported_functions": 9}');
    await expect(run({}, {}, { auditPolicy: policy })).rejects.toHaveCode("VerdictMissing");
    const { home } = compose({}, env());
    await changeStatus(home, { skillId: "acme.echo", status: "quarantined", reason: "odd" }, newCall());
    await expect(run()).rejects.toHaveCode("NotEligible");
    expect(await kinds()).toEqual(["skill.refused", "skill.refused", "skill.refused"]);
    expect(await lastOf("skill.refused")).toMatchObject({
      skill_id: "acme.echo",
      version: "1.0.0",
      tool_id: "acme.echo.say",
      reason: "NotEligible",
      reasons: ["quarantined: odd"],
    });
  });
});
