// Issue 6, section 5: whatever a module does, it ends as it must, in its time, and hurts nobody else.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ANSWERING } from "../../../../testing/forge/hostile/answers.ts";
import { GROWS } from "../../../../testing/forge/hostile/grow.ts";
import type { Hostile } from "../../../../testing/forge/hostile/hostile.ts";
import { FORGED } from "../../../../testing/forge/hostile/imports.ts";
import { SPINS } from "../../../../testing/forge/hostile/spin.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { call, echo, jobOf, QUOTAS, text, usePool } from "./sandbox-support.ts";

const program = useSandboxProgram();
const pool = usePool(program, { most: 2, idle: 2 });

/** What a call may take beyond its quota: a fifth of it, and 50 ms for the clock. */
const SHARE = 1.2;
const CLOCK_MS = 50;
const AGAIN = 4;
const FUEL = 2_000_000n;

const groups: readonly (readonly [group: string, modules: readonly Hostile[]])[] = [
  ["T17: modules that spin, and exhaust the stack", SPINS],
  ["T24: modules that grow, trap, and hold the compiler", GROWS],
  ["T14: modules that forge imports, confuse types, are none", FORGED],
  ["T40: modules that answer, flood, and ask for the impossible", ANSWERING],
];

const innocent = async () => {
  const input = new TextEncoder().encode('{"hello":"world"}');
  const outcome = await call(
    pool(),
    jobOf(await echo(), { skillId: "acme.innocent", artifactSha256: "innocent", input, outputSchema: "{}" }),
  );
  return { kind: outcome.kind, says: text(outcome.stdout) };
};
const FINE = { kind: "Ok", says: '{"hello":"world"}' };

for (const [group, modules] of groups)
  describe(group, () => {
    it.each(modules.map((each) => [each.name, each] as const))("%s", async (_, { module, kinds, details, quotas, job }) => {
      const allowed = { ...QUOTAS, fuel: FUEL, ...quotas };
      const hostile = jobOf(await module(), { ...job, artifactSha256: `hostile ${group}`, quotas: allowed });
      const most = SHARE * allowed.wallMs + CLOCK_MS;
      let [outcome, beside] = await Promise.all([call(pool(), hostile), innocent()]);
      // A machine that does much else may be late for once.
      for (let again = 0; again < AGAIN && outcome.used.wallMs > most; again += 1)
        [outcome, beside] = await Promise.all([call(pool(), hostile), innocent()]);
      expect(
        kinds,
        JSON.stringify(outcome.details, (_key, value) => (typeof value === "bigint" ? String(value) : value)),
      ).toContain(outcome.kind);
      if (details !== undefined) expect(outcome.details).toMatchObject(details);
      expect(outcome.used.wallMs).toBeLessThanOrEqual(most);
      expect(Number(outcome.used.fuel ?? 0n)).toBeLessThanOrEqual(SHARE * Number(allowed.fuel));
      expect(outcome.used.memoryBytes ?? 0).toBeLessThanOrEqual(allowed.memoryBytes);
      // Who was served beside it has noticed nothing, and the next call works.
      expect(beside).toEqual(FINE);
    });
  });

describe("after all of them", () => {
  it("they were a hundred at least, each of a name of its own", () => {
    const names = groups.flatMap(([, modules]) => modules.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(100);
    expect(new Set(names).size).toBe(names.length);
  });

  it("the next call works, and memory has come back", async () => {
    expect(await innocent()).toEqual(FINE);
    if (process.platform !== "linux") return;
    const resident = (): number[] =>
      readdirSync("/proc").flatMap((pid) => {
        try {
          if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(program)) return [];
          return [Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024];
        } catch {
          return [];
        }
      });
    // Two that stand ready, and two that have served; what was ended takes a moment to be gone.
    for (let look = 0; resident().length > 4 && look < 1200; look += 1) await sleep(50);
    expect(resident().length).toBeLessThanOrEqual(4);
    expect(Math.max(...resident())).toBeLessThan(400);
  });
});
