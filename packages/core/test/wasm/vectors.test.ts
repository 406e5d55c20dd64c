import { readdirSync } from "node:fs";
import { unzipSync } from "fflate";
import { expect, it } from "vitest";
import { describeShared, shared, sharedBytes, sharedJson } from "../../../../testing/shared.ts";
import { type ModuleReading, readModule } from "../../src/wasm/index.ts";

interface Check {
  check_id: string;
  status: string;
  details?: { module_path?: string; module_bytes?: number; exported_functions?: number };
}
interface Case {
  artifact: string;
  report: { checks?: Check[] };
  ours?: { checks?: Check[] };
}

/** The modules of an artifact, by path. */
const modulesOf = (artifact: string): [string, Uint8Array][] =>
  Object.entries(unzipSync(sharedBytes("conformance", artifact))).filter(([path]) => path.endsWith(".wasm"));

describeShared("conformance/audit", "modules of the audit vectors are read as their reports say (spec 4.3, 4.5, T17)", () => {
  const cases = Object.entries(sharedJson("conformance/audit/expected.json") as Record<string, Case>);
  for (const [name, { artifact, report, ours }] of cases) {
    const checks = ours?.checks ?? report.checks;
    if (checks === undefined) continue;
    it(name, () => {
      for (const [path, bytes] of modulesOf(artifact)) {
        const of = (id: string) => checks.find(({ check_id, details }) => check_id === id && details?.module_path === path);
        if (of("wasm_module_size_limit")?.status === "fail") continue;
        const reading = readModule(bytes);
        const valid = reading.ok && (WebAssembly.validate(Uint8Array.from(bytes)) || engineLacks(reading));
        expect(valid).toBe(of("wasm_module_validation")?.status !== "fail");
        if (!valid || !reading.ok) continue;
        expect(reading.facts.exportedFunctions).toBe(of("wasm_exported_function_limit")?.details?.exported_functions);
        const filesystem = reading.facts.imports.some(({ module }) => module.trim().toLowerCase().startsWith("wasi:filesystem"));
        if (of("wasm_wasi_filesystem_imports")?.status === "fail") expect(filesystem).toBe(true);
      }
    });
  }
});

/** Features of the accepted list that Node 20 lacks: where types cannot be checked, structure alone decides (spec 4.5). */
const YOUNG = ["relaxed_simd", "several_memories", "memory64", "table64", "extended_constants"] as const;
const engineLacks = (reading: ModuleReading): boolean =>
  reading.ok && YOUNG.some((feature) => reading.facts.features.has(feature));

describeShared("conformance/fuel", "modules of the fuel vectors are read", () => {
  for (const file of readdirSync(shared("conformance/fuel/modules"))) {
    it(file, () => {
      const reading = readModule(sharedBytes("conformance/fuel/modules", file));
      expect(reading).toMatchObject({ ok: true });
    });
  }
});
