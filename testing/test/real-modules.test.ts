import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Check } from "../../packages/core/src/audit/index.ts";
import { audit, trustedSkill } from "../../packages/core/test/audit/skills.ts";
import expected from "../real-modules/expected.json" with { type: "json" };
import { describeShared, repositoryRoot, shared, sharedBytes } from "../shared.ts";

/**
 * Programs of other people, as their npm packages ship them, and what the audit must say of each: no failure without one of the reasons that are
 * written down, and no note that is not. Those that this project depends on are here; the others are downloaded by
 * `npm run real-modules`, and left out where they were not.
 */
const JUDGED = /^(?:wasm_|embedded_secrets$|tool_entry_points$)/;

const codesOf = ({ details }: Check): string[] => {
  const list = details?.["findings"];
  const codes = Array.isArray(list) ? list.map((found) => String(Reflect.get(Object(found), "code"))) : [];
  return [...new Set(codes)].toSorted();
};

/** `{ check_id: ["fail", code, …] }` of all that is not in order. */
async function said(bytes: Uint8Array): Promise<Record<string, string[]>> {
  const { checks } = await audit(await trustedSkill({ modules: { "m.wasm": bytes } }));
  const judged = checks.filter(({ check_id, status }) => JUDGED.test(check_id) && status !== "pass");
  return Object.fromEntries(judged.map((check) => [check.check_id, [check.status, ...codesOf(check)]]));
}

function find(name: string, path: string, sha256: string): Uint8Array | undefined {
  const cached = join(repositoryRoot, ".cache/real-modules", `${sha256}.wasm`);
  if (existsSync(cached)) return new Uint8Array(readFileSync(cached));
  const installed = join(repositoryRoot, "node_modules", name, path);
  return existsSync(installed) ? new Uint8Array(readFileSync(installed)) : undefined;
}

describe("real modules (false alarms)", () => {
  it("are at least 30, of as many kinds of toolchain as there are", () => {
    expect(expected.modules.length).toBeGreaterThanOrEqual(30);
    expect(new Set(expected.modules.map(({ sha256 }) => sha256)).size).toBe(expected.modules.length);
  });

  it("fail for no reason that is not written down", () => {
    const reasons = new Set(Object.keys(expected.reasons));
    for (const module of expected.modules)
      for (const [id, [status]] of Object.entries(module.says)) if (status === "fail") expect(reasons).toContain(id);
  });

  let judged = 0;
  for (const { name, version, path, sha256, says } of expected.modules) {
    const bytes = find(name, path, sha256);
    if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== sha256) continue;
    judged += 1;
    it(`${name}@${version} ${path}`, async () => expect(await said(bytes)).toEqual(says));
  }
  it("some are there without a download", () => expect(judged).toBeGreaterThanOrEqual(4));
});

/** Modules of binaryen's fuzzer, made for an engine alone: what is not in order with them as skills, and why. */
const FUZZERS_REASONS: ReadonlyMap<string, string> = new Map([
  ["tool_entry_points", "they export functions of a fuzzer, and neither `_start` nor `run`"],
  ["wasm_imports_declared", "they import functions, tables and globals of a fuzzer's own host"],
]);

describeShared("conformance/fuel", "modules of a fuzzer (false alarms)", () => {
  it("fail for no reason that is not written down", async () => {
    const files = readdirSync(shared("conformance/fuel/modules")).filter((name) => name.endsWith(".wasm"));
    expect(files.length).toBeGreaterThanOrEqual(100);
    const unexplained = [];
    for (const file of files) {
      for (const [id, [status]] of Object.entries(await said(sharedBytes("conformance/fuel/modules", file))))
        if (status === "fail" && !FUZZERS_REASONS.has(id)) unexplained.push(`${file}: ${id}`);
    }
    expect(unexplained).toEqual([]);
  });
});
