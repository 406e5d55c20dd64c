import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { purePlatform } from "palyra-skills/platform";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import type { Call } from "../../src/call.ts";
import { openJournal } from "../../src/journal/index.ts";
import type { Home } from "../../src/lifecycle/home.ts";
import { recordRemoteStatus } from "../../src/lifecycle/remote-status.ts";
import { changeStatus } from "../../src/lifecycle/status.ts";

let folder: string;
let home: Home;
let made = 0;
const call: Call = {
  now: 1_700_000_000_000,
  principal: "user:op",
  deviceId: "device",
  channel: null,
  signal: new AbortController().signal,
  progress: () => {},
  warn: () => {},
};

beforeEach(async () => {
  folder = scratchFolder("status");
  home = {
    places: {
      stateRoot: join(folder, "state"),
      skillsRoot: join(folder, "skills"),
      trustStore: join(folder, "trust.json"),
      journal: join(folder, "state", "data", "journal.sqlite3"),
    },
    platform: purePlatform,
    newUlid: () => {
      made += 1;
      return `01${made}`;
    },
    openJournal,
    holdsSecret: async () => false,
    records: { get: async () => undefined, put: async () => {}, replace: async () => true },
  };
});

const install = async (): Promise<void> => {
  await mkdir(home.places.skillsRoot);
  const entry = {
    skill_id: "acme.echo",
    version: "1.2.3",
    publisher: "acme",
    current: true,
    installed_at_unix_ms: 1,
    artifact_sha256: "0".repeat(64),
    payload_sha256: "0".repeat(64),
    signature_key_id: "ed25519:0011223344556677",
    trust_decision: "allowlisted",
    source: { kind: "local_artifact", reference: "x" },
    missing_secrets: [],
  };
  const index = { schema_version: 1, updated_at_unix_ms: 1, entries: [entry] };
  await writeFile(join(home.places.skillsRoot, "installed-index.json"), JSON.stringify(index));
};
const status = async (version: string) => {
  const journal = await openJournal(home.places.journal, { create: false });
  const found = await journal?.status("acme.echo", version);
  await journal?.close();
  return found?.status;
};

describe("quarantine, disable and enable", () => {
  it("set the current version's status, and say who, why and when", async () => {
    await install();
    const document = await changeStatus(home, { skillId: "acme.echo", status: "quarantined", reason: "odd" }, call);
    expect(document).toEqual({
      skill_id: "acme.echo",
      version: "1.2.3",
      status: "quarantined",
      reason: "odd",
      detected_at_ms: 1_700_000_000_000,
      operator_principal: "user:op",
    });
    expect(Object.keys(document)).toEqual(["skill_id", "version", "status", "reason", "detected_at_ms", "operator_principal"]);
    expect(await status("1.2.3")).toBe("quarantined");
    expect(await changeStatus(home, { skillId: "acme.echo", status: "active" }, call)).not.toHaveProperty("reason");
    expect(await status("1.2.3")).toBe("active");
    await changeStatus(home, { skillId: "acme.echo", status: "disabled" }, call);
    expect(await status("1.2.3")).toBe("disabled");
  });

  it("leave a line each in audit.ndjson (spec 11.7)", async () => {
    await install();
    await changeStatus(home, { skillId: "acme.echo", status: "quarantined" }, call);
    await changeStatus(home, { skillId: "acme.echo", status: "active", reason: "seen" }, call);
    const lines = (await readFile(join(home.places.skillsRoot, "audit.ndjson"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        event_kind: "skill.quarantined",
        timestamp_unix_ms: 1_700_000_000_000,
        payload: { skill_id: "acme.echo", version: "1.2.3", status: "quarantined", reason: null, operator_principal: "user:op" },
      },
      { event_kind: "skill.enabled", payload: { status: "active", reason: "seen", detected_at_ms: 1_700_000_000_000 } },
    ]);
  });

  it("with a version need nothing installed, and make no skills folder", async () => {
    await changeStatus(home, { skillId: "Acme.Echo", version: "9.0.0", status: "quarantined" }, call);
    expect(await status("9.0.0")).toBe("quarantined");
    expect(await readdir(folder)).toEqual(["state"]);
  });

  it("without one refuse what is not installed, and write nothing", async () => {
    await expect(changeStatus(home, { skillId: "nobody.nothing", status: "quarantined" }, call)).rejects.toHaveCode(
      "NotInstalled",
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([" ", "1.0", "01.0.0", "+1.0.0"])("T4: refuse the version %j, whose row no version would have", async (version) => {
    await expect(changeStatus(home, { skillId: "acme.echo", version, status: "quarantined" }, call)).rejects.toHaveCode("Usage");
    await expect(changeStatus(home, { skillId: "acme echo", version: "1.0.0", status: "quarantined" }, call)).rejects.toHaveCode(
      "Usage",
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("T18: what a daemon of this state root has set", () => {
  it("has one event, though somebody has set another status before it is looked at", async () => {
    await install();
    const set = (status: "active" | "quarantined", now: number) =>
      changeStatus(home, { skillId: "acme.echo", status, reason: "odd" }, { ...call, now });
    const document = await set("active", call.now + 1);
    await set("quarantined", call.now + 2);
    const kinds = async () => {
      const journal = await openJournal(home.places.journal, { create: false });
      try {
        return (await journal?.events({ last: 10 }))?.map(({ kind }) => kind);
      } finally {
        await journal?.close();
      }
    };
    await recordRemoteStatus(home, { document, status: "active", daemon: "http://127.0.0.1:1" }, call);
    expect(await kinds()).toEqual(["skill.enabled", "skill.quarantined"]);
    // Another daemon's answer is kept.
    const elsewhere = { ...document, detected_at_ms: 5 };
    await recordRemoteStatus(home, { document: elsewhere, status: "active", daemon: "http://127.0.0.1:1" }, call);
    expect(await kinds()).toEqual(["skill.enabled", "skill.quarantined", "skill.enabled"]);
  });
});
