import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compose } from "../src/entry/compose.ts";
import { hostOf } from "../src/entry/open-host.ts";
import { headsNowAndThen } from "../src/journal/heads-later.ts";
import { Once } from "../src/once.ts";
import { temporaryFolder } from "./cli/support.ts";

/** Fails as often as that, then answers how often it was asked. */
function failing(times: number): { readonly make: () => Promise<number>; readonly asked: () => number } {
  let asked = 0;
  const make = async (): Promise<number> => {
    asked += 1;
    if (asked <= times) throw new Error(`failure ${asked}`);
    return asked;
  };
  return { make, asked: () => asked };
}

describe("what is made once", () => {
  it("is one for all who ask, and what ends it finds it", async () => {
    const { make, asked } = failing(0);
    const once = new Once(make);
    expect([await once.made(), asked()]).toEqual([undefined, 0]);
    expect(await Promise.all([once.get(), once.get(), once.made()])).toEqual([1, 1, 1]);
    expect([await once.get(), asked()]).toEqual([1, 1]);
  });

  it("is made anew by the next that asks, once it failed; those who waited for it are told of that failure alone", async () => {
    const { make, asked } = failing(1);
    const once = new Once(make);
    const waiting = await Promise.allSettled([once.get(), once.get(), once.made()]);
    expect(waiting.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect([await once.made(), asked()]).toEqual([undefined, 1]);
    expect(await once.get()).toBe(2);
  });
});

describe("a process that lives long", () => {
  it("runs tools after a moment in which its state root could not be read", async () => {
    const root = temporaryFolder();
    const state = join(root, "state");
    symlinkSync(state, state);
    const services = compose({ stateRoot: state }, { HOME: root, PALYRA_VAULT_BACKEND: "encrypted_file" });
    const host = hostOf(services);
    await expect(services.runner()).rejects.toHaveCode("Io");
    await expect(host.tools()).rejects.toHaveCode("Io");
    rmSync(state);
    mkdirSync(state, { mode: 0o700 });
    expect(await host.tools()).toEqual([]);
    await host.close();
  });

  it("reads a journal's head again at once where that failed", async () => {
    const { make, asked } = failing(1);
    const recorded = async () => ({ seq: await make(), hash: "ab".repeat(32) });
    const nothing = () => Promise.resolve();
    const keeper = headsNowAndThen({ recorded, begin: nothing, keep: nothing }, 3_600_000, async () => undefined, nothing);
    await expect(keeper.recorded("a")).rejects.toThrow("failure 1");
    expect([await keeper.recorded("a"), asked()]).toMatchObject([{ seq: 2 }, 2]);
    expect([await keeper.recorded("a"), asked()]).toMatchObject([{ seq: 2 }, 2]);
    await keeper.close();
  });
});
