import { describe, expect, it } from "vitest";
import { judge } from "../../src/audit/audit.ts";
import { feedState } from "../../src/audit/index.ts";
import type { Check } from "../../src/audit/report.ts";
import type { AuditSubject } from "../../src/audit/subject.ts";
import { COMMAND, EXIT_CODE, type ExportedFunction, functions, readModule, type SubjectParts, subject } from "./subjects.ts";

const checks = (parts: SubjectParts, id: string): readonly Check[] => only(subject(parts), id);
const only = (of: AuditSubject, id: string): readonly Check[] => judge(of).checks.filter(({ check_id }) => check_id === id);
const statuses = (parts: SubjectParts, id: string): readonly string[] => checks(parts, id).map(({ status }) => status);
const secrets = (scope: string, ...key_names: string[]): SubjectParts => ({ capabilities: { secrets: [{ scope, key_names }] } });

describe("T3: skill_id_namespace", () => {
  const cases = [
    ["acme.echo", "acme", "pass"],
    ["acme.echo.deep", "acme.echo", "pass"],
    ["other.echo", "acme", "fail"],
    ["acme", "acme", "fail"],
    ["acmeecho", "acme", "fail"],
    ["acme-echo", "acme", "fail"],
    ["acme.echo", "acme.echo", "fail"],
    ["echo.acme.x", "acme", "fail"],
  ] as const;
  for (const [skill_id, publisher, status] of cases)
    it(`${skill_id} of ${publisher}: ${status}`, () => {
      expect(statuses({ skill_id, publisher }, "skill_id_namespace")).toEqual([status]);
    });
});

describe("lists of a manifest in details", () => {
  const roots = Array.from({ length: 1001 }, (_, index) => `r${index}`);
  const detailsOf = (id: string, count: number) => {
    const names = roots.slice(0, count);
    const filesystem = { read_roots: names, write_roots: ["w"] };
    const asked = names.map((scope) => ({ scope, key_names: ["k"] }));
    const capabilities = { filesystem, http_egress_allowlist: names, secrets: asked, device_capabilities: names };
    return checks({ capabilities }, id)[0]?.details;
  };
  const cases = [
    ["manifest_filesystem_scopes", "read_roots"],
    ["manifest_http_egress_scopes", "hosts"],
    ["manifest_secret_scopes", "scopes"],
    ["forbidden_device_capabilities", "device_capabilities"],
  ] as const;
  for (const [id, list] of cases)
    it(`${id}: whole as long as a person could have written them, then the first and their number`, () => {
      expect(detailsOf(id, 1000)).toMatchObject({ [list]: roots.slice(0, 1000) });
      expect(detailsOf(id, 1000)).not.toHaveProperty(`${list}_count`);
      expect(detailsOf(id, 1001)).toMatchObject({ [list]: roots.slice(0, 1000), [`${list}_count`]: 1001 });
    });
});

describe("what a policy allows or not (spec 4.2, 4.3)", () => {
  const devices = { capabilities: { device_capabilities: ["camera.read"] } };
  const optIns = { filesystem: false, http_egress: true, secrets: false, device: false, node: true };
  const wildcards = { capabilities: { wildcard_opt_in: optIns } };
  const exporting = (count: number): SubjectParts => ({ modules: [readModule("modules/m.wasm", { exportedFunctions: count })] });
  const of = (module_path: string, exported_functions: number, max_exported_functions: number) => ({
    module_path,
    exported_functions,
    max_exported_functions,
  });
  const none = { device_capabilities: [], allow_device_capabilities: false };
  const asked = { device_capabilities: ["camera.read"] };
  const opted = { wildcard_opt_ins: ["http_egress", "node"] };
  const cases: readonly (readonly [string, string, SubjectParts, string, object])[] = [
    ["no device", "forbidden_device_capabilities", {}, "pass", none],
    ["a device", "forbidden_device_capabilities", devices, "fail", asked],
    [
      "a device that is allowed",
      "forbidden_device_capabilities",
      { ...devices, policy: { allow_device_capabilities: true } },
      "pass",
      { ...asked, allow_device_capabilities: true },
    ],
    ["no wildcard", "forbidden_wildcard_capabilities", {}, "pass", { wildcard_opt_ins: [], allow_wildcard_capabilities: false }],
    ["wildcards", "forbidden_wildcard_capabilities", wildcards, "fail", opted],
    [
      "wildcards that are allowed",
      "forbidden_wildcard_capabilities",
      { ...wildcards, policy: { allow_wildcard_capabilities: true } },
      "pass",
      { ...opted, allow_wildcard_capabilities: true },
    ],
    ["128 exports", "wasm_exported_function_limit", exporting(128), "pass", of("modules/m.wasm", 128, 128)],
    ["129 exports", "wasm_exported_function_limit", exporting(129), "fail", of("modules/m.wasm", 129, 128)],
    [
      "as many as another policy has it",
      "wasm_exported_function_limit",
      { ...exporting(3), policy: { max_exported_functions: 2 } },
      "fail",
      of("modules/m.wasm", 3, 2),
    ],
  ];
  it.each(cases)("%s", (_, id, parts, status, details) => {
    expect(checks(parts, id)).toEqual([expect.objectContaining({ status, details })]);
  });
});

describe("T22 (audit): secrets that are never granted are not asked for", () => {
  const own = "skill:acme.echo";
  const cases: readonly (readonly [string, SubjectParts, string])[] = [
    ["the skill's own scope", secrets(own, "token"), "pass"],
    ["global", secrets("global", "token"), "pass"],
    ["principal and channel, whose they are shows at the call", secrets("principal:user:local", "k"), "pass"],
    ["another skill's scope", secrets("skill:other.echo", "token"), "fail"],
    ["a scope that only begins like the skill's own", secrets("skill:acme.echo2", "token"), "fail"],
    ["the skill's name of its publisher alone", secrets("skill:acme", "token"), "fail"],
    ["the digest of a trust store", secrets("global", "skills.trust_store.integrity.00"), "fail"],
    ["a name of the host's in the skill's own scope", secrets(own, "palyra.journal"), "fail"],
    ["a pattern of the host's names", secrets("global", "skills.*"), "fail"],
    ["a name that only begins like the host's", secrets("global", "skillset", "palyra_token"), "pass"],
  ];
  for (const [name, parts, status] of cases)
    it(`${name}: ${status}`, () => expect(statuses(parts, "secret_scope_foreign")).toEqual([status]));
});

describe("secret_scope_unusable", () => {
  const cases = [
    ["global", "pass"],
    ["skill:acme.echo", "pass"],
    ["principal:user:local", "pass"],
    ["channel:discord:acct-1", "pass"],
    ["channel:discord:acct:1", "pass"],
    ["channel:discord", "fail"],
    ["channel::account", "fail"],
    ["channel:discord:", "fail"],
    [`principal:${"p".repeat(256)}`, "pass"],
    [`principal:${"p".repeat(257)}`, "fail"],
    [`channel:c:${"a".repeat(257)}`, "fail"],
  ] as const;
  for (const [scope, status] of cases)
    it(`${scope.slice(0, 40)}: ${status}`, () =>
      expect(statuses(secrets(scope, "k"), "secret_scope_unusable")).toEqual([status]));

  it("warns of keys that no vault can hold, and leaves patterns alone", () => {
    expect(statuses(secrets("global", "a:b"), "secret_scope_unusable")).toEqual(["warn"]);
    expect(statuses(secrets("global", "k".repeat(129)), "secret_scope_unusable")).toEqual(["warn"]);
    expect(statuses(secrets("global", "k".repeat(128), "api:*"), "secret_scope_unusable")).toEqual(["pass"]);
    expect(checks(secrets("channel:x", "a:b"), "secret_scope_unusable")[0]).toMatchObject({
      status: "fail",
      details: { count: 2, secrets: [{ scope: "channel:x" }, { scope: "channel:x", key: "a:b" }] },
    });
  });
});

describe("T17: wasm_limits_within_quotas", () => {
  const memory = (...pages: bigint[]) => ({
    memories: pages.map((min) => ({ min, wide: min > 65_536n, imported: false, offset: 10 })),
  });
  const table = (...elements: bigint[]) => ({
    tables: elements.map((min) => ({ min, wide: false, imported: false, offset: 10 })),
  });
  const cases: readonly (readonly [string, object, string])[] = [
    ["no memory", {}, "pass"],
    ["as much memory as allowed", memory(2n), "pass"],
    ["one page more", memory(3n), "fail"],
    ["memories that are over it together", memory(1n, 1n, 1n), "fail"],
    ["a 64-bit memory beyond every double", memory(2n ** 48n), "fail"],
    ["as many elements as allowed", table(100_000n), "pass"],
    ["tables that are over it together", table(50_000n, 50_001n), "fail"],
  ];
  for (const [name, facts, status] of cases)
    it(`${name}: ${status}`, () => {
      const parts = { max_memory_bytes: 131_072n, modules: [readModule("modules/a.wasm", facts)] };
      expect(statuses(parts, "wasm_limits_within_quotas")).toEqual([status]);
    });

  it("counts bytes exactly", () => {
    const parts = { max_memory_bytes: 65_535n, modules: [readModule("modules/a.wasm", memory(1n))] };
    expect(checks(parts, "wasm_limits_within_quotas")[0]?.details).toMatchObject({ initial_memory_bytes: 65_536n });
  });
});

describe("T24 (bound): wasm_compile_cost", () => {
  const sum = (worstFunction: number, module: number) => ({
    worstFunction,
    module,
    worstFunctionIndex: 7,
    worstFunctionOffset: 99,
  });
  const cases = [
    [2 ** 23, 2 ** 25, "pass"],
    [2 ** 23 + 1, 2 ** 25, "fail"],
    [2 ** 23, 2 ** 25 + 1, "fail"],
  ] as const;
  for (const which of ["cost", "burden"] as const)
    for (const [ofFunction, ofModule, status] of cases)
      it(`${which} ${ofFunction} a function, ${ofModule} a module: ${status}`, () => {
        const modules = [readModule("modules/a.wasm", { [which]: sum(ofFunction, ofModule) })];
        expect(statuses({ modules }, "wasm_compile_cost")).toEqual([status]);
      });

  it("says which of both is exceeded", () => {
    const [both, cost, burden] = [
      { cost: sum(2 ** 24, 2 ** 26), burden: sum(2 ** 24, 2 ** 26) },
      { cost: sum(2 ** 24, 1) },
      { burden: sum(1, 2 ** 26) },
    ].map((facts) => checks({ modules: [readModule("modules/a.wasm", facts)] }, "wasm_compile_cost")[0]?.message ?? "");
    expect(both?.match(/compile cost|burden/g)).toEqual(["compile cost", "compile cost", "burden", "burden"]);
    expect(cost?.match(/compile cost|burden/g)).toEqual(["compile cost"]);
    expect(burden?.match(/compile cost|burden/g)).toEqual(["burden"]);
  });

  it.each(["cost", "burden"])("of an artifact: four modules at the bound of the %s, and no more", (which) => {
    const status = (ofArtifact: number) => {
      const modules = [readModule("modules/a.wasm", {}, { artifact: { cost: 0, burden: 0, [which]: ofArtifact } })];
      return statuses({ modules }, "wasm_compile_cost");
    };
    expect(status(2 ** 27)).toEqual(["pass"]);
    expect(status(2 ** 27 + 1)).toEqual(["fail"]);
  });

  it.each(["cost", "burden"])("takes the policy's bounds of the %s", (which) => {
    const modules = [readModule("modules/a.wasm", { [which]: sum(11, 21) })];
    const bounds = (max_function_compile_cost: number, max_module_compile_cost: number) =>
      statuses({ modules, policy: { max_function_compile_cost, max_module_compile_cost } }, "wasm_compile_cost");
    expect(bounds(11, 21)).toEqual(["pass"]);
    expect(bounds(10, 21)).toEqual(["fail"]);
    expect(bounds(11, 20)).toEqual(["fail"]);
  });
});

describe("tool_entry_points", () => {
  const id = "tool_entry_points";
  const module = (path: string, ...exported: ExportedFunction[]) => readModule(`modules/${path}.wasm`, functions(...exported));

  it("runs the only module, whatever its name", () => {
    expect(statuses({ tools: ["acme.x", "acme.y"], modules: [module("m", ["run", EXIT_CODE])] }, id)).toEqual(["pass"]);
  });

  it("runs the module that is named like the tool, where there are several", () => {
    const modules = [module("x", ["run", EXIT_CODE]), module("y", ["run", EXIT_CODE])];
    expect(statuses({ tools: ["acme.x", "acme.deep.y"], modules }, id)).toEqual(["pass"]);
    expect(statuses({ tools: ["acme.x", "acme.z"], modules }, id)).toEqual(["fail"]);
  });

  it("runs the module that the manifest names, before all", () => {
    const modules = [module("x", ["run", EXIT_CODE]), module("y")];
    const plugin = { default_module_path: "modules/x.wasm" };
    expect(statuses({ tools: ["acme.y"], modules, plugin }, id)).toEqual(["pass"]);
    expect(statuses({ tools: ["acme.x"], modules, plugin: { default_module_path: "modules/y.wasm" } }, id)).toEqual(["fail"]);
    expect(statuses({ tools: ["acme.x"], modules, plugin: { default_module_path: "modules/z.wasm" } }, id)).toEqual(["fail"]);
    expect(
      statuses({ modules: [module("x", ["run", EXIT_CODE])], plugin: { default_module_path: "modules/z.wasm" } }, id),
    ).toEqual(["fail"]);
  });

  it("calls `_start` before the entry point that the manifest names, and that before `run`", () => {
    const plugin = { default_entrypoint: "main" };
    expect(statuses({ modules: [module("m", ["_start", COMMAND])], plugin }, id)).toEqual(["pass"]);
    expect(statuses({ modules: [module("m", ["main", EXIT_CODE])], plugin }, id)).toEqual(["pass"]);
    expect(statuses({ modules: [module("m", ["run", EXIT_CODE])], plugin }, id)).toEqual(["fail"]);
    expect(statuses({ modules: [module("m", ["main", EXIT_CODE])] }, id)).toEqual(["fail"]);
    expect(checks({ modules: [module("m", ["run", EXIT_CODE], ["_start", COMMAND])] }, id)[0]?.details).toMatchObject({
      tools: [{ function: "_start" }],
    });
  });

  it("wants the types that the runtime calls", () => {
    expect(statuses({ modules: [module("m", ["run", COMMAND])] }, id)).toEqual(["fail"]);
    expect(statuses({ modules: [module("m", ["_start", EXIT_CODE])] }, id)).toEqual(["fail"]);
    expect(statuses({ modules: [module("m", ["run", { params: ["i32"], results: ["i32"] }])] }, id)).toEqual(["fail"]);
    expect(statuses({ modules: [module("m", ["run", { params: [], results: ["i64"] }])] }, id)).toEqual(["fail"]);
  });

  it("does not take for a function what only has its name", () => {
    const memory = (name: string) => ({ name, kind: "memory" as const, index: 0, offset: 50 });
    const exports = [...functions(["run", EXIT_CODE]).exports, memory("_start")];
    expect(statuses({ modules: [readModule("modules/m.wasm", { exports })] }, id)).toEqual(["pass"]);
    expect(statuses({ modules: [readModule("modules/m.wasm", { exports: [memory("run")] })] }, id)).toEqual(["fail"]);
  });

  it("does not judge a tool whose module could not be read", () => {
    const modules = [{ path: "modules/m.wasm", size: 9, state: "oversized" as const }];
    expect(statuses({ modules }, id)).toEqual(["skipped"]);
    // It found nothing, so there is nothing that a policy could make a failure of.
    expect(statuses({ modules, policy: { checks: { [id]: "fail" } } }, id)).toEqual(["skipped"]);
  });
});

describe("wasm_portability", () => {
  const module = (missing: readonly ("simd" | "table64")[]) =>
    readModule("modules/m.wasm", { features: new Map([["simd", 30] as const, ["table64", 20] as const]) }, { missing });

  it("lists the features used, with their place", () => {
    expect(checks({ modules: [module([])] }, "wasm_portability")).toMatchObject([
      {
        status: "pass",
        details: {
          features: [
            { feature: "simd", offset: 30 },
            { feature: "table64", offset: 20 },
          ],
        },
      },
    ]);
  });

  it("is skipped, with the engine that can, where this one cannot", () => {
    expect(checks({ modules: [module(["table64"])] }, "wasm_portability")).toMatchObject([
      { status: "skipped", severity: "warning", details: { missing_features: ["table64"], needs_engine: "Node 24" } },
    ]);
  });
});

describe("modules that are not looked into", () => {
  const oversized = { path: "modules/a.wasm", size: 10, state: "oversized" } as const;
  const invalid = { path: "modules/b.wasm", size: 10, state: "invalid", problem: "bad magic", offset: 0 } as const;
  const about = (path: string) =>
    judge(subject({ modules: [oversized, invalid] }))
      .checks.filter(({ details }) => details?.["module_path"] === path)
      .map(({ check_id, status }) => `${check_id} ${status}`);

  it("have one check alone", () => {
    expect(about(oversized.path)).toEqual(["wasm_module_size_limit fail"]);
    expect(about(invalid.path)).toEqual(["wasm_module_validation fail"]);
  });
});

describe("T14: what Palyra's own check sees", () => {
  const importing = (module: string) => ({
    modules: [readModule("modules/m.wasm", { imports: [{ module, name: "x", kind: "function", offset: 20, type: COMMAND }] })],
  });
  for (const [module, status] of [
    ["wasi:filesystem/types@0.2.0", "fail"],
    ["WASI:FileSystem/types", "fail"],
    ["\u0085 wasi:filesystemx", "fail"],
    ["\uFEFFwasi:filesystem/types", "pass"],
    ["wasi_snapshot_preview1", "pass"],
    ["xwasi:filesystem", "pass"],
  ] as const)
    it(`${JSON.stringify(module)}: ${status}`, () => {
      expect(statuses(importing(module), "wasm_wasi_filesystem_imports")).toEqual([status]);
    });

  it("is content with roots", () => {
    const capabilities = { filesystem: { read_roots: [], write_roots: ["w"] } };
    expect(statuses({ ...importing("wasi:filesystem/types"), capabilities }, "wasm_wasi_filesystem_imports")).toEqual(["pass"]);
  });
});

describe("T16: vulnerability_feed_hook", () => {
  const status = (hook: string | null | undefined) => judge({ ...subject(), feed: feedState(hook) }).scan;
  it("never passes for the variable alone", () => {
    expect(status("  /var/feed ")).toMatchObject({ status: "skipped", severity: "warning", details: { hook: "/var/feed" } });
    for (const unset of [undefined, null, "", " \t"])
      expect(status(unset)).toMatchObject({ status: "warn", severity: "warning" });
  });
});

describe("dependencies that a module was built with (`.dep-v0`) and its SBOM", () => {
  const components = [{ type: "library", name: "serde", version: "1.0.0" }];
  const built = (dependency: { name: string; version: string; source: string; kind?: "runtime" | "build" }) =>
    checks(
      {
        modules: [readModule("modules/m.wasm", {}, { dependencies: [{ kind: "runtime", ...dependency }] })],
        sbom: { components },
      },
      "sbom_components",
    )[0]?.details;
  const found = (details: ReturnType<typeof built>) => /dependency_missing|version_other/.test(JSON.stringify(details));
  it("each that is shipped is listed", () => {
    expect(found(built({ name: "serde", version: "1.0.0", source: "crates.io" }))).toBe(false);
    expect(found(built({ name: "serde", version: "1.0.1", source: "crates.io" }))).toBe(true);
    expect(found(built({ name: "cc", version: "1.0.0", source: "crates.io", kind: "build" }))).toBe(false);
    expect(found(built({ name: "mine", version: "0.1.0", source: "local" }))).toBe(false);
  });
});
