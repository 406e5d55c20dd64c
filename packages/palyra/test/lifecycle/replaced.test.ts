/** What a version takes over from the one that it replaces (spec 5): statuses, T31; tool ids, T27. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { changeStatus, type Home, removeSkill, useVersion } from "../../src/lifecycle/index.ts";
import { hideFromIndex } from "../journal/hide-from-index.ts";
import { auditKinds, homeIn, install, newCall, newHome, publicKeyOf, stateOf, temporaryFolder } from "./support.ts";

const change = (home: Home, version: string, status: "active" | "quarantined" | "disabled", skillId = "acme.echo") =>
  changeStatus(home, { skillId, version, status, reason: "odd" }, newCall());
const remove = (home: Home, version?: string) =>
  removeSkill(home, { skillId: "acme.echo", ...(version === undefined ? {} : { version }) }, newCall());
const use = (home: Home, version: string, allowDowngrade = false) =>
  useVersion(home, { skillId: "acme.echo", version, allowDowngrade }, newCall());
const rowOf = async (home: Home, version: string) => {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return (await journal?.status("acme.echo", version))?.row;
  } finally {
    await journal?.close();
  }
};
/** 1.0.0 and 1.1.0, the latter removed; then 1.0.0 is quarantined. */
async function fixRemoved(): Promise<Home> {
  const home = newHome();
  await install(home);
  await install(home, { version: "1.1.0" });
  await remove(home);
  await change(home, "1.0.0", "quarantined");
  return home;
}

describe("T31: a quarantine is not evaded by the own row of a version that comes back", () => {
  it("by installing it", async () => {
    const home = await fixRemoved();
    const { status, look } = await install(home, { version: "1.1.0" });
    expect(look.status).toEqual({ status: "quarantined", known: false, inheritedFrom: "1.0.0" });
    expect(status).toBe("quarantined");
    expect(await rowOf(home, "1.1.0")).toMatchObject({ status: "quarantined", reason: "inherited_from: 1.0.0" });
    expect(auditKinds(home).at(-1)).toBe("skill.quarantined");
  });

  it("by removing the quarantined one and installing a newer: the one removed last counts, not the highest ever", async () => {
    const home = await fixRemoved();
    await remove(home, "1.0.0");
    expect((await install(home, { version: "2.0.0" })).status).toBe("quarantined");
    expect((await rowOf(home, "2.0.0"))?.reason).toBe("inherited_from: 1.0.0");
  });

  it("by deleting the journal, so that nothing is known of the one that is replaced (T26)", async () => {
    const home = newHome();
    await install(home);
    await change(home, "1.0.0", "quarantined");
    for (const end of ["", "-wal", "-shm"]) rmSync(`${home.places.journal}${end}`, { force: true });
    await expect(install(home, { version: "1.1.0" })).rejects.toHaveCode("JournalChainBroken");
    // And with it what the vault has kept of it.
    rmSync(join(home.places.journal, "../vault"), { recursive: true });
    const { status, look } = await install(home, { version: "1.1.0" });
    expect(look.status).toEqual({ status: "disabled", known: false, inheritedFrom: "1.0.0" });
    expect(status).toBe("disabled");
  });

  it("by an index in the journal's file that hides what stopped it (T26)", async () => {
    const home = newHome();
    await install(home);
    await change(home, "1.0.0", "quarantined");
    const database = openDatabase(home.places.journal);
    database.exec("UPDATE skill_status SET status = 'active'; PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    await hideFromIndex(home.places.journal, "seq < 1");
    const { status, look } = await install(home, { version: "1.1.0" });
    expect(look.status).toEqual({ status: "quarantined", known: false, inheritedFrom: "1.0.0" });
    expect(await rowOf(home, "1.1.0")).toMatchObject({ status: "quarantined", reason: "inherited_from: 1.0.0" });
    expect(status).toBe("quarantined");
  });

  it("by editing the index, so that it names another version as the current one", async () => {
    const home = newHome();
    await install(home);
    await change(home, "1.0.0", "quarantined");
    const file = join(home.places.skillsRoot, "installed-index.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"version": "1.0.0"', '"version": "1.0.1"'));
    // What was consented to is what the journal keeps.
    const wider = { version: "1.1.0", tools: ["acme.echo.say", "acme.echo.pay"] };
    await expect(install(home, wider)).rejects.toHaveCode("WideningRefused");
    const { status, look } = await install(home, { version: "1.1.0" });
    expect(look.status).toEqual({ status: "quarantined", known: false, inheritedFrom: "1.0.0" });
    expect(status).toBe("quarantined");
  });

  it("by installing it into another folder beside the same journal", async () => {
    const home = await fixRemoved();
    const other = { ...home, places: { ...home.places, skillsRoot: homeIn(temporaryFolder()).places.skillsRoot } };
    expect((await install(other, { version: "1.1.0" })).status).toBe("quarantined");
  });

  it.each(["quarantined", "disabled"] as const)("by using it while the current one is %s", async (status) => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await use(home, "1.0.0", true);
    await change(home, "1.0.0", status);
    expect(await use(home, "1.1.0")).toMatchObject({ changed: true, status, inherited: true });
    expect((await stateOf(home)).statuses).toEqual([status, status]);
    expect(auditKinds(home).slice(-2)).toEqual(["skill.used", `skill.${status}`]);
    await change(home, "1.1.0", "active");
    expect(await use(home, "1.0.0", true)).toMatchObject({ status, inherited: false });
    expect(await use(home, "1.1.0")).toMatchObject({ status: "active", inherited: false });
  });

  it("by removing the quarantined one above one that had a row of its own", async () => {
    const home = newHome();
    await install(home);
    await change(home, "1.0.0", "active");
    await install(home, { version: "1.1.0" });
    await change(home, "1.1.0", "quarantined");
    expect((await remove(home)).next).toEqual({ version: "1.0.0", status: "quarantined", inherited: true });
  });

  it("nor does one that is less restrictive lift its own", async () => {
    const home = newHome();
    await install(home);
    await change(home, "1.0.0", "quarantined");
    await install(home, { version: "1.1.0" });
    await change(home, "1.1.0", "disabled");
    expect((await remove(home)).next).toEqual({ version: "1.0.0", status: "quarantined", inherited: false });
  });
});

describe("T31: only a person frees it", () => {
  it("who enabled the version after the other was quarantined", async () => {
    const home = await fixRemoved();
    await change(home, "1.1.0", "active");
    expect((await install(home, { version: "1.1.0" })).look.status).toEqual({ status: "active", known: true });
    expect((await rowOf(home, "1.1.0"))?.status).toBe("active");
  });

  it("not who enabled it before", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await change(home, "1.1.0", "active");
    await remove(home);
    await change(home, "1.0.0", "quarantined");
    expect((await install(home, { version: "1.1.0" })).status).toBe("quarantined");
  });

  it("before or after, by the times of a row that another program wrote without an event", async () => {
    for (const [offset, status] of [
      [-1, "active"],
      [1, "quarantined"],
    ] as const) {
      const home = newHome();
      await install(home);
      await install(home, { version: "1.1.0" });
      await remove(home);
      const { detected_at_ms } = await change(home, "1.1.0", "active");
      const database = openDatabase(home.places.journal);
      database.run("UPDATE skill_status SET status = 'quarantined', updated_at_unix_ms = ?1 WHERE version = '1.0.0'", [
        detected_at_ms + offset,
      ]);
      database.close();
      expect((await install(home, { version: "1.1.0" })).status).toBe(status);
    }
  });
});

describe("T27: an older version whose tool is another publisher's by now", () => {
  const rival = async (home: Home, publisher: string, tool: string) =>
    install(
      home,
      { publisher, key: 2, tools: [tool] },
      { trusted: [{ publisher, key: await publicKeyOf(2) }], allowUntrusted: false },
    );
  /** 1.0.0 offers `acme.x.pay`, 1.1.0 does not; meanwhile `acme_x` offers `acme_x.pay`, one name with it for a model. */
  async function taken(): Promise<Home> {
    const home = newHome();
    await install(home, { tools: ["acme.x.pay"] });
    await install(home, { version: "1.1.0" }, { acceptWidening: true });
    await rival(home, "acme_x", "acme_x.pay");
    return home;
  }

  it("is disabled when a removal makes it current, and that is said", async () => {
    const home = await taken();
    const reason = "tool_id_conflict: acme.x.pay (acme_x.echo)";
    expect((await remove(home)).next).toEqual({ version: "1.0.0", status: "disabled", inherited: false, reason });
    expect(await rowOf(home, "1.0.0")).toMatchObject({ status: "disabled", reason, operator_principal: "user:test" });
    expect(auditKinds(home).slice(-2)).toEqual(["skill.removed", "skill.disabled"]);
    const database = openDatabase(home.places.journal);
    database.exec("UPDATE skill_status SET status = 'active'");
    database.close();
    expect((await rowOf(home, "1.0.0"))?.status).toBe("disabled");
  });

  it("is not, where the other is not active, or where it takes a stricter status over anyway", async () => {
    const stopped = await taken();
    await change(stopped, "1.0.0", "disabled", "acme_x.echo");
    expect((await remove(stopped)).next).toEqual({ version: "1.0.0", status: "active", inherited: false });
    const quarantined = await taken();
    await change(quarantined, "1.1.0", "quarantined");
    expect((await remove(quarantined)).next).toEqual({ version: "1.0.0", status: "quarantined", inherited: true });
  });

  it("is refused by use, unless it takes a stricter status over", async () => {
    const home = await taken();
    await expect(use(home, "1.0.0", true)).rejects.toHaveCode("ToolIdConflict");
    await change(home, "1.1.0", "quarantined");
    expect(await use(home, "1.0.0", true)).toMatchObject({ status: "quarantined", inherited: true });
  });
});
