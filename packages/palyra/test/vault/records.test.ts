// What palyra keeps in the vault for itself, as a process reads it: all of it of one opening, and anew once somebody wrote.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { parseKey, parseScope, type VaultDoor, vaultRecords } from "../../src/vault/index.ts";
import { ageFileVault } from "./support.ts";

const folder = scratchFolder("records");

describe("records of the vault", () => {
  it("are read of one opening, anew once another process wrote, and are no secrets of a person", async () => {
    const vault = ageFileVault(folder);
    let openings = 0;
    const list = (scope: Parameters<typeof vault.list>[0]) => {
      openings += 1;
      return vault.list(scope);
    };
    const door: VaultDoor = { folder, open: async () => ({ ...vault, list }) };
    const records = vaultRecords(door, () => 1_750_000_000_000);
    const text = async (key: string) => {
      const found = await records.get(key);
      return found && Buffer.from(found).toString();
    };
    await records.put("skills.feeds.one", "1");
    await records.put("skills.feeds.two", "2");
    const [scope, mine] = [parseScope("global"), parseKey("mine")];
    if (scope === undefined || mine === undefined) throw new TypeError("a name");
    await vault.set({ scope, key: mine }, Buffer.from("secret"), { now: 1, signal: new AbortController().signal });
    // What was just written is read each time.
    await sleep(200);
    openings = 0;
    expect(await Promise.all(["skills.feeds.one", "skills.feeds.two", "skills.feeds.three"].map(text))).toEqual([
      "1",
      "2",
      undefined,
    ]);
    expect(await text("skills.feeds.one")).toBe("1");
    expect(openings).toBe(1);
    await vaultRecords(door, () => 1_750_000_000_000).put("skills.feeds.two", "3");
    expect([await text("skills.feeds.one"), await text("skills.feeds.two")]).toEqual(["1", "3"]);
    for (const key of ["mine", "skills.mine", "skills.feeds.a/b", ""]) await expect(records.get(key)).rejects.toHaveCode("Usage");
  });
});
