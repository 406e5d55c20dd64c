import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { eventHash, GENESIS_HASH, openJournal, type StoredEvent } from "../../src/journal/index.ts";
import { commandLine, errorOf, HOSTILE, parsed, temporaryFolder, UNSAFE } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  writeFileSync(join(root, "echo.palyra-skill"), await skillBytes());
  await palyra("skills", "install", "--artifact", join(root, "echo.palyra-skill"), "--allow-untrusted");
});
const journalFile = (): string => join(root, "state/data/journal.sqlite3");
const vault = (): string => join(root, "state/vault");
const quarantine = (...more: string[]) => palyra("skills", "quarantine", "acme.echo", ...more);
const enable = (...more: string[]) => palyra("skills", "enable", "acme.echo", "--override", ...more);
const verify = (...more: string[]) => palyra("skills", "journal", "verify", "--json", ...more);
const accept = (...more: string[]) => palyra("skills", "journal", "accept-head", ...more);
const broken = { code: "JournalChainBroken", hint: expect.stringContaining("accept-head") };
/** The journal as it was before a quarantine, put back after it. */
const rolledBack = async (): Promise<void> => {
  const old = join(root, "old.sqlite3");
  cpSync(journalFile(), old);
  await quarantine();
  cpSync(old, journalFile());
};

describe("T31: a skill that was removed, and put back by hand", () => {
  it("is blocked for `check`, with the reason, until a person admits it", async () => {
    const skills = join(root, "state/skills");
    const kept = join(root, "kept");
    cpSync(skills, kept, { recursive: true });
    await palyra("skills", "remove", "acme.echo");
    for (const each of ["installed-index.json", "acme.echo"]) cpSync(join(kept, each), join(skills, each), { recursive: true });
    const check = async () => Object(parsed(await palyra("skills", "check", "--json"))).results[0];
    expect(await check()).toMatchObject({ check_status: "blocked", reasons: [expect.stringContaining("it was removed")] });
    expect((await enable()).exit).toBe(0);
    expect(await check()).toMatchObject({ check_status: "ready" });
  });
});

describe("T26: a journal that is not the one the vault has kept the head of", () => {
  const ways: readonly (readonly [string, () => Promise<void>])[] = [
    ["an older copy", rolledBack],
    [
      "written anew, and longer than it was",
      async () => {
        await rolledBack();
        for (let n = 0; n < 2; n += 1) await quarantine();
      },
    ],
    ["deleted", async () => rmSync(journalFile())],
    ["of which nothing is kept, with its vault gone", async () => rmSync(vault(), { recursive: true })],
  ];

  it.each(ways)("%s: is refused by what frees, until a person accepts it; a skill can be stopped", async (_name, way) => {
    await way();
    expect(errorOf(await verify())).toMatchObject(broken);
    expect(errorOf(await palyra("skills", "journal", "export", "--json"))).toMatchObject(broken);
    expect(errorOf(await enable("--json"))).toMatchObject(broken);
    expect(errorOf(await palyra("skills", "remove", "acme.echo", "--json"))).toMatchObject(broken);
    expect((await palyra("skills", "list")).exit).toBe(0);
    // What the gate would say, with the reason; list believes the file.
    const checked = await palyra("skills", "check", "--json");
    // Without its vault the default trust store is not known either (T25).
    if (!existsSync(vault())) expect(errorOf(checked)).toMatchObject({ code: "TrustStoreChanged" });
    else
      expect(parsed(checked)).toMatchObject({
        results: [
          {
            check_status: "blocked",
            inventory: { eligibility: { eligible: false } },
            reasons: expect.arrayContaining([expect.stringMatching(/vault/)]),
          },
        ],
      });
    const stopped = await quarantine();
    expect(stopped).toMatchObject({ exit: 0, stderr: expect.stringContaining("journal verify") });
    expect(errorOf(await enable("--json"))).toMatchObject(broken);

    expect(errorOf(await accept("--json"))).toMatchObject({ code: "Usage" });
    const declined = await commandLine(root, { terminal: true, types: "n\n" })("skills", "journal", "accept-head");
    expect(declined).toMatchObject({ exit: 1, stderr: expect.stringContaining("kept in the vault") });
    // Whichever way it is another: what it no longer stops is said before it is accepted.
    expect(declined.stderr).toContain("may be active again");
    expect(errorOf(await verify())).toMatchObject(broken);
    const accepted = parsed(await accept("--yes", "--json"));
    expect(accepted).toMatchObject({ changed: true, journal: journalFile() });
    expect(parsed(await verify())).toMatchObject({ intact: true, recorded: Object(accepted).head });
    const { events } = Object(parsed(await palyra("skills", "journal", "tail", "--last", "1", "--json")));
    expect(events).toMatchObject([
      { event_kind: "skill.head_accepted", principal: "user:local", payload: { actual: Object(accepted).actual } },
    ]);
    expect(parsed(await accept("--yes", "--json"))).toMatchObject({ changed: false });
    expect((await enable()).exit).toBe(0);
  });

  it("with its own chain broken cannot be accepted", async () => {
    const { openDatabase } = await import("../../src/files/index.ts");
    const database = openDatabase(journalFile());
    database.exec("DROP TRIGGER skill_events_no_update; UPDATE skill_events SET principal = 'user:other' WHERE seq = 1");
    database.close();
    const ran = await accept("--yes", "--json");
    expect(errorOf(ran)).toMatchObject({ code: "JournalChainBroken", details: { seq: 1 } });
    expect(errorOf(await verify())).toMatchObject({ code: "JournalChainBroken", details: { seq: 1 } });
  });

  it("is known by a head that was exported, where the vault was rolled back with it", async () => {
    cpSync(vault(), join(root, "old-vault"), { recursive: true });
    await palyra("skills", "disable", "acme.echo");
    const head = join(root, "head.json");
    const exported = parsed(await palyra("skills", "journal", "export", "--head", "--output", head, "--json"));
    expect(JSON.parse(readFileSync(head, "utf8"))).toEqual(exported);
    const { seq, hash } = Object(exported);
    expect(parsed(await verify("--head", head))).toMatchObject({ compared: { seq, hash } });
    expect(parsed(await verify("--head", `${seq}:${hash}`))).toMatchObject({ compared: { seq, hash } });
    await enable();
    expect(parsed(await verify("--head", head))).toMatchObject({ intact: true, compared: { seq } });
    for (const wrong of [`${seq + 9}:${hash}`, `${seq}:${"a".repeat(64)}`])
      expect(errorOf(await verify("--head", wrong))).toMatchObject({
        code: "JournalChainBroken",
        details: { recorded: { hash: expect.any(String) } },
      });
    expect(await verify("--head", `${seq}:${hash.slice(1)}`)).toMatchObject({ exit: 2 });
    writeFileSync(head, "{}");
    expect(errorOf(await verify("--head", head))).toMatchObject({ code: "Serialization" });
    expect(errorOf(await verify("--head", join(root, "none")))).toMatchObject({ code: "Io" });
  });
});

describe("T26: events behind the head that the vault keeps", () => {
  /** As a command that was killed before it kept the head, or as whoever writes the file. */
  const appended = async (): Promise<void> => {
    const journal = await openJournal(journalFile(), { create: true, auditFile: join(root, "state/skills/audit.ndjson") });
    const template = (await journal.events({ last: 1 }))[0];
    for (const n of [1, 2])
      await journal.transaction((writer) =>
        writer.append({
          ...{ event_ulid: `01JZZZZZZZZZZZZZZZZZZZZZZ${n}`, kind: "skill.enabled", timestamp_unix_ms: 1_750_000_000_000 + n },
          ...{ principal: "user:other", device_id: template?.device_id ?? "", channel: null },
          payload: { skill_id: "acme.echo", version: "1.0.0" },
        }),
      );
    await journal.close();
  };

  it("are told by verify and doctor, refuse nothing, and are vouched for by the next command that writes", async () => {
    const { recorded } = Object(parsed(await verify()));
    expect(parsed(await verify())).toMatchObject({ unvouched: null });
    await appended();
    const behind = { events: 2, first: recorded.seq + 1, since_unix_ms: 1_750_000_000_001 };
    const ran = await verify();
    expect(ran.exit).toBe(0);
    expect(parsed(ran)).toMatchObject({ intact: true, events: recorded.seq + 2, recorded, unvouched: behind });
    const shown = await palyra("skills", "journal", "verify");
    expect(shown.stdout).toContain("nobody vouches for them");
    expect(shown.stdout).not.toMatch(/^intact/m);
    const { findings } = Object(parsed(await palyra("doctor", "--json")));
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: "journal",
        level: "warning",
        message: expect.stringContaining("nobody vouches for its last 2"),
      }),
    );
    await quarantine();
    expect(parsed(await verify())).toMatchObject({ unvouched: null });
  });
});

describe("T26: a vault that cannot be read", () => {
  it("holds up nobody who stops a skill, and everybody who frees one", async () => {
    rmSync(join(vault(), "palyra-skills.key"));
    expect(await quarantine()).toMatchObject({ exit: 0, stderr: expect.stringContaining("VaultUnavailable") });
    expect((await palyra("skills", "disable", "acme.echo")).exit).toBe(0);
    for (const ran of [await enable("--json"), await verify(), await accept("--yes", "--json")])
      expect(errorOf(ran)).toMatchObject({ code: "VaultUnavailable" });
    expect((await palyra("skills", "list")).exit).toBe(0);
  });

  it("is made by the first command that writes the journal, before its first event", async () => {
    const fresh = temporaryFolder();
    const here = commandLine(fresh);
    await here("skills", "journal", "verify");
    expect(existsSync(join(fresh, "state"))).toBe(false);
    await here("skills", "quarantine", "acme.echo", "--version", "1.0.0");
    expect(parsed(await here("skills", "journal", "verify", "--json"))).toMatchObject({ events: 1, recorded: { seq: 1 } });
  });
});

describe("skills journal export", () => {
  it("gives lines whose chain anybody can verify, on stdout and as a file of mode 0600", async () => {
    await quarantine("--reason", HOSTILE);
    const file = join(root, "journal.ndjson");
    const written = parsed(await palyra("skills", "journal", "export", "--output", file, "--json"));
    const lines: StoredEvent[] = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    let last = GENESIS_HASH;
    for (const [at, each] of lines.entries()) {
      const { seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash, hash } = each;
      expect([seq, prev_hash]).toEqual([at + 1, last]);
      expect(eventHash(last, [seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json])).toBe(hash);
      last = hash;
    }
    expect(written).toMatchObject({ output: file, events: lines.length, head: last });
    expect(parsed(await palyra("skills", "journal", "export", "--json"))).toMatchObject({ output: null, head: last, lines });
    const shown = await palyra("skills", "journal", "export");
    expect(
      shown.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(lines);
    // T20
    expect(shown.stdout).not.toMatch(UNSAFE);
  });

  it("writes over no journal, and leaves a file as it was where it cannot finish", async () => {
    expect(errorOf(await palyra("skills", "journal", "export", "--output", journalFile(), "--json"))).toMatchObject({
      code: "Usage",
    });
    const folder = join(root, "locked");
    cpSync(vault(), folder, { recursive: true });
    chmodSync(folder, 0o500);
    if (process.getuid?.() !== 0)
      expect(errorOf(await palyra("skills", "journal", "export", "--output", join(folder, "x"), "--json"))).toMatchObject({
        code: "Io",
      });
    chmodSync(folder, 0o700);
    expect(errorOf(await palyra("skills", "journal", "export", "--output", join(root, "none/x"), "--json"))).toMatchObject({
      code: "Io",
    });
  });

  it("of a journal that is not there has no event", async () => {
    const here = commandLine(temporaryFolder());
    expect(parsed(await here("skills", "journal", "export", "--json"))).toMatchObject({
      events: 0,
      head: GENESIS_HASH,
      lines: [],
    });
    expect(parsed(await here("skills", "journal", "export", "--head", "--json"))).toMatchObject({ seq: 0, hash: GENESIS_HASH });
  });
});
