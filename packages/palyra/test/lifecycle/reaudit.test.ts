import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { DEFAULT_POLICY } from "palyra-skills/audit";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { type InstalledEntry, readIndex, skillsFolder } from "../../src/installed/index.ts";
import {
  changeStatus,
  changeTrust,
  decideTrustChange,
  type Home,
  type ReauditRequest,
  reauditSkills,
  removeSkill,
  trustPlace,
  useVersion,
} from "../../src/lifecycle/index.ts";
import { CurrentIndex } from "../../src/lifecycle/reaudit/current-index.ts";
import { stopSkill } from "../../src/lifecycle/reaudit/stop.ts";
import { readTrust } from "../../src/trust/index.ts";
import { install, newCall, newHome, reauditRequest, sha256 } from "./support.ts";

const pass = (home: Home, more: Partial<ReauditRequest> = {}) =>
  reauditSkills(home, reauditRequest(more), newCall("system:daemon"));
const versionFolder = (home: Home, id = "acme.echo") => skillsFolder(home.places.skillsRoot).version(id, "1.0.0");

async function statusOf(home: Home, id = "acme.echo") {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await journal?.status(id, "1.0.0");
  } finally {
    await journal?.close();
  }
}

describe("a pass over what is as it was installed", () => {
  it("stops nothing", async () => {
    const home = newHome();
    await install(home);
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0, already_stopped: 0, failed: [] });
    expect(await statusOf(home)).toMatchObject({ status: "active" });
  });
});

describe.skipIf(process.platform === "win32")("T25: what a stranger laid in the folder", () => {
  it("is not written through", async () => {
    const home = newHome();
    await install(home);
    const { examining, root } = skillsFolder(home.places.skillsRoot);
    const victim = join(dirname(root), "victim");
    writeFileSync(victim, "precious");
    symlinkSync(victim, `${examining}.tmp`);
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
    expect(readFileSync(victim, "utf8")).toBe("precious");
    expect(existsSync(`${examining}.tmp`)).toBe(false);
  });

  it("is neither waited for nor read without an end", async () => {
    const home = newHome();
    await install(home);
    const { examining, index } = skillsFolder(home.places.skillsRoot);
    execFileSync("mkfifo", [examining]);
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
    symlinkSync("/dev/zero", examining);
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
    rmSync(index);
    execFileSync("mkfifo", [index]);
    await expect(pass(home)).rejects.toHaveCode("Io");
  });
});

describe("T12: what is not as it was installed is quarantined", () => {
  const changes: readonly { name: string; change: (folder: string) => void; reason: RegExp | string }[] = [
    {
      name: "the cached artifact",
      change: (folder) => appendFileSync(join(folder, "artifact.palyra-skill"), "x"),
      reason: /^periodic_reaudit_failed: artifact_digest_mismatch/,
    },
    {
      name: "no artifact",
      change: (folder) => rmSync(join(folder, "artifact.palyra-skill")),
      reason: "periodic_reaudit_missing_artifact",
    },
    { name: "no folder", change: (folder) => rmSync(folder, { recursive: true }), reason: "periodic_reaudit_missing_artifact" },
    {
      name: "an extracted file",
      change: (folder) => appendFileSync(join(folder, "modules/module.wasm"), "x"),
      reason: "periodic_reaudit_failed: extracted_file_changed (modules/module.wasm)",
    },
    {
      name: "a missing file",
      change: (folder) => rmSync(join(folder, "skill.toml")),
      reason: "periodic_reaudit_failed: extracted_file_missing (skill.toml)",
    },
    {
      name: "a file too many",
      change: (folder) => {
        mkdirSync(join(folder, "assets"));
        writeFileSync(join(folder, "assets/new\nline"), "");
      },
      reason: "periodic_reaudit_failed: extracted_file_extra (assets/new\\u{a}line)",
    },
    {
      name: "a link to the same bytes",
      change: (folder) => {
        writeFileSync(join(folder, "..", "copy"), "");
        rmSync(join(folder, "skill.toml"));
        symlinkSync(join(folder, "..", "copy"), join(folder, "skill.toml"));
      },
      reason: "periodic_reaudit_failed: extracted_file_replaced (skill.toml)",
    },
    {
      name: "a folder elsewhere, by a link in its place",
      change: (folder) => {
        renameSync(folder, `${folder}.moved`);
        symlinkSync(`${folder}.moved`, folder);
      },
      reason: "periodic_reaudit_failed: artifact_digest_mismatch (a link, and no file)",
    },
    {
      name: "a link in the place of the skill's folder",
      change: (folder) => {
        const skill = dirname(folder);
        renameSync(skill, `${skill}.moved`);
        symlinkSync(`${skill}.moved`, skill);
      },
      reason: "periodic_reaudit_failed: artifact_digest_mismatch (a link, and no file)",
    },
  ];
  it.each(changes)("$name", async ({ change, reason }) => {
    const home = newHome();
    await install(home);
    await install(home, { id: "acme.other" });
    change(versionFolder(home));
    expect(await pass(home)).toMatchObject({ checked: 2, quarantined: 1, failed: [{ skill_id: "acme.echo", version: "1.0.0" }] });
    const row = (await statusOf(home))?.row;
    expect(row).toMatchObject({ status: "quarantined", operator_principal: "system:daemon" });
    expect(row?.reason).toMatch(reason);
    expect(await statusOf(home, "acme.other")).toMatchObject({ status: "active" });
    // Not written again, and no way back but a person's.
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0, already_stopped: 1 });
    await changeStatus(home, { skillId: "acme.echo", status: "active" }, newCall());
    expect(await pass(home)).toMatchObject({ checked: 2, quarantined: 1 });
  });
});

describe("a pass", () => {
  it("never frees: what passes again stays quarantined until a person enables it", async () => {
    const home = newHome();
    await install(home);
    const file = join(versionFolder(home), "skill.toml");
    const honest = readFileSync(file);
    writeFileSync(file, "");
    await pass(home);
    writeFileSync(file, honest);
    expect(await pass(home)).toMatchObject({ checked: 0, already_stopped: 1 });
    expect(await statusOf(home)).toMatchObject({ status: "quarantined" });
  });

  it("quarantines a disabled skill that fails, which is more restrictive, and leaves one that passes", async () => {
    const home = newHome();
    await install(home);
    await changeStatus(home, { skillId: "acme.echo", status: "disabled", reason: "not now" }, newCall());
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
    expect(await statusOf(home)).toMatchObject({ status: "disabled", row: { reason: "not now" } });
    rmSync(join(versionFolder(home), "skill.toml"));
    await pass(home);
    expect(await statusOf(home)).toMatchObject({ status: "quarantined" });
  });

  it("writes nothing where nothing is installed", async () => {
    const home = newHome();
    expect(await pass(home)).toMatchObject({ checked: 0 });
    expect(existsSync(home.places.stateRoot)).toBe(false);
    expect(existsSync(home.places.journal)).toBe(false);
  });

  it("does not stop what is removed and installed anew while it looks", async () => {
    const home = newHome();
    await install(home, { id: "acme.steady" });
    let going = true;
    const changing = (async () => {
      for (let round = 0; round < 6; round += 1) {
        await install(home, { id: "acme.flux" });
        await removeSkill(home, { skillId: "acme.flux" }, newCall());
      }
      going = false;
    })();
    const found: string[] = [];
    while (going) found.push(...(await pass(home)).failed.map(({ reason }) => reason));
    await changing;
    expect(found).toEqual([]);
  });

  it("stops no record but the one that was looked at", async () => {
    const home = newHome();
    await install(home);
    const [entry] = (await readIndex(home.places.skillsRoot)).entries;
    const other = { ...entry, installed_at_unix_ms: 1 };
    const journal = await home.openJournal(home.places.journal, {
      create: true,
      auditFile: join(home.places.skillsRoot, "audit"),
    });
    try {
      const index = new CurrentIndex(home.places.skillsRoot);
      const stop = (record: InstalledEntry) =>
        stopSkill(journal, index, { entry: record, findings: [{ code: "x" }] }, home.newUlid(1), newCall());
      if (entry === undefined) throw new Error("nothing is installed");
      expect(await stop({ ...entry, ...other })).toEqual({ kind: "changed" });
      expect(await stop({ ...entry, artifact_sha256: "0".repeat(64) })).toEqual({ kind: "changed" });
      expect(await stop(entry)).toMatchObject({ kind: "stopped" });
      expect(await stop(entry)).toEqual({ kind: "already" });
    } finally {
      await journal.close();
    }
  });
});

describe("T6: whom we trust is read, and never written", () => {
  it("a key that is removed while a pass goes on stays removed, and what it signed is stopped", async () => {
    const home = newHome();
    for (const name of ["a", "b", "c"]) await install(home, { id: `acme.${name}` });
    const passing = pass(home);
    await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall());
    await passing;
    expect((await readTrust(trustPlace(home))).store.pinned.size).toBe(0);
    const before = readFileSync(home.places.trustStore);
    await pass(home);
    // Without trust on first use: nobody is pinned again.
    expect(await statusOf(home, "acme.a")).toMatchObject({
      status: "quarantined",
      row: { reason: "periodic_reaudit_failed: UntrustedPublisher" },
    });
    expect(readFileSync(home.places.trustStore)).toEqual(before);
  });
});

describe("T19: one bad skill stops no other", () => {
  it("not a folder, a pipe or bytes that no reader takes in the place of an artifact", async () => {
    const home = newHome();
    for (const name of ["a", "b", "c", "d"]) await install(home, { id: `acme.${name}` });
    const artifact = (name: string) => join(versionFolder(home, `acme.${name}`), "artifact.palyra-skill");
    for (const name of ["a", "b", "c"]) rmSync(artifact(name));
    mkdirSync(artifact("a"));
    if (process.platform === "win32") writeFileSync(artifact("b"), "");
    else execFileSync("mkfifo", [artifact("b")]);
    writeFileSync(artifact("c"), "PK\x03\x04 no archive");
    edit(home, (text) => text.replace(digestOf(home, "acme.c"), sha256(readFileSync(artifact("c")))));
    expect(await pass(home)).toMatchObject({ checked: 4, quarantined: 3 });
    expect(await statusOf(home, "acme.c")).toMatchObject({ row: { reason: "periodic_reaudit_failed: Zip" } });
    expect(await statusOf(home, "acme.d")).toMatchObject({ status: "active" });
  });

  it("a record of the index that lies stops the pass with IndexInvalid, after all others had their turn, and quarantines nobody for it", async () => {
    for (const [field, lie] of [
      ["artifact_sha256", "0".repeat(64)],
      ["payload_sha256", "0".repeat(64)],
      ["publisher", "globex"],
    ] as const) {
      const home = newHome();
      await install(home, { id: "acme.honest" });
      await install(home, { id: "acme.zdamaged" });
      appendFileSync(join(versionFolder(home, "acme.zdamaged"), "skill.toml"), "#");
      edit(home, (text) => text.replace(new RegExp(`("skill_id": "acme.honest"[^}]*?"${field}": ")[^"]*`), `$1${lie}`));
      await expect(pass(home), field).rejects.toHaveCode("IndexInvalid");
      expect(await statusOf(home, "acme.honest"), field).toMatchObject({ status: "active" });
      expect(await statusOf(home, "acme.zdamaged"), field).toMatchObject({ status: "quarantined" });
    }
  });
});

function edit(home: Home, change: (text: string) => string): void {
  const file = skillsFolder(home.places.skillsRoot).index;
  const text = readFileSync(file, "utf8");
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text));
}

function digestOf(home: Home, id: string): string {
  const text = readFileSync(skillsFolder(home.places.skillsRoot).index, "utf8");
  return new RegExp(`"skill_id": "${id}"[^}]*?"artifact_sha256": "([^"]*)"`).exec(text)?.[1] ?? "";
}

describe("T31: a quarantine of the re-audit is not evaded", () => {
  it("by an update, nor by a removal and another install", async () => {
    const home = newHome();
    await install(home);
    appendFileSync(join(versionFolder(home), "skill.toml"), "#");
    await pass(home);
    expect((await install(home, { version: "1.1.0" })).status).toBe("quarantined");
    await removeSkill(home, { skillId: "acme.echo" }, newCall());
    expect((await install(home, { version: "1.1.0" })).status).toBe("quarantined");
    expect(await pass(home)).toMatchObject({ checked: 0, already_stopped: 1 });
  });
});

describe("T26, T31: a pass holds index and folders against the journal's chain, and that against the vault", () => {
  const inJournal = (home: Home, sql: string): void => {
    const database = openDatabase(home.places.journal);
    database.exec(sql);
    database.close();
  };
  const reasonOf = async (home: Home) => (await statusOf(home))?.row?.reason;

  it("what was removed and put back is quarantined, kept verdict or not; a person may admit it", async () => {
    const home = newHome();
    await install(home);
    await pass(home);
    const { index, root, verdicts } = skillsFolder(home.places.skillsRoot);
    const kept = join(dirname(root), "kept");
    cpSync(root, kept, { recursive: true });
    await removeSkill(home, { skillId: "acme.echo" }, newCall());
    for (const each of [index, verdicts, versionFolder(home)])
      cpSync(join(kept, relative(root, each)), each, { recursive: true });
    expect(await pass(home)).toMatchObject({ unchanged: 1, quarantined: 1 });
    expect(await reasonOf(home)).toBe(
      "periodic_reaudit_failed: not_as_journaled (by the journal it was removed, and not installed again)",
    );
    await changeStatus(home, { skillId: "acme.echo", status: "active" }, newCall());
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
  });

  it("another artifact in the place of the one that was installed is, however well signed", async () => {
    const home = newHome();
    await install(home);
    const other = newHome();
    await install(other, { extra: "# built anew" });
    const [from, to] = [other, home].map(({ places }) => skillsFolder(places.skillsRoot));
    if (from === undefined || to === undefined) throw new Error("no folders");
    for (const each of ["index", "root"] as const) cpSync(from[each], to[each], { recursive: true });
    expect(await pass(home)).toMatchObject({ quarantined: 1 });
    expect(await reasonOf(home)).toContain("another artifact was installed as this version");
  });

  it("T31: an edited index does not have another version stopped than the one that is current", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    const { index: file } = skillsFolder(home.places.skillsRoot);
    const index: { entries: { version: string; current: boolean }[] } = JSON.parse(readFileSync(file, "utf8"));
    for (const entry of index.entries) entry.current = entry.version === "1.0.0";
    writeFileSync(file, JSON.stringify(index));
    const request = { skillId: "acme.echo", status: "quarantined" } as const;
    expect(await changeStatus(home, request, newCall())).toMatchObject({ version: "1.1.0", status: "quarantined" });
    expect(await statusOf(home)).toMatchObject({ status: "active" });
    // Nor does a journal that is none keep anybody from stopping what the index names.
    writeFileSync(home.places.journal, "no journal");
    await expect(changeStatus(home, request, newCall())).rejects.toHaveCode("JournalUnavailable");
  });

  it("T8: an index that leads back to another version is IndexInvalid, and stops nobody", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    edit(home, (text) =>
      text
        .replaceAll('"current": true', '"current": #')
        .replaceAll('"current": false', '"current": true')
        .replaceAll("#", "false"),
    );
    await expect(pass(home)).rejects.toMatchObject({
      code: "IndexInvalid",
      details: { faults: [{ path: "acme.echo@1.0.0.current", allowed: "1.1.0" }] },
    });
    expect(await statusOf(home)).toMatchObject({ status: "active" });
    await useVersion(home, { skillId: "acme.echo", version: "1.1.0", allowDowngrade: false }, newCall());
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0 });
  });

  it.each([
    ["cut", "DROP TRIGGER skill_events_no_delete; DELETE FROM skill_events WHERE seq = (SELECT max(seq) FROM skill_events)"],
    ["edited in place", "DROP TRIGGER skill_events_no_update; UPDATE skill_events SET principal = 'user:x' WHERE seq = 1"],
  ])("a journal that was %s ends the pass, which stops what is bad before that", async (_name, sql) => {
    const home = newHome();
    await install(home);
    await install(home, { id: "acme.good" });
    expect(await pass(home)).toMatchObject({ checked: 2 });
    inJournal(home, sql);
    appendFileSync(join(versionFolder(home), "skill.toml"), "#");
    await expect(pass(home)).rejects.toHaveCode("JournalChainBroken");
    expect(await statusOf(home)).toMatchObject({ status: "quarantined" });
    expect(await statusOf(home, "acme.good")).toMatchObject({ status: "active" });
    await expect(pass(home)).rejects.toHaveCode("JournalChainBroken");
  });

  it("one that is gone does too", async () => {
    const home = newHome();
    await install(home);
    rmSync(home.places.journal);
    await expect(pass(home)).rejects.toHaveCode("JournalChainBroken");
  });
});

describe("T22: a policy that was tightened", () => {
  it("stops what reaches for a system key and had been let in", async () => {
    const home = newHome();
    const extra = '[[capabilities.secrets]]\nscope = "global"\nkey_names = ["skills.signing"]';
    const lax = { ...DEFAULT_POLICY, checks: { secret_scope_foreign: "off", secret_scope_unusable: "off" } } as const;
    await install(home, { extra }, { policy: lax });
    expect(await pass(home, { policy: lax })).toMatchObject({ quarantined: 0 });
    expect(await pass(home)).toMatchObject({ quarantined: 1 });
    expect((await statusOf(home))?.row?.reason).toMatch(/^periodic_reaudit_failed: secret_scope_foreign /);
  });
});

describe("T42: a revoked payload", () => {
  it("is stopped by the next pass, whatever verdict was kept of it", async () => {
    const home = newHome();
    await install(home);
    await pass(home);
    expect(await pass(home)).toMatchObject({ unchanged: 1 });
    const payload_sha256 = (await readIndex(home.places.skillsRoot)).entries[0]?.payload_sha256 ?? "";
    const change = { do: "revoke_payload", payload_sha256, reason: "bad", at_ms: 5 } as const;
    await decideTrustChange(home, change.do, () => change, newCall());
    expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 1 });
    expect(await statusOf(home)).toMatchObject({ row: { reason: "periodic_reaudit_failed: RevokedPayload" } });
  });
});
