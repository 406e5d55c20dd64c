/** Where a module is stopped before the engine would stop it (spec 10.1, 10.2). */
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { call, command, jobOf, QUOTAS, usePool } from "./sandbox-support.ts";

const pool = usePool(useSandboxProgram());

describe("a module", () => {
  it("is validated as it is, before anything is added to it", async () => {
    // `_start` leaves a number behind, which the block around a metered body could take for its result.
    const hex = "0061736d01000000 010401600000 03020100 070a01065f73746172740000 0a06010400 41000b".replaceAll(" ", "");
    const { kind, details } = await call(pool(), jobOf(new Uint8Array(Buffer.from(hex, "hex"))));
    expect({ kind, details }).toEqual({ kind: "InvalidInput", details: { fault: "module", problem: "its types do not fit" } });
  });

  it("T40: ends within the host's function that spends its fuel, though no loop and no call of its own follows", async () => {
    const bytes = 65_536;
    const straight = await command(`(drop (call $random_get (i32.const 0) (i32.const ${bytes})))`.repeat(20));
    const fuel = BigInt(10 * bytes);
    const { kind, details, used } = await call(pool(), jobOf(straight, { quotas: { ...QUOTAS, fuel } }));
    expect({ kind, details }).toMatchObject({ kind: "QuotaExceeded", details: { quota: "fuel_budget" } });
    expect(used.fuel).toBeGreaterThanOrEqual(fuel);
    expect(used.fuel).toBeLessThan(fuel + BigInt(bytes));
    const enough = await call(pool(), jobOf(straight, { quotas: { ...QUOTAS, fuel: BigInt(21 * bytes) } }));
    expect(enough.kind).toBe("Ok");
  });
});
