import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { readIndex, skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, changeTrust, type Home, removeSkill } from "../../src/lifecycle/index.ts";
import { install, newCall, newHome, publicKeyOf, stateOf } from "./support.ts";

const sql = (home: Home, ...statements: string[]): void => {
  const database = openDatabase(home.places.journal);
  try {
    for (const each of statements) database.exec(each);
  } finally {
    database.close();
  }
};
const set = (home: Home, status: "active" | "quarantined" | "disabled", call = newCall()) =>
  changeStatus(home, { skillId: "acme.echo", status, reason: "odd" }, call);
/** Of what is installed, asked for all at once and one by one. */
const statuses = async (home: Home) => {
  const { entries } = await readIndex(home.places.skillsRoot);
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    const all = await journal?.statuses();
    const one = await Promise.all(entries.map(async (each) => (await journal?.status(each.skill_id, each.version))?.status));
    expect(entries.map((each) => all?.(each.skill_id, each.version).status)).toEqual(one);
    return one;
  } finally {
    await journal?.close();
  }
};
const verify = async (home: Home) => {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await journal?.verifyChain();
  } finally {
    await journal?.close();
  }
};
/** The number of the last event, as a double has it. */
const headOf = (home: Home): number => {
  const database = openDatabase(home.places.journal);
  let seq = 0;
  database.select(["max(seq)"], "FROM skill_events", [], ([found]) => {
    seq = Number(found);
  });
  database.close();
  return seq;
};
const NO_TRIGGER = "DROP TRIGGER skill_events_no_update";
const last = "seq = (SELECT max(seq) FROM skill_events)";
const event = (seq: string, prev: string, hash: string): string =>
  `INSERT INTO skill_events VALUES (${seq}, 'forged', 'x', 1, 'p', 'd', NULL, '{}', ${prev}, ${hash})`;

describe("T18, T26: a file that does not keep what is written to it", () => {
  const DROPPED = "CREATE TRIGGER odd BEFORE INSERT ON skill_events BEGIN SELECT RAISE(IGNORE); END";
  const SET_BACK =
    "CREATE TRIGGER back AFTER UPDATE ON skill_status BEGIN UPDATE skill_status SET status = 'active' WHERE status <> 'active'; END";
  const TAKEN_BACK = "CREATE TRIGGER odd AFTER INSERT ON skill_outbox BEGIN DELETE FROM skill_events WHERE seq = NEW.seq; END";
  it.each([
    ["drops the event and sets the row back", [DROPPED, SET_BACK]],
    ["drops the event", [DROPPED]],
    ["sets the row back", [SET_BACK]],
    ["deletes the event", ["DROP TRIGGER skill_events_no_delete", TAKEN_BACK]],
  ])("that %s is told, and nothing passes for a quarantine", async (_, statements) => {
    const home = newHome();
    await install(home);
    const before = headOf(home);
    sql(home, ...statements);
    await expect(set(home, "quarantined")).rejects.toMatchObject({
      code: "JournalUnavailable",
      details: { problem: expect.stringContaining("does not keep") },
    });
    expect(headOf(home)).toBe(before);
  });

  it("is found by verifying, by whatever hangs on its events that is not ours", async () => {
    for (const statements of [
      [DROPPED],
      ["DROP TRIGGER skill_events_no_update", DROPPED.replace(" odd ", " skill_events_no_update ")],
    ]) {
      const home = newHome();
      await install(home);
      sql(home, ...statements);
      await expect(verify(home)).rejects.toMatchObject({
        code: "JournalChainBroken",
        details: { problem: expect.stringContaining("trigger") },
      });
    }
  });
});

describe("T26: a chain that was damaged", () => {
  const damages: readonly (readonly [string, readonly string[]])[] = [
    ["a hash that is no hash", [NO_TRIGGER, `UPDATE skill_events SET hash = 'x' WHERE ${last}`]],
    ["a hash that is a blob", [NO_TRIGGER, `UPDATE skill_events SET hash = x'00' WHERE ${last}`]],
    ["a number beyond all numbers", [event("9223372036854775807", "'x'", "'x'")]],
    ["a last number", [event("9007199254740991", "'x'", `'${"a".repeat(64)}'`)]],
    [
      "a head that is followed already",
      [event("(SELECT max(seq) + 1 FROM skill_events)", "'x'", "(SELECT prev_hash FROM skill_events WHERE seq = 2)")],
    ],
  ];

  it.each(damages)("stops nobody from stopping a skill, and frees none: %s", async (_name, statements) => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    sql(home, ...statements);
    expect(await statuses(home)).toEqual(["active", "active"]);
    const call = newCall();
    expect(await set(home, "quarantined", call)).toMatchObject({ version: "1.1.0", status: "quarantined", reason: "odd" });
    expect(call.warnings).toEqual([expect.stringContaining("journal verify")]);
    expect(await statuses(home)).toEqual(["active", "quarantined"]);
    const before = await stateOf(home);
    const place = { code: "JournalChainBroken", details: { seq: headOf(home) } };
    await expect(set(home, "active")).rejects.toMatchObject(place);
    await expect(install(home, { version: "1.2.0" })).rejects.toHaveCode("JournalChainBroken");
    await expect(removeSkill(home, { skillId: "acme.echo" }, newCall())).rejects.toHaveCode("JournalChainBroken");
    const trust = { do: "add", publisher: "globex", key: await publicKeyOf(2) } as const;
    await expect(changeTrust(home, trust, newCall())).rejects.toHaveCode("JournalChainBroken");
    expect(await stateOf(home)).toEqual(before);
    await expect(verify(home)).rejects.toHaveCode("JournalChainBroken");
  });

  it.each(["not json", "[", "7", ""])("frees nothing by a status event that became %j", async (payload) => {
    const home = newHome();
    await install(home);
    await set(home, "quarantined");
    sql(
      home,
      NO_TRIGGER,
      `UPDATE skill_events SET payload_json = '${payload}' WHERE ${last}`,
      "UPDATE skill_status SET status = 'active'",
    );
    expect(await statuses(home)).toEqual(["unknown"]);
    // Whose status it was is lost: it may have been any skill's, until somebody says otherwise of it.
    await install(home, { id: "acme.other" });
    expect(await statuses(home)).toEqual(["unknown", "unknown"]);
    await changeStatus(home, { skillId: "acme.other", status: "active" }, newCall());
    expect(await statuses(home)).toEqual(["unknown", "active"]);
    await set(home, "disabled");
    expect(await statuses(home)).toEqual(["disabled", "active"]);
    await changeStatus(home, { skillId: "acme.other", status: "active" }, newCall());
    sql(home, `UPDATE skill_events SET payload_json = '${payload}' WHERE ${last}`);
    expect(await statuses(home)).toEqual(["disabled", "unknown"]);
    await expect(verify(home)).rejects.toHaveCode("JournalChainBroken");
  });
});

describe("T8: what was installed once, by an event that was damaged", () => {
  it.each(["not json", "7", '{"skill_id":"acme.echo"}'])("%j: no lower version passes for the highest", async (payload) => {
    const home = newHome();
    await install(home, { version: "2.0.0" });
    await removeSkill(home, { skillId: "acme.echo" }, newCall());
    sql(home, NO_TRIGGER, `UPDATE skill_events SET payload_json = '${payload}' WHERE kind = 'skill.installed'`);
    await expect(install(home, { version: "1.0.0" })).rejects.toHaveCode("JournalChainBroken");
  });
});

describe("an earlier command's plan that cannot be finished", () => {
  it("stops nobody from stopping a skill, and is left as it is", async () => {
    const home = newHome();
    await install(home);
    const { pending } = skillsFolder(home.places.skillsRoot);
    writeFileSync(pending, "none of ours");
    const call = newCall();
    await set(home, "quarantined", call);
    expect(call.warnings.length).toBeGreaterThan(0);
    expect(await statuses(home)).toEqual(["quarantined"]);
    await expect(set(home, "active")).rejects.toHaveCode("IndexInvalid");
    expect(await statuses(home)).toEqual(["quarantined"]);
    expect(readFileSync(pending, "utf8")).toBe("none of ours");
  });
});
