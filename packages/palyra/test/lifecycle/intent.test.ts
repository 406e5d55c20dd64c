import { createHmac } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PalyraError } from "../../src/errors.ts";
import { type SkillsFolder, skillsFolder } from "../../src/installed/index.ts";
import {
  changeStatus,
  changeTrust,
  exclusively,
  type Home,
  type Places,
  recoverForReading,
  trustPlace,
} from "../../src/lifecycle/index.ts";
import { writeIntent } from "../../src/lifecycle/intent.ts";
import { writePlan } from "../../src/lifecycle/pending.ts";
import type { Plan, Step } from "../../src/lifecycle/plan.ts";
import { readTrust } from "../../src/trust/index.ts";
import { install, newCall, newHome, publicKeyOf, stateOf, temporaryFolder } from "./support.ts";

const ULID = "01ARZ3NDEKTSV4RRFFQ69G5FA";

/** What the attacker would have done: his key trusted, an event of his in the journal, its line in `audit.ndjson`. */
async function evilPlan(places: Places, more: readonly Step[] = []): Promise<Plan> {
  const { trustStore: trust_store, journal } = places;
  const event = {
    event_ulid: `${ULID}1`,
    kind: "skill.trust_changed",
    timestamp_unix_ms: 1,
    principal: "user:evil",
    device_id: "d",
    channel: null,
    payload: {},
  };
  return {
    ulid: `${ULID}0`,
    kind: "trust",
    steps: [
      { do: "change_trust", trust_store, edits: [{ do: "add", publisher: "acme", key: await publicKeyOf(9) }] },
      ...more,
      { do: "record", journal, statuses: [], events: [event] },
      { do: "project", journal },
    ],
  };
}

const folderOf = (home: Home): SkillsFolder => skillsFolder(home.places.skillsRoot);

/** This home with another folder of skills. */
const withSkills = (home: Home, skillsRoot: string): Home => ({ ...home, places: { ...home.places, skillsRoot } });

async function trusts(home: Home): Promise<boolean> {
  return [...(await readTrust(trustPlace(home))).store.trusted.values()].flat().includes(await publicKeyOf(9));
}

/** A record that the home itself wrote, as a dead process leaves it. */
async function writeOwnRecord(home: Home, plan: Plan): Promise<void> {
  const { staging } = folderOf(home);
  mkdirSync(staging, { recursive: true });
  await writeIntent(home, folderOf(home), plan, join(staging, "intent"));
}

describe("T5, T11: an intent record that this home did not write", () => {
  it("is not obeyed in a folder that was named, neither by who reads nor by who writes", async () => {
    const home = newHome();
    await install(home);
    const evil = withSkills(home, join(temporaryFolder(), "skills"));
    mkdirSync(evil.places.skillsRoot);
    const bashrc = join(temporaryFolder(), ".bashrc");
    writeFileSync(bashrc, "export A=1\n");
    const { pending, audit } = folderOf(evil);
    symlinkSync(bashrc, audit);
    const before = await stateOf(home);
    const record = writePlan(await evilPlan(home.places));
    for (const text of [record, `${record.slice(0, -1)},"seal":"${"0".repeat(64)}"}\n`]) {
      writeFileSync(pending, text);
      const call = newCall();
      await recoverForReading(evil, call);
      expect(call.warnings).toEqual([expect.stringContaining(".pending.json")]);
      await expect(install(evil, { version: "2.0.0" })).rejects.toHaveCode("IndexInvalid");
      expect(readFileSync(pending, "utf8")).toBe(text);
    }
    expect(await stateOf(home)).toEqual(before);
    expect(await trusts(home)).toBe(false);
    expect(readFileSync(bashrc, "utf8")).toBe("export A=1\n");
  });

  it("is not obeyed in the home's own folder either, with a key or without", async () => {
    const home = newHome();
    mkdirSync(home.places.skillsRoot, { recursive: true, mode: 0o700 });
    writeFileSync(folderOf(home).pending, writePlan(await evilPlan(home.places)));
    await expect(recoverForReading(home, newCall())).rejects.toHaveCode("IndexInvalid");
    rmSync(folderOf(home).pending);
    await install(home);
    const plan = await evilPlan(home.places);
    const other = newHome();
    await install(other);
    await writeOwnRecord({ ...other, places: { ...home.places, stateRoot: other.places.stateRoot } }, plan);
    await expect(recoverForReading(home, newCall())).rejects.toHaveCode("IndexInvalid");
    expect(existsSync(folderOf(home).pending)).toBe(true);
    expect(await trusts(home)).toBe(false);
  });

  it("is refused once a byte of it is changed, or it lies in another folder, or behind a link", async () => {
    const home = newHome();
    await install(home);
    const { pending } = folderOf(home);
    const plan = await evilPlan(home.places);
    const refused = () => expect(recoverForReading(home, newCall())).rejects.toHaveCode("IndexInvalid");
    await writeOwnRecord(home, plan);
    const text = readFileSync(pending, "utf8");
    writeFileSync(pending, text.replace("acme", "evil"));
    await refused();
    for (const lay of [symlinkSync, linkSync]) {
      const copy = join(temporaryFolder(), "record");
      writeFileSync(copy, text);
      rmSync(pending);
      lay(copy, pending);
      await refused();
    }
    expect(await trusts(home)).toBe(false);
    const moved = withSkills(home, join(dirname(home.places.skillsRoot), "moved"));
    mkdirSync(moved.places.skillsRoot, { mode: 0o700 });
    renameSync(pending, folderOf(moved).pending);
    writeFileSync(folderOf(moved).pending, text);
    await expect(recoverForReading(moved, newCall())).rejects.toHaveCode("IndexInvalid");
    // Whole, in its place, it is the home's own.
    copyFileSync(folderOf(moved).pending, pending);
    await recoverForReading(home, newCall());
    expect(await trusts(home)).toBe(true);
  });

  it("names no other trust store and no other journal than the home's", async () => {
    const home = newHome();
    await install(home);
    await writeOwnRecord(home, await evilPlan(home.places));
    for (const place of ["trustStore", "journal"] as const) {
      const other = { ...home, places: { ...home.places, [place]: join(temporaryFolder(), "other") } };
      await expect(recoverForReading(other, newCall())).rejects.toHaveCode("IndexInvalid");
      expect(existsSync(other.places[place])).toBe(false);
    }
    expect(existsSync(folderOf(home).pending)).toBe(true);
  });

  it("cannot be made by a plan that says anything else", async () => {
    const home = newHome();
    await install(home);
    const whole = await evilPlan(home.places);
    const [trust, record, project] = whole.steps;
    if (trust?.do !== "change_trust" || record?.do !== "record" || project === undefined) throw new Error("other steps");
    const [event] = record.events;
    if (event === undefined) throw new Error("no event");
    const withRecord = (changed: Partial<typeof record>): readonly Step[] => [trust, { ...record, ...changed }, project];
    const status = { skill_id: "acme.echo", version: "1.0.0", operator_principal: "user:evil", at_ms: 1 };
    const quarantine = { do: "quarantine", ...status, reason: "odd" } as const;
    const misfits: readonly (readonly Step[])[] = [
      withRecord({ events: [{ ...event, kind: "$(touch PWNED)" }] }),
      withRecord({ journal: "elsewhere" }),
      [{ ...trust, trust_store: "elsewhere" }, record, project],
      // T7: whom we trust changes with its event in the journal, or not at all.
      [trust],
      [trust, project],
      [record, trust, project],
      [record, project],
      [...whole.steps, trust],
      withRecord({ events: [] }),
      withRecord({ events: [{ ...event, kind: "skill.enabled" }] }),
      withRecord({ statuses: [quarantine] }),
      withRecord({ on_conflict: { status: quarantine, event } }),
      [{ do: "discard_version", skill_id: "acme.echo", version: "1.0.0" }, ...whole.steps],
    ];
    for (const steps of misfits)
      await expect(writeOwnRecord(home, { ...whole, steps }), JSON.stringify(steps)).rejects.toHaveCode("IndexInvalid");
    await expect(writeOwnRecord(home, { ...whole, kind: "use" })).rejects.toHaveCode("IndexInvalid");
    expect(existsSync(folderOf(home).pending)).toBe(false);
    await writeOwnRecord(home, whole);
    expect(existsSync(folderOf(home).pending)).toBe(true);
  });

  it("is never left by a plan that could not be read again: the command fails, and nothing has changed", async () => {
    const home = newHome();
    await install(home);
    const before = await stateOf(home);
    const whole = await evilPlan(home.places);
    const [trust, record, project] = whole.steps;
    if (trust === undefined || record?.do !== "record" || project === undefined) throw new Error("other steps");
    // More values than one document may hold.
    const payload = { roots: Array.from({ length: 2 ** 20 + 1 }, () => "r") };
    const events = record.events.map((event) => ({ ...event, payload }));
    const plan: Plan = { ...whole, steps: [trust, { ...record, events }, project] };
    const call = newCall();
    await expect(exclusively(home, call, "test", (writer) => writer.commit(plan))).rejects.toHaveCode("IndexInvalid");
    expect(await stateOf(home)).toEqual(before);
    await install(home, { version: "1.1.0" });
  });
});

describe("T7, T25: whoever writes the state root, but not the vault", () => {
  const lay = (home: Home, text: string) => writeFileSync(folderOf(home).pending, text, { mode: 0o600 });
  const isRefused = (home: Home) => expect(install(home, { version: "9.0.0" })).rejects.toHaveCode("IndexInvalid");

  it("finds nothing there that a record could be made with", async () => {
    const home = newHome();
    await install(home);
    expect(existsSync(join(home.places.stateRoot, "run"))).toBe(false);
  });

  it("cannot seal one as an older release did, with the key that lies there", async () => {
    const home = newHome();
    await install(home);
    const before = await stateOf(home);
    mkdirSync(join(home.places.stateRoot, "run"), { mode: 0o700 });
    const key = "ab".repeat(32);
    writeFileSync(join(home.places.stateRoot, "run", "intent.key"), `${key}\n`, { mode: 0o600 });
    const text = writePlan(await evilPlan(home.places));
    const parts = ["palyra.skill.intent.v1", realpathSync(home.places.skillsRoot), text];
    const seal = createHmac("sha256", Buffer.from(key, "hex"));
    for (const part of parts) seal.update(`${Buffer.byteLength(part)}:${part}`);
    lay(home, `${text.slice(0, -1)},"seal":"${seal.digest("hex")}"}\n`);
    const error = await recoverForReading(home, newCall()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "IndexInvalid",
      details: { faults: [{ problem: expect.stringContaining("older release") }] },
    });
    await isRefused(home);
    expect(await stateOf(home)).toEqual(before);
    expect(await trusts(home)).toBe(false);
  });

  it("cannot lay one again that was finished: a key that was removed since stays removed", async () => {
    const home = newHome();
    await install(home);
    await writeOwnRecord(home, await evilPlan(home.places));
    const text = readFileSync(folderOf(home).pending, "utf8");
    await recoverForReading(home, newCall());
    expect(await trusts(home)).toBe(true);
    lay(home, text);
    await isRefused(home);
    rmSync(folderOf(home).pending);
    await changeTrust(home, { do: "remove", publisher: "acme" }, newCall());
    lay(home, text);
    await isRefused(home);
    expect(await trusts(home)).toBe(false);
  });

  it("cannot keep one back and lay it there later, nor one that was taken back", async () => {
    const home = newHome();
    await install(home);
    await writeOwnRecord(home, await evilPlan(home.places));
    const hidden = readFileSync(folderOf(home).pending, "utf8");
    rmSync(folderOf(home).pending);
    // Whoever writes next finds none, and none is expected from then on.
    await exclusively(home, newCall(), "test", async () => {});
    lay(home, hidden);
    await isRefused(home);
    rmSync(folderOf(home).pending);
    const plan = await evilPlan(home.places);
    let copied = "";
    const spied: Home = {
      ...home,
      records: {
        ...home.records,
        put: async (key, value) => {
          if (existsSync(folderOf(home).pending) && copied === "") {
            copied = readFileSync(folderOf(home).pending, "utf8");
            throw new PalyraError("VaultUnavailable", { folder: "vault", problem: "it fails once" });
          }
          return home.records.put(key, value);
        },
      },
    };
    await expect(exclusively(spied, newCall(), "test", (writer) => writer.commit(plan))).rejects.toHaveCode("VaultUnavailable");
    expect(copied).not.toBe("");
    lay(home, copied);
    await isRefused(home);
    expect(await trusts(home)).toBe(false);
  });

  it("keeps nobody from stopping a skill, be the record his or the vault shut; freeing one waits", async () => {
    const home = newHome();
    await install(home);
    const set = (status: "quarantined" | "active") => changeStatus(home, { skillId: "acme.echo", status }, newCall());
    lay(home, `${writePlan(await evilPlan(home.places))}\n`);
    expect(await set("quarantined")).toMatchObject({ status: "quarantined" });
    await expect(set("active")).rejects.toHaveCode("IndexInvalid");
    rmSync(folderOf(home).pending);
    expect(await set("active")).toMatchObject({ status: "active" });
    await writeOwnRecord(home, await evilPlan(home.places));
    const vault = join(dirname(home.places.journal), "vault");
    const key = join(vault, "palyra-skills.key");
    renameSync(key, `${key}.away`);
    await expect(recoverForReading(home, newCall())).rejects.toHaveCode("VaultUnavailable");
    await expect(set("active")).rejects.toHaveCode("VaultUnavailable");
    expect(await set("quarantined")).toMatchObject({ status: "quarantined" });
    if (process.platform !== "win32") {
      chmodSync(vault, 0o777);
      expect(await set("quarantined")).toMatchObject({ status: "quarantined" });
      chmodSync(vault, 0o700);
    }
    renameSync(`${key}.away`, key);
    await recoverForReading(home, newCall());
    expect(await trusts(home)).toBe(true);
    expect(await stateOf(home)).toMatchObject({ statuses: ["quarantined"] });
  });
});

describe.skipIf(process.platform === "win32")("T25: folders that others could change under us", () => {
  it.each(["skillsRoot", "trustStore", "journal"] as const)("are refused: %s", async (place) => {
    const root = temporaryFolder();
    const home = newHome();
    const folder = join(root, "folder");
    const at = place === "skillsRoot" ? folder : join(folder, "file");
    const odd: Home = { ...home, places: { ...home.places, [place]: at } };
    mkdirSync(folder, { mode: 0o755 });
    await install(odd);
    for (const mode of [0o775, 0o757]) {
      chmodSync(folder, mode);
      await expect(recoverForReading(odd, newCall())).rejects.toHaveCode("UnsafeStateRoot");
      await expect(install(odd, { version: "1.1.0" })).rejects.toHaveCode("UnsafeStateRoot");
      const stop = changeStatus(odd, { skillId: "acme.echo", status: "quarantined" }, newCall());
      await expect(stop).rejects.toHaveCode("UnsafeStateRoot");
    }
  });

  it("are made for their owner alone, whatever the umask, and so is all that lies in them", async () => {
    const before = process.umask(0);
    try {
      const root = temporaryFolder();
      const home = withSkills(newHome(), join(root, "far", "skills"));
      await install(home, { assets: [{ path: "deep/a.txt", bytes: new Uint8Array(3) }] });
      await changeTrust(home, { do: "add", publisher: "globex", key: await publicKeyOf(2) }, newCall());
      const { places } = home;
      const { version, artifact, metadata, skill, index, audit, lock, listCache } = folderOf(home);
      const inside = version("acme.echo", "1.0.0");
      const folders = [
        ...[join(root, "far"), places.skillsRoot, skill("acme.echo"), inside, join(inside, "assets", "deep")],
        dirname(places.trustStore),
      ];
      for (const folder of folders) expect(statSync(folder).mode & 0o777, folder).toBe(0o700);
      const files = [
        ...[artifact("acme.echo", "1.0.0"), metadata("acme.echo", "1.0.0"), join(inside, "assets", "deep", "a.txt")],
        ...[join(inside, "skill.toml"), index, audit, lock, listCache, places.trustStore, places.journal],
      ];
      for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });
});
