import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ADDITIONAL_RULES, AdmittedSkill, type AuditReport, admit, engineBlocks, RULES } from "../../src/audit/index.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { type Platform, webPlatform } from "../../src/platform/index.ts";
import { functionModule, join, repeat } from "../wasm/build.ts";
import { costlyModule } from "./costly.ts";
import { audit, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

const COMMAND = '(module (func (export "_start")))';
const SIMD = '(module (func (export "_start") (drop (i32x4.splat (i32.const 1)))))';

/** An engine that notes what it is shown. */
function watched(
  answer: (bytes: Uint8Array) => Promise<boolean> = webPlatform.validateModule,
): Platform & { shown: Uint8Array[] } {
  const shown: Uint8Array[] = [];
  const validateModule = (bytes: Uint8Array): Promise<boolean> => {
    shown.push(bytes);
    return answer(bytes);
  };
  return { ...webPlatform, validateModule, shown };
}

const statusOf = (report: AuditReport, id: string) => report.checks.find(({ check_id }) => check_id === id)?.status;

const costStatuses = (report: AuditReport): unknown[] =>
  report.checks.filter(({ check_id }) => check_id === "wasm_compile_cost").map(({ status }) => status);

/** So many blocks or loops in each other, in one function. */
const nested = (op: number, count: number): Uint8Array =>
  functionModule({ code: join(repeat(count, [op, 0x40]), repeat(count, [0x0b])) });

describe("the audit", () => {
  it("shows each module to the engine once", async () => {
    const platform = watched();
    const command = await assemble(COMMAND);
    const trusted = await trustedSkill({ modules: { "a.wasm": command, "echo.wasm": await assemble(SIMD) } });
    expect((await audit(trusted, { platform })).passed).toBe(true);
    expect(platform.shown).toHaveLength(2);
  });

  it("reports fields in the order of spec 4.3", async () => {
    const report = await audit(await trustedSkill({ modules: { "echo.wasm": await assemble(COMMAND) } }));
    expect(Object.keys(report)).toEqual([
      ...["skill_id", "version", "publisher", "accepted", "passed", "should_quarantine", "trust_decision", "payload_sha256"],
      ...["generated_at_unix_ms", "policy", "manifest_warnings", "checks", "quarantine_reasons", "vulnerability_scan"],
    ]);
    expect(report).toMatchObject({
      accepted: true,
      trust_decision: "tofu_newly_pinned",
      generated_at_unix_ms: 1_700_000_000_000,
    });
  });

  it("does not let a policy made by hand switch Palyra's own checks", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": new Uint8Array([1, 2, 3]) } });
    const report = await audit(trusted, { policy: { checks: { wasm_module_validation: "off", signature_validity: "off" } } });
    expect(statusOf(report, "wasm_module_validation")).toBe("fail");
    expect(statusOf(report, "signature_validity")).toBe("pass");
  });

  it("keeps a stranger's strings raw, and short", async () => {
    const name = `\u001b[31m\u202e${"x".repeat(5_000)}`;
    const wat = `(module (import "env" "${name.replace("\u001b", "\\1b").replace("\u202e", "\\e2\\80\\ae")}" (func)) (func (export "_start")))`;
    const report = await audit(await trustedSkill({ modules: { "echo.wasm": await assemble(wat) } }));
    expect(report.quarantine_reasons).toHaveLength(1);
    expect(report.quarantine_reasons[0]).toContain(name.slice(0, 100));
    expect(JSON.stringify(report.checks, (_, value) => (typeof value === "bigint" ? String(value) : value)).length).toBeLessThan(
      10_000,
    );
  });
});

describe("spec 4.5: what is refused, naming it", () => {
  for (const [feature, wat] of [
    ["externref", "(module (func (param externref)))"],
    ["threads", "(module (memory 1 1 shared))"],
  ] as const)
    it(feature, async () => {
      const report = await audit(await trustedSkill({ modules: { "echo.wasm": await assemble(wat) } }));
      expect(report.quarantine_reasons).toHaveLength(1);
      expect(report.quarantine_reasons[0]).toContain(feature);
    });

  it("the text format (T17)", async () => {
    const report = await audit(await trustedSkill({ modules: { "echo.wasm": encodeUtf8('(module (func (export "_start")))') } }));
    expect(report.quarantine_reasons).toHaveLength(1);
    expect(report.quarantine_reasons[0]).toContain("text format");
  });
});

describe("T24 (bound): what could hold a compiler for minutes is never shown to it", () => {
  it("is refused by its cost, and its types are not checked", async () => {
    const platform = watched();
    const trusted = await trustedSkill({ modules: { "echo.wasm": costlyModule(50_000, 400) } });
    const report = await audit(trusted, { platform });
    expect(platform.shown).toEqual([]);
    expect(report.passed).toBe(false);
    expect(statusOf(report, "wasm_compile_cost")).toBe("fail");
    expect(statusOf(report, "wasm_module_validation")).toBe("skipped");
    expect(engineBlocks(report)).toEqual([]);
  });

  it("is refused by its burden alone: a high stack under many blocks, hardly a local", async () => {
    const platform = watched();
    const repeated = (wat: string) => wat.repeat(5_000);
    const module = await assemble(
      `(module (func (export "_start") (local i32) ${repeated("local.get 0 ")} ${repeated("block end ")} ${repeated("drop ")}))`,
    );
    const report = await audit(await trustedSkill({ modules: { "echo.wasm": module } }), { platform });
    expect(platform.shown).toEqual([]);
    expect(statusOf(report, "wasm_compile_cost")).toBe("fail");
    expect(statusOf(report, "wasm_module_validation")).toBe("skipped");
  });

  it("is shown at the very bound, and not one beyond", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": costlyModule(100, 50) } });
    for (const [bound, shown] of [
      [100 * 101, 1],
      [100 * 101 - 1, 0],
    ] as const) {
      for (const policy of [{ max_function_compile_cost: bound }, { max_module_compile_cost: bound }]) {
        const platform = watched();
        const report = await audit(trusted, { platform, policy });
        expect(platform.shown).toHaveLength(shown);
        expect(statusOf(report, "wasm_compile_cost")).toBe(shown === 1 ? "pass" : "fail");
      }
    }
  });

  const BOUNDS: [shape: string, at: number, module: (count: number) => Uint8Array][] = [
    ["types", 8_192, (count) => functionModule({ code: [] }, { types: Array.from({ length: count - 1 }, () => [0x60, 0, 0]) })],
    ["blocks in each other", 2 ** 14 + 2 ** 17, (count) => nested(0x02, count)],
    ["loops in each other", 2_755, (count) => nested(0x03, count)],
    ["loops side by side", 26_751, (count) => functionModule({ code: repeat(count, [0x03, 0x40, 0x0b]) })],
  ];
  for (const [shape, at, module] of BOUNDS)
    it(`${shape}: ${at} are shown to it, one more is not`, async () => {
      for (const more of [0, 1]) {
        const platform = watched(() => Promise.resolve(true));
        const report = await audit(await trustedSkill({ modules: { "echo.wasm": module(at + more) } }), { platform });
        expect(platform.shown).toHaveLength(1 - more);
        expect(statusOf(report, "wasm_compile_cost")).toBe(more === 0 ? "pass" : "fail");
      }
    });

  it("bounds what all modules of an artifact take together: four at the bound of one", async () => {
    const modules = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`${name}.wasm`, costlyModule(100, 50)]));
    // What is cheap is still shown, behind the one that was too much.
    const trusted = await trustedSkill({ modules: { ...modules, "echo.wasm": await assemble(COMMAND) } });
    const platform = watched();
    const report = await audit(trusted, { platform, policy: { max_module_compile_cost: 100 * 101 } });
    expect(platform.shown).toHaveLength(5);
    expect(costStatuses(report)).toEqual(["pass", "pass", "pass", "pass", "fail", "pass"]);
    expect(report.quarantine_reasons.join()).toContain("together with the modules before it");
  });

  it("counts the types of all modules as those of one: an engine compares each with all before", async () => {
    const types = functionModule({ code: [] }, { types: Array.from({ length: 4_095 }, () => [0x60, 0, 0]) });
    const modules = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`${name}.wasm`, types]));
    const platform = watched();
    const report = await audit(await trustedSkill({ modules: { ...modules, "echo.wasm": types } }), { platform });
    expect(platform.shown).toHaveLength(4);
    expect(costStatuses(report)).toEqual(["pass", "pass", "pass", "pass", "fail", "fail"]);
  });

  it("holds whatever level the policy gives the check; only the bounds themselves let a module through", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": costlyModule(50_000, 400) } });
    for (const level of ["warn", "off"] as const) {
      const platform = watched();
      const report = await audit(trusted, { platform, policy: { checks: { wasm_compile_cost: level } } });
      expect(platform.shown).toEqual([]);
      expect(statusOf(report, "wasm_module_validation")).toBe("skipped");
    }
    const platform = watched(() => Promise.resolve(true));
    const report = await audit(trusted, {
      platform,
      policy: { max_function_compile_cost: 2 ** 30, max_module_compile_cost: 2 ** 30 },
    });
    expect(platform.shown).toHaveLength(1);
    expect(report.passed).toBe(true);
  });

  it("shows nothing to the engine that is too large or not valid by our own reading", async () => {
    const platform = watched();
    const modules = {
      "a.wasm": new Uint8Array([0, 0x61, 0x73, 0x6d]),
      "b.wasm": await assemble(`(module (memory 1) (data "${"x".repeat(200)}"))`),
    };
    await audit(await trustedSkill({ modules }), { platform, policy: { max_module_bytes: 100 } });
    expect(platform.shown).toEqual([]);
  });
});

describe("spec 4.5: an engine that lacks an accepted feature", () => {
  const lacking: Platform = { ...webPlatform, engine: "Node 0.12", validateModule: () => Promise.resolve(false) };

  it("leaves the skill out of quarantine, but blocks install and run, whatever the policy", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": await assemble(SIMD) } });
    for (const checks of [{}, { wasm_portability: "off" }, { wasm_portability: "warn" }] as const) {
      const report = await audit(trusted, { platform: lacking, policy: { checks } });
      expect(report.passed).toBe(true);
      expect(statusOf(report, "wasm_module_validation")).toBe("skipped");
      expect(engineBlocks(report)).toEqual([
        { module_path: "modules/echo.wasm", missing_features: ["simd"], needs_engine: "Node 20" },
      ]);
      expect(
        engineBlocks(JSON.parse(JSON.stringify(report, (_, value) => (typeof value === "bigint" ? Number(value) : value)))),
      ).toEqual(engineBlocks(report));
    }
  });

  it("blocks a module that costs too much as well", async () => {
    const wat = '(module (func (export "_start") (local i32) (block) (drop (i32x4.splat (i32.const 1)))))';
    const trusted = await trustedSkill({ modules: { "echo.wasm": await assemble(wat) } });
    const policy = { max_function_compile_cost: 0, checks: { wasm_compile_cost: "off" } } as const;
    const report = await audit(trusted, { platform: lacking, policy });
    expect(report.passed).toBe(true);
    expect(engineBlocks(report)).toHaveLength(1);
    expect(engineBlocks(await audit(trusted, { policy }))).toEqual([]);
  });

  it("is not believed where the module uses no feature that it lacks", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": await assemble(COMMAND) } });
    const report = await audit(trusted, { platform: lacking });
    expect(statusOf(report, "wasm_module_validation")).toBe("fail");
    expect(engineBlocks(report)).toEqual([]);
  });
});

describe("admission", () => {
  it("takes the report of this very artifact, made by this audit, in which nothing failed", async () => {
    const trusted = await trustedSkill({ modules: { "echo.wasm": await assemble(COMMAND) } });
    const other = await trustedSkill({ skill_id: "acme.other", modules: { "echo.wasm": await assemble(SIMD) } });
    const refused = await trustedSkill({ skill_id: "other.echo", modules: { "echo.wasm": await assemble(COMMAND) } });
    const report = await audit(trusted);
    const admitted = admit(trusted, report);
    expect(AdmittedSkill.isOne(admitted)).toBe(true);
    expect(admitted).toMatchObject({ trusted, report });
    expect(admit(other, report)).toBeUndefined();
    expect(admit(trusted, await audit(other))).toBeUndefined();
    expect(admit(trusted, { ...report })).toBeUndefined();
    expect(admit(refused, await audit(refused))).toBeUndefined();
    expect(AdmittedSkill.isOne({ trusted, report })).toBe(false);
  });
});

describe("whatever the modules are", () => {
  let seeds: readonly Uint8Array[] = [];
  beforeAll(async () => {
    seeds = await Promise.all(
      [
        COMMAND,
        SIMD,
        '(module (import "env" "f" (func)) (import "wasi_snapshot_preview1" "path_open" (func (param i32))))',
        '(module (memory 9000) (table 200000 funcref) (func (export "run") (param i64)))',
        '(module (type (func (param i32) (result i32 i32))) (func (export "run") (result i32) (loop (br 0)) i32.const 0))',
      ].map(assemble),
    );
  });

  /** Random bytes, and real modules in which some bytes are others. */
  const moduleBytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .tuple(fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.option(fc.nat()))
      .map(([which, changes, end]) => {
        const bytes = Uint8Array.from(seeds[which % seeds.length] ?? []);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return end === null ? bytes : bytes.subarray(0, end % bytes.length);
      }),
  );
  const skills = fc.record({
    modules: fc.dictionary(fc.constantFrom("a.wasm", "b/c.wasm", "echo.wasm", ".wasm"), moduleBytes, { minKeys: 1 }),
    skill_id: fc.constantFrom("acme.echo", "other.echo"),
    more: fc.constantFrom(
      "",
      '[[capabilities.secrets]]\nscope = "channel:x"\nkey_names = ["a:b"]\n',
      "[capabilities.filesystem]\nread_roots = ['r']",
    ),
  });
  const policies = fc.record({
    max_module_bytes: fc.constantFrom(40, 8_388_608),
    max_exported_functions: fc.constantFrom(0, 128),
    checks: fc.dictionary(fc.constantFrom(...ADDITIONAL_RULES.map(({ id }) => id)), fc.constantFrom("fail", "warn", "off")),
  });

  it("an audit throws nothing, passes exactly where nothing failed, and obeys its policy", async () => {
    const order = RULES.map(({ id }) => id);
    const additional = new Set(ADDITIONAL_RULES.map(({ id }) => id));
    await fc.assert(
      fc.asyncProperty(skills, policies, async (parts, policy) => {
        const trusted = await trustedSkill(parts);
        const report = await audit(trusted, { policy });
        const failed = report.checks.filter(({ status }) => status === "fail");
        expect(report.passed).toBe(failed.length === 0);
        expect(report.should_quarantine).toBe(!report.passed);
        expect(report.quarantine_reasons).toEqual(failed.map(({ message }) => message));
        expect(await audit(trusted, { policy })).toEqual(report);

        for (const { check_id, status, severity, message } of report.checks) {
          expect(order).toContain(check_id.split(":")[0]);
          expect(message.length).toBeGreaterThan(0);
          expect(severity).toBe({ pass: "info", warn: "warning", skipped: "warning", fail: "error" }[status]);
          const level = policy.checks[check_id];
          if (level === "off") expect(additional.has(check_id)).toBe(false);
          if (level === "warn") expect(status).not.toBe("fail");
          if (level === "fail") expect(status).not.toBe("warn");
        }
        const places = report.checks.map(({ check_id }) => (additional.has(check_id) ? order.indexOf(check_id) : -1));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        const modules = trusted.artifact.archive.entries.filter(({ path }) => path.endsWith(".wasm")).map(({ path }) => path);
        const paths = report.checks.flatMap(({ check_id, details }) =>
          typeof details?.["module_path"] === "string" && !additional.has(check_id) ? [details["module_path"]] : [],
        );
        expect([...new Set(paths)]).toEqual(modules);
      }),
      { numRuns: 100 },
    );
  });
});
