import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DEFAULT_POLICY } from "palyra-skills/audit";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { readIndex, readInstalled, skillsFolder } from "../../src/installed/index.ts";
import {
  changeStatus,
  changeTrust,
  type Home,
  installSkill,
  lookInstall,
  recordVerified,
  recoverForReading,
  removeSkill,
  trustPlace,
  useVersion,
} from "../../src/lifecycle/index.ts";
import { readTrusting } from "../../src/operations/shared/trusting.ts";
import { readTrust } from "../../src/trust/index.ts";
import {
  auditKinds,
  homeIn,
  install,
  installRequest,
  newCall,
  newHome,
  publicKeyOf,
  sha256,
  skillBytes,
  skillFile,
  temporaryFolder,
  treeOf,
} from "./support.ts";

const statusOf = async (home: Home, skillId: string, version: string) => {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await journal?.status(skillId, version);
  } finally {
    await journal?.close();
  }
};
/** What somebody with another program does to the journal. */
const rowsSql = (home: Home, sql: string): void => {
  const database = openDatabase(home.places.journal);
  database.exec(sql);
  database.close();
};
const namesOf = async (home: Home) =>
  (await readIndex(home.places.skillsRoot)).entries.map((each) => `${each.skill_id}@${each.version}${each.current ? "*" : ""}`);
const quarantine = (home: Home, version: string) =>
  changeStatus(home, { skillId: "acme.echo", version, status: "quarantined", reason: "odd" }, newCall());
const remove = (home: Home, version?: string) =>
  removeSkill(home, { skillId: "acme.echo", ...(version === undefined ? {} : { version }) }, newCall());
const use = (home: Home, version: string, allowDowngrade = false) =>
  useVersion(home, { skillId: "acme.echo", version, allowDowngrade }, newCall());
/** A failing audit: the id does not begin with the publisher. */
const REFUSED = { id: "other.echo", publisher: "acme" };
const ANY_ID = { policy: { ...DEFAULT_POLICY, checks: { skill_id_namespace: "off" } } } as const;

describe("a folder that is a file", () => {
  const fileIn = (folder: string): string => {
    const file = join(folder, "file");
    writeFileSync(file, "no folder");
    return file;
  };
  const refused = { code: "Io", details: { action: "use the folder", code: "ENOTDIR" } };

  it("is no empty skills folder, for readers as for writers", async () => {
    for (const below of ["", "below"]) {
      const home = newHome();
      const file = fileIn(temporaryFolder());
      const odd: Home = { ...home, places: { ...home.places, skillsRoot: join(file, below) } };
      await expect(recoverForReading(odd, newCall())).rejects.toMatchObject(refused);
      await expect(readIndex(odd.places.skillsRoot)).rejects.toMatchObject({ code: "Io", details: { code: "ENOTDIR" } });
      await expect(install(odd)).rejects.toMatchObject(refused);
      await expect(remove(odd)).rejects.toMatchObject(refused);
      expect(readFileSync(file, "utf8")).toBe("no folder");
    }
  });

  it("is no empty state root either", async () => {
    for (const below of ["", "below"]) {
      const home = newHome();
      const stateRoot = join(fileIn(temporaryFolder()), below);
      const odd: Home = { ...home, places: { ...home.places, stateRoot, skillsRoot: join(stateRoot, "skills") } };
      await expect(recoverForReading(odd, newCall())).rejects.toMatchObject({ ...refused, details: { file: stateRoot } });
      await expect(install(odd)).rejects.toMatchObject({ ...refused, details: { file: stateRoot } });
    }
  });

  it("holds no empty trust store, nor an empty journal", async () => {
    const file = fileIn(temporaryFolder());
    await expect(readTrust({ ...trustPlace(newHome()), file: join(file, "store.json") })).rejects.toHaveCode("Io");
    await expect(newHome().openJournal(join(file, "journal"), { create: false })).rejects.toHaveCode("JournalUnavailable");
  });

  it("in an installed skill's place is a missing artifact, and can be removed", async () => {
    const home = newHome();
    await install(home);
    const { skill } = skillsFolder(home.places.skillsRoot);
    rmSync(skill("acme.echo"), { recursive: true });
    writeFileSync(skill("acme.echo"), "no folder");
    const [entry] = (await readIndex(home.places.skillsRoot)).entries;
    if (entry === undefined) throw new RangeError("nothing installed");
    expect((await readInstalled(home.places.skillsRoot, entry, home.platform)).state).toBe("missing");
    expect((await remove(home)).removed_versions).toEqual(["1.0.0"]);
  });
});

describe("a first install", () => {
  it("puts the version in place, with its record, pin, owner, status and two events", async () => {
    const home = newHome();
    const file = await skillFile(temporaryFolder(), {
      extra: `[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]`,
    });
    const { document, status } = await installSkill(home, installRequest(file), newCall("user:ada"), async () => {});
    const facts = {
      skill_id: "acme.echo",
      version: "1.0.0",
      publisher: "acme",
      artifact_sha256: sha256(readFileSync(file)),
      trust_decision: "tofu_newly_pinned",
      source: { kind: "local_artifact", reference: file },
      missing_secrets: [{ scope: "skill:acme.echo", key: "token" }],
    };
    expect(document).toMatchObject({ event_kind: "skill.installed", ...facts });
    expect(status).toBe("active");
    expect(treeOf(home.places.skillsRoot).filter((name) => !name.startsWith("."))).toEqual([
      "acme.echo/1.0.0/artifact.palyra-skill",
      "acme.echo/1.0.0/install-metadata.json",
      "acme.echo/1.0.0/modules/module.wasm",
      "acme.echo/1.0.0/provenance.json",
      "acme.echo/1.0.0/sbom.cdx.json",
      "acme.echo/1.0.0/signature.json",
      "acme.echo/1.0.0/skill.toml",
      "audit.ndjson",
      "installed-index.json",
    ]);
    const { store, constraints } = await readTrust(trustPlace(home));
    expect([...store.pinned]).toEqual([["acme", await publicKeyOf(1)]]);
    expect([...constraints.owners]).toEqual([["acme.echo", "acme"]]);
    expect(await statusOf(home, "acme.echo", "1.0.0")).toMatchObject({
      status: "active",
      row: { operator_principal: "user:ada", reason: null },
    });
    const lines = readFileSync(join(home.places.skillsRoot, "audit.ndjson"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event_kind: "skill.audit", payload: { source: file, passed: true, should_quarantine: false } },
      { event_kind: "skill.installed", payload: { ...facts, previous_version: null, allowed: ["allow_untrusted"] } },
    ]);
    expect(statSync(home.places.trustStore).mode & 0o777).toBe(0o600);
  });

  it("looks without writing anything", async () => {
    const root = temporaryFolder();
    const home = homeIn(root);
    const look = await lookInstall(home, installRequest(await skillFile(temporaryFolder())), newCall());
    expect(look).toMatchObject({ previousVersion: undefined, status: { status: "active" }, allowed: ["allow_untrusted"] });
    expect(look.steps).toEqual([
      "stage",
      "write_intent",
      "place_version",
      "change_trust",
      "write_index",
      "record",
      "project",
      "clear_intent",
    ]);
    expect(treeOf(root)).toEqual([]);
  });

  it("asks before it writes, and not again while what was shown holds", async () => {
    const home = newHome();
    const file = await skillFile(temporaryFolder());
    const declined = () => Promise.reject(new RangeError("declined"));
    await expect(installSkill(home, installRequest(file), newCall(), declined)).rejects.toThrow(RangeError);
    expect(treeOf(home.places.skillsRoot)).toEqual([]);
    let asked = 0;
    const overtaken = async (): Promise<undefined> => {
      asked += 1;
      // Somebody trusts the publisher meanwhile: the plan's ground has gone, and what was shown with it.
      if (asked === 1) await changeTrust(home, { do: "add", publisher: "acme", key: await publicKeyOf(1) }, newCall());
    };
    const { document } = await installSkill(home, installRequest(file), newCall(), overtaken);
    expect(document.trust_decision).toBe("allowlisted");
    expect(asked).toBe(2);
    expect([...(await readTrust(trustPlace(home))).store.pinned]).toEqual([]);
  });

  it("keeps the keys that were named, and only then (T5)", async () => {
    const home = newHome();
    const trusted = [{ publisher: "acme", key: await publicKeyOf(1) }];
    await expect(install(home, { key: 2 }, { trusted, allowUntrusted: false })).rejects.toHaveCode("TrustedPublisherKeyMismatch");
    expect(existsSync(home.places.trustStore)).toBe(false);
    await install(home, {}, { trusted, allowUntrusted: false });
    expect([...(await readTrust(trustPlace(home))).store.trusted]).toEqual([["acme", [trusted[0]?.key]]]);
  });
});

describe("T5: a refused install leaves no trust behind", () => {
  it("after a failed audit: two events, nothing installed, no pin", async () => {
    const home = newHome();
    await expect(install(home, REFUSED)).rejects.toHaveCode("AuditRefused");
    expect(auditKinds(home)).toEqual(["skill.audit", "skill.quarantined"]);
    expect(existsSync(home.places.trustStore)).toBe(false);
    expect(await namesOf(home)).toEqual([]);
    expect((await statusOf(home, "other.echo", "1.0.0"))?.status).toBe("unknown");
  });

  it("for a publisher that nobody trusts: nothing but the empty folder", async () => {
    const home = newHome();
    await expect(install(home, {}, { allowUntrusted: false })).rejects.toHaveCode("UntrustedPublisher");
    expect(treeOf(home.places.skillsRoot)).toEqual([]);
    expect(existsSync(home.places.skillsRoot)).toBe(true);
    expect(existsSync(home.places.journal)).toBe(false);
  });
});

describe("a second version", () => {
  it("becomes current, and removing it hands back", async () => {
    const home = newHome();
    await install(home);
    const { document } = await install(home, { version: "1.1.0" });
    expect(document).toMatchObject({ event_kind: "skill.updated", trust_decision: "tofu_pinned" });
    expect(await namesOf(home)).toEqual(["acme.echo@1.0.0", "acme.echo@1.1.0*"]);
    expect(await remove(home)).toEqual({
      skill_id: "acme.echo",
      removed_versions: ["1.1.0"],
      next: { version: "1.0.0", status: "active", inherited: false },
    });
    expect(await namesOf(home)).toEqual(["acme.echo@1.0.0*"]);
    await expect(remove(home, "1.1.0")).rejects.toMatchObject({ code: "NotInstalled", details: { installed: ["1.0.0"] } });
    expect(await remove(home)).toEqual({ skill_id: "acme.echo", removed_versions: ["1.0.0"] });
    expect(treeOf(home.places.skillsRoot).filter((name) => name.includes("/"))).toEqual([]);
    expect(existsSync(skillsFolder(home.places.skillsRoot).skill("acme.echo"))).toBe(true);
    await expect(remove(home)).rejects.toHaveCode("NotInstalled");
  });

  it("is refused when it is there already", async () => {
    const home = newHome();
    await install(home);
    await expect(install(home)).rejects.toHaveCode("AlreadyInstalled");
    expect(auditKinds(home)).toEqual(["skill.audit", "skill.installed"]);
  });
});

describe("T8: a lower version becomes current by no route without being asked for", () => {
  it("not by install, nor by use", async () => {
    const home = newHome();
    await install(home, { version: "1.10.0" });
    await expect(install(home, { version: "1.9.0" })).rejects.toMatchObject({
      code: "DowngradeRefused",
      details: { requested: "1.9.0", current: "1.10.0" },
    });
    await install(home, { version: "1.9.0" }, { allowDowngrade: true });
    expect(await namesOf(home)).toEqual(["acme.echo@1.9.0*", "acme.echo@1.10.0"]);
    expect(await use(home, "1.10.0")).toMatchObject({ changed: true, previous_version: "1.9.0", status: "active" });
    await expect(use(home, "1.9.0")).rejects.toHaveCode("DowngradeRefused");
    expect(await use(home, "1.9.0", true)).toMatchObject({ changed: true });
    expect(await use(home, "1.9.0")).toMatchObject({ changed: false });
    await expect(use(home, "3.0.0")).rejects.toHaveCode("NotInstalled");
  });

  it("nor in two steps: down with consent, and up again to one that is lower than the highest", async () => {
    const home = newHome();
    for (const version of ["1.0.0", "1.1.0", "1.10.0"]) await install(home, { version });
    await use(home, "1.0.0", true);
    await expect(use(home, "1.1.0")).rejects.toMatchObject({
      code: "DowngradeRefused",
      details: { requested: "1.1.0", current: "1.10.0" },
    });
    expect(await use(home, "1.10.0")).toMatchObject({ changed: true });
  });

  it("nor after the higher one was removed: it is remembered", async () => {
    const home = newHome();
    await install(home, { version: "2.0.0" });
    await remove(home);
    await expect(install(home, { version: "1.0.0" })).rejects.toHaveCode("DowngradeRefused");
    await install(home, { version: "2.0.0" });
  });
});

describe("T31: a quarantine is not evaded", () => {
  it("by an update", async () => {
    const home = newHome();
    await install(home);
    await quarantine(home, "1.0.0");
    const { status, look } = await install(home, { version: "1.1.0" });
    expect(status).toBe("quarantined");
    expect(look.status).toEqual({ status: "quarantined", known: false, inheritedFrom: "1.0.0" });
    await changeStatus(home, { skillId: "acme.echo", status: "active" }, newCall());
    expect((await statusOf(home, "acme.echo", "1.1.0"))?.status).toBe("active");
  });

  it("by removing the quarantined version and falling back to another", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await quarantine(home, "1.1.0");
    expect((await remove(home)).next).toEqual({ version: "1.0.0", status: "quarantined", inherited: true });
    expect((await statusOf(home, "acme.echo", "1.0.0"))?.row?.reason).toBe("inherited_from: 1.1.0");
  });

  it("by removing and installing it again, a lower or a higher one", async () => {
    const home = newHome();
    await install(home, { version: "1.1.0" });
    await quarantine(home, "1.1.0");
    await remove(home);
    await expect(install(home, { version: "1.0.0" })).rejects.toHaveCode("DowngradeRefused");
    expect((await install(home, { version: "1.1.0" })).status).toBe("quarantined");
    await remove(home);
    expect((await install(home, { version: "1.2.0" })).status).toBe("quarantined");
  });

  it.each(["quarantined", "disabled"] as const)("by editing the row of a version that inherited %s (T26)", async (status) => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await changeStatus(home, { skillId: "acme.echo", version: "1.1.0", status }, newCall());
    await install(home, { version: "1.2.0" });
    await remove(home, "1.1.0");
    await remove(home, "1.2.0");
    rowsSql(home, "UPDATE skill_status SET status = 'active'");
    for (const version of ["1.0.0", "1.1.0", "1.2.0"]) {
      const found = await statusOf(home, "acme.echo", version);
      expect(found, version).toMatchObject({ status, row: { operator_principal: "user:test" } });
    }
    expect((await statusOf(home, "acme.echo", "1.0.0"))?.row?.reason).toBe("inherited_from: 1.2.0");
    rowsSql(home, "DELETE FROM skill_status");
    expect((await statusOf(home, "acme.echo", "1.0.0"))?.status).toBe(status);
    expect((await install(home, { version: "1.2.0" })).status).toBe(status);
    const kind = `skill.${status}`;
    expect(auditKinds(home).filter((each) => each === kind)).toHaveLength(3);
    expect(auditKinds(home).slice(5, 8)).toEqual(["skill.audit", "skill.updated", kind]);
    const lines = readFileSync(join(home.places.skillsRoot, "audit.ndjson"), "utf8").trimEnd().split("\n");
    const inherited = lines.map((line) => JSON.parse(line)).find((line) => line.payload.reason === "inherited_from: 1.1.0");
    expect(Object.keys(inherited.payload)).toEqual([
      "skill_id",
      "version",
      "status",
      "reason",
      "detected_at_ms",
      "operator_principal",
    ]);
  });

  it("by a status of another program's own, inherited as it is", async () => {
    const home = newHome();
    await install(home);
    rowsSql(home, "UPDATE skill_status SET status = 'pending-review'");
    expect((await install(home, { version: "1.1.0" })).status).toBe("pending-review");
    rowsSql(home, "UPDATE skill_status SET status = 'active'");
    expect((await statusOf(home, "acme.echo", "1.1.0"))?.status).toBe("pending-review");
  });

  it("nor by a lower version that was active before, as the look says", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await remove(home, "1.0.0");
    await quarantine(home, "1.1.0");
    const { status, look } = await install(home, {}, { allowDowngrade: true });
    expect(look.status).toEqual({ status: "quarantined", known: false, inheritedFrom: "1.1.0" });
    expect(status).toBe("quarantined");
  });

  it("nor by deleting the row of a version that is removed: it comes back as the chain has it", async () => {
    const home = newHome();
    await install(home);
    await changeStatus(home, { skillId: "acme.echo", status: "disabled", reason: "odd" }, newCall());
    await remove(home);
    rowsSql(home, "DELETE FROM skill_status");
    const { look } = await install(home);
    expect(look.status).toEqual({ status: "disabled", known: true });
    rowsSql(home, "UPDATE skill_status SET operator_principal = 'row'");
    expect(await statusOf(home, "acme.echo", "1.0.0")).toMatchObject({
      status: "disabled",
      row: { reason: "odd", operator_principal: "row" },
    });
  });

  it("by a quarantine that comes while the update is on its way", async () => {
    const home = newHome();
    await install(home);
    const file = await skillFile(temporaryFolder(), { version: "1.1.0" });
    const { status } = await installSkill(
      home,
      installRequest(file),
      newCall(),
      async () => void (await quarantine(home, "1.0.0")),
    );
    expect(status).toBe("quarantined");
  });

  it("and removing a version that is not current changes no status", async () => {
    const home = newHome();
    await install(home);
    await install(home, { version: "1.1.0" });
    await quarantine(home, "1.0.0");
    expect((await remove(home, "1.0.0")).next).toBeUndefined();
    expect((await statusOf(home, "acme.echo", "1.1.0"))?.status).toBe("active");
  });
});

describe("T3: a skill id stays with its publisher", () => {
  it("another's is refused, also after a removal, until a person asks for it", async () => {
    const home = newHome();
    await install(home);
    const usurper = { id: "acme.echo", publisher: "globex", key: 2, version: "2.0.0" };
    await expect(install(home, usurper)).rejects.toHaveCode("AuditRefused");
    await expect(install(home, usurper, ANY_ID)).rejects.toMatchObject({
      code: "OwnerChangeRefused",
      details: { owner: "acme", publisher: "globex" },
    });
    await remove(home);
    await expect(install(home, usurper, ANY_ID)).rejects.toHaveCode("OwnerChangeRefused");
    const agreed = { ...ANY_ID, allowOwnerChange: true };
    // Its tools are others as well, which is a consent of its own (spec 4.4).
    await expect(install(home, usurper, agreed)).rejects.toHaveCode("WideningRefused");
    await install(home, usurper, { ...agreed, acceptWidening: true });
    expect((await readTrust(trustPlace(home))).constraints.owners.get("acme.echo")).toBe("globex");
  });

  it("the publisher of what another program installed is its owner", async () => {
    const home = newHome();
    await install(home);
    rmSync(join(home.places.trustStore, "..", "trust-constraints.json"));
    // As nothing of ours was ever written there.
    rmSync(join(home.places.stateRoot, "..", "vault"), { recursive: true });
    await expect(install(home, { id: "acme.echo", publisher: "globex", key: 2, version: "2.0.0" }, ANY_ID)).rejects.toHaveCode(
      "OwnerChangeRefused",
    );
  });
});

describe("a key that anybody can sign with, or nobody", () => {
  const keys = ["0".repeat(64), `01${"0".repeat(62)}`, `${"ec"}${"f".repeat(60)}7f`, "f".repeat(64), `ed${"f".repeat(60)}7f`];

  it.each(keys)("is not trusted by a person's word either, and nothing is made: %s", async (key) => {
    const home = newHome();
    for (const change of ["add", "pin"] as const)
      await expect(changeTrust(home, { do: change, publisher: "acme", key }, newCall())).rejects.toMatchObject({
        code: "Usage",
        details: { problem: expect.stringContaining(key) },
      });
    const own = { publisher: "acme", key: await publicKeyOf(1) };
    await expect(install(home, {}, { trusted: [own, { publisher: "globex", key }] })).rejects.toHaveCode("Usage");
    await expect(readTrusting(home, { trustedPublisher: [`acme=${key}`], allowFirstUse: false }, newCall())).rejects.toHaveCode(
      "Usage",
    );
    expect(existsSync(home.places.trustStore)).toBe(false);
    expect(treeOf(home.places.skillsRoot).filter((file) => !file.startsWith("."))).toEqual([]);
  });

  it("is read and can be removed where a store has it", async () => {
    const home = newHome();
    const [key = ""] = keys;
    mkdirSync(join(home.places.trustStore, ".."));
    writeFileSync(
      home.places.trustStore,
      JSON.stringify({ trusted_publishers: { acme: [key] }, tofu_publishers: { globex: key } }),
    );
    await changeTrust(home, { do: "remove", publisher: "acme", key }, newCall());
    await changeTrust(home, { do: "unpin", publisher: "globex" }, newCall());
    expect((await readTrust(trustPlace(home))).store).toMatchObject({ trusted: new Map(), pinned: new Map() });
  });
});

describe("T6: trust that goes while an install is on its way", () => {
  it("is not believed: neither before the comparison nor after the question", async () => {
    for (const moment of ["audit", "question"]) {
      const own = newHome();
      const key = await publicKeyOf(1);
      await changeTrust(own, { do: "add", publisher: "acme", key }, newCall());
      let gone = false;
      const removeKey = async () => {
        if (!gone) await changeTrust(own, { do: "remove", publisher: "acme" }, newCall());
        gone = true;
      };
      const platform = {
        ...own.platform,
        validateModule: async (bytes: Uint8Array) => {
          if (moment === "audit") await removeKey();
          return own.platform.validateModule(bytes);
        },
      };
      const request = installRequest(await skillFile(temporaryFolder()), { allowUntrusted: false });
      const consent = async () => void (moment === "question" && (await removeKey()));
      await expect(installSkill({ ...own, platform }, request, newCall(), consent), moment).rejects.toHaveCode(
        "UntrustedPublisher",
      );
      expect(gone).toBe(true);
      expect(await namesOf(own)).toEqual([]);
    }
  });
});

describe("T27: tool ids of different publishers", () => {
  /** Names that could own, or come to own, tools of `acme.echo`; one that is related to a known publisher an operator must trust. */
  const rival = (publisher: string, tool: string, version = "1.0.0") => ({ publisher, key: 2, tools: [tool], version });
  const trusting = async (publisher: string) => ({ trusted: [{ publisher, key: await publicKeyOf(2) }] });

  it("a publisher that is related to a known one is not trusted on first use", async () => {
    const home = newHome();
    await install(home);
    await expect(install(home, rival("acme.echo", "acme.echo.pay"))).rejects.toHaveCode("UntrustedPublisher");
  });

  it.each([
    ["acme.echo", "acme.echo.say"],
    ["acme_echo", "acme_echo.say"],
  ])("%s's %s is refused beside acme's acme.echo.say", async (publisher, tool) => {
    const home = newHome();
    await install(home);
    await expect(install(home, rival(publisher, tool), await trusting(publisher))).rejects.toMatchObject({
      code: "ToolIdConflict",
      details: {
        skill_id: `${publisher}.echo`,
        others: [{ tool_id: tool, skill_id: "acme.echo", other_tool_id: "acme.echo.say" }],
      },
    });
    expect(await namesOf(home)).toEqual(["acme.echo@1.0.0*"]);
    expect([...(await readTrust(trustPlace(home))).store.trusted]).toEqual([]);
  });

  it.each(["changed", "missing"])("also where the other's artifact is %s by now", async (how) => {
    const home = newHome();
    await install(home);
    const artifact = join(skillsFolder(home.places.skillsRoot).version("acme.echo", "1.0.0"), "artifact.palyra-skill");
    if (how === "missing") rmSync(artifact);
    else appendFileSync(artifact, "#");
    await expect(install(home, rival("acme_echo", "acme_echo.say"))).rejects.toHaveCode("ToolIdConflict");
  });

  it("only between active skills, and not within one publisher", async () => {
    const home = newHome();
    await install(home);
    await install(home, { id: "acme.other", tools: ["acme.echo.say"] });
    await quarantine(home, "1.0.0");
    await changeStatus(home, { skillId: "acme.other", status: "disabled" }, newCall());
    await install(home, rival("acme_echo", "acme_echo.say"));
  });

  it("also when another version would become current", async () => {
    const home = newHome();
    await install(home, rival("acme_echo", "acme_echo.say"));
    await install(home, rival("acme_echo", "acme_echo.shout", "2.0.0"), { acceptWidening: true });
    await install(home);
    const back = { skillId: "acme_echo.echo", version: "1.0.0", allowDowngrade: true };
    await expect(useVersion(home, back, newCall())).rejects.toHaveCode("ToolIdConflict");
  });
});

describe("T41: nothing is written for an unsafe name", () => {
  it.each(["con.echo", "audit.ndjson"])("%s", async (id) => {
    const home = newHome();
    await expect(install(home, { id }, ANY_ID)).rejects.toHaveCode("UnsafeInstallName");
    expect(treeOf(home.places.skillsRoot)).toEqual([]);
  });

  it("something at the skill's place that is no folder, links included", async () => {
    const home = newHome();
    mkdirSync(home.places.skillsRoot, { recursive: true });
    const elsewhere = temporaryFolder();
    symlinkSync(elsewhere, join(home.places.skillsRoot, "acme.echo"));
    await expect(install(home)).rejects.toHaveCode("UnsafeInstallName");
    expect(treeOf(elsewhere)).toEqual([]);
  });
});

describe("T11: what a crash of another program left does not wedge a skill", () => {
  it("a version's folder without a record is replaced", async () => {
    const home = newHome();
    const folder = skillsFolder(home.places.skillsRoot);
    mkdirSync(folder.version("acme.echo", "1.0.0"), { recursive: true });
    writeFileSync(join(folder.version("acme.echo", "1.0.0"), "rubbish"), "x");
    await install(home);
    expect(treeOf(folder.version("acme.echo", "1.0.0"))).not.toContain("rubbish");
    expect(existsSync(folder.staging)).toBe(false);
  });

  it("a version whose folder is gone can be removed", async () => {
    const home = newHome();
    await install(home);
    rmSync(skillsFolder(home.places.skillsRoot).version("acme.echo", "1.0.0"), { recursive: true });
    expect((await remove(home)).removed_versions).toEqual(["1.0.0"]);
  });
});

describe("T12: changed bytes are never adopted", () => {
  it("the record keeps its digest, and recording a verification of other bytes records nothing", async () => {
    const home = newHome();
    const { document } = await install(home);
    const folder = skillsFolder(home.places.skillsRoot);
    writeFileSync(folder.artifact("acme.echo", "1.0.0"), await skillBytes({ key: 2 }));
    const [entry] = (await readIndex(home.places.skillsRoot)).entries;
    if (entry === undefined) throw new Error("nothing installed");
    const found = await readInstalled(home.places.skillsRoot, entry, home.platform);
    expect(found.state).toBe("changed");
    const record = { skillId: "acme.echo", version: "1.0.0", artifactSha256: "0".repeat(64), decision: "tofu_pinned" } as const;
    await recordVerified(home, { ...record, payload: {} }, newCall());
    expect(auditKinds(home)).toEqual(["skill.audit", "skill.installed"]);
    expect((await readIndex(home.places.skillsRoot)).entries[0]?.artifact_sha256).toBe(document.artifact_sha256);
  });

  it("a verification is recorded with the decision as it is now", async () => {
    const home = newHome();
    const { document } = await install(home);
    const { artifact_sha256: artifactSha256 } = document;
    const record = { skillId: "acme.echo", version: "1.0.0", artifactSha256, decision: "tofu_pinned" } as const;
    await recordVerified(home, { ...record, payload: { skill_id: "acme.echo" } }, newCall());
    expect(auditKinds(home)).toEqual(["skill.audit", "skill.installed", "skill.verified"]);
    expect((await readIndex(home.places.skillsRoot)).entries[0]?.trust_decision).toBe("tofu_pinned");
  });
});

describe("the managed directory", () => {
  it("a corrupt index stops every change and is left as it is", async () => {
    const home = newHome();
    await install(home);
    const { index } = skillsFolder(home.places.skillsRoot);
    writeFileSync(index, '{"schema_version":1');
    await expect(install(home, { version: "2.0.0" })).rejects.toHaveCode("IndexInvalid");
    await expect(remove(home)).rejects.toHaveCode("IndexInvalid");
    expect(readFileSync(index, "utf8")).toBe('{"schema_version":1');
    expect(existsSync(skillsFolder(home.places.skillsRoot).staging)).toBe(false);
  });

  it.runIf(process.platform !== "win32")("a state root that others can write is refused; a new one is private", async () => {
    const root = temporaryFolder();
    const own = homeIn(root);
    const home = { ...own, places: { ...own.places, skillsRoot: join(own.places.stateRoot, "skills") } };
    mkdirSync(home.places.stateRoot, { mode: 0o700 });
    const { chmodSync } = await import("node:fs");
    chmodSync(home.places.stateRoot, 0o770);
    await expect(install(home)).rejects.toHaveCode("UnsafeStateRoot");
    rmSync(home.places.stateRoot, { recursive: true });
    await install(home);
    expect(statSync(home.places.stateRoot).mode & 0o777).toBe(0o700);
  });

  it("an unusable journal stops an install before anything has changed", async () => {
    const home = newHome();
    writeFileSync(home.places.journal, "this is no database, however long it may be ".repeat(40));
    await expect(install(home)).rejects.toHaveCode("JournalUnavailable");
    expect(await namesOf(home)).toEqual([]);
    expect(existsSync(home.places.trustStore)).toBe(false);
    expect(treeOf(home.places.skillsRoot).filter((name) => name.includes("/"))).toEqual([]);
  });
});

describe("trust changes", () => {
  it("are written, journaled, and nothing at all where nothing changes", async () => {
    const home = newHome();
    const key = await publicKeyOf(1);
    const add = { do: "add", publisher: "acme", key } as const;
    expect(await changeTrust(home, add, newCall())).toEqual({
      changed: true,
      publisher: "acme",
      trusted_keys: [key],
      pinned_key: null,
    });
    expect(await changeTrust(home, add, newCall())).toMatchObject({ changed: false });
    expect(auditKinds(home)).toEqual(["skill.trust_changed"]);
    expect(await changeTrust(home, { do: "remove", publisher: "acme" }, newCall())).toMatchObject({ trusted_keys: [] });
    expect(await changeTrust(home, { do: "pin", publisher: "acme", key }, newCall())).toMatchObject({ pinned_key: key });
    expect(await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall())).toMatchObject({ pinned_key: null });
    expect(await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall())).toMatchObject({ changed: false });
  });

  it("make nothing where there is nothing to change, nor does a removal", async () => {
    const root = temporaryFolder();
    const home = homeIn(root);
    await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall());
    await expect(remove(home)).rejects.toHaveCode("NotInstalled");
    await expect(use(home, "1.0.0")).rejects.toHaveCode("NotInstalled");
    expect(readdirSync(root)).toEqual([]);
  });
});
