// Revocation lists from whoever issues them to the host that follows them (spec 3.4, 7).
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillBytes } from "../lifecycle/support.ts";

const NOW = 1_750_000_000_000;
const DAY = 24 * 60 * 60 * 1000;
let root: string;
let palyra: ReturnType<typeof commandLine>;
/** The same host at another time. */
const at = (now: number) => commandLine(root, { now });
const file = (name: string): string => join(root, name);
beforeEach(async () => {
  root = temporaryFolder();
  palyra = at(NOW);
  for (const fill of [1, 2, 8, 9]) writeFileSync(file(`${fill}.key`), new Uint8Array(32).fill(fill));
  writeFileSync(file("echo.palyra-skill"), await skillBytes());
});

/** Signs list `sequence` with key 9 into `<sequence>.json`, and lays it where the host looks. */
async function publish(sequence: number, more: readonly string[] = [], key = 9): Promise<void> {
  rmSync(file(`${sequence}.json`), { force: true });
  const words = ["skills", "trust", "sign-revocations", "acme-security", "--signing-key-file", file(`${key}.key`), "--json"];
  const ran = await palyra(
    ...words,
    ...["--sequence", String(sequence), "--expires", String(NOW + DAY), "--output", file(`${sequence}.json`)],
    ...more,
  );
  expect(ran.stderr).toBe("");
  writeFileSync(file("list.json"), readFileSync(file(`${sequence}.json`)));
}
const revokesKey = async (fill: number): Promise<string[]> => [
  ...["--revoke-key", `acme=${await publicKeyOf(fill)}`, "--reason", "leaked"],
];
const follow = async (...more: string[]): Promise<Ran> =>
  palyra(...revocations("add"), "acme-security", await publicKeyOf(9), "--source", file("list.json"), "--json", ...more);
const revocations = (verb: string): [string, string, string, string] => ["skills", "trust", "revocations", verb];
const refresh = (): Promise<Ran> => palyra(...revocations("refresh"), "--json");
const install = (run = palyra): Promise<Ran> =>
  run("skills", "install", "--artifact", file("echo.palyra-skill"), "--allow-untrusted", "--json");
const verify = (run = palyra): Promise<Ran> => run("skills", "verify", "acme.echo", "--json");

describe("a revocation list", () => {
  it("is refused at install, and stops what is installed from being verified", async () => {
    await publish(1);
    expect(parsed(await follow())).toMatchObject({
      changed: true,
      list: { issuer: "acme-security", standing: "fresh", sequence: 1, keys: 0 },
      affected: [],
    });
    expect((await install()).exit).toBe(0);
    expect((await verify()).exit).toBe(0);
    await publish(2, await revokesKey(1));
    expect(parsed(await refresh())).toMatchObject({
      lists: [{ changed: true, sequence: 2, keys: 1, error: null }],
      affected: [{ skill_id: "acme.echo", version: "1.0.0" }],
    });
    expect(errorOf(await verify())).toMatchObject({
      code: "RevokedKey",
      details: { reason: "leaked", list: "acme-security" },
    });
    expect(parsed(await palyra("skills", "trust", "show", "acme", "--json"))).toMatchObject({
      keys: [{ trusted_as: "first_seen", revoked: { reason: "leaked", list: "acme-security" } }],
    });
    expect(parsed(await palyra("skills", "check", "acme.echo", "--json"))).toMatchObject({
      results: [{ check_status: "blocked", trust_accepted: false }],
    });
    writeFileSync(file("echo.palyra-skill"), await skillBytes({ version: "1.1.0" }));
    expect(errorOf(await install())).toMatchObject({ code: "RevokedKey" });
    expect(parsed(await palyra("skills", "journal", "tail", "--kind", "skill.trust_changed", "--json"))).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({
          payload: expect.objectContaining({ change: "revocation_list", issuer: "acme-security", sequence: 2, keys: 1 }),
        }),
      ]),
    });
  });

  it("T42: names a payload, whatever its archive looks like", async () => {
    await publish(1);
    await follow();
    const inspected = parsed(await palyra("skills", "package", "inspect", "--artifact", file("echo.palyra-skill"), "--json"));
    const payload = String(Object(inspected)["payload_sha256"]);
    await publish(2, ["--revoke-payload", payload, "--reason", "steals files"]);
    await refresh();
    expect(errorOf(await install())).toMatchObject({ code: "RevokedPayload", details: { list: "acme-security" } });
  });

  it("T8: of an older number is refused, and the newer one goes on counting", async () => {
    await publish(2, await revokesKey(1));
    await follow();
    await publish(1);
    const ran = await refresh();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({ lists: [{ sequence: 2, changed: false, error: { code: "RevocationListRolledBack" } }] });
    expect(errorOf(await install())).toMatchObject({ code: "RevokedKey" });
    // Followed anew it may not go back either.
    expect(errorOf(await follow())).toMatchObject({ code: "RevocationListRolledBack", details: { seen: 2 } });
  });

  it("T8: that differs from another of the same number is refused", async () => {
    await publish(1);
    await follow();
    await publish(1, await revokesKey(1));
    expect(parsed(await refresh())).toMatchObject({ lists: [{ error: { code: "ConflictingRevocationList" } }] });
  });

  it("T8: in the cache cannot be replaced by an older one, emptied or taken away", async () => {
    await publish(1);
    await follow();
    const older = readFileSync(file("1.json"));
    await publish(2, await revokesKey(1));
    await refresh();
    const folder = join(root, "state/revocations", readdirSync(join(root, "state/revocations"))[0] ?? "");
    const [cached] = readdirSync(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    const path = join(folder, cached ?? "");
    const genuine = readFileSync(path);
    // Else an install would fetch it again by itself.
    rmSync(file("list.json"));
    for (const [wrong, problem] of [
      [older, /older/],
      [Buffer.from("{}"), /damaged/],
      [undefined, /missing/],
    ] as const) {
      if (wrong === undefined) rmSync(path);
      else writeFileSync(path, wrong);
      for (const ran of [
        await install(),
        await palyra("skills", "package", "verify", "--artifact", file("echo.palyra-skill"), "--json"),
      ])
        expect(errorOf(ran)).toMatchObject({
          code: "RevocationListUnusable",
          details: { problem: expect.stringMatching(problem) },
        });
      expect(parsed(await palyra(...revocations("list"), "--json"))).toMatchObject({ lists: [{ standing: "unusable" }] });
    }
    // The way back that the error names.
    writeFileSync(file("list.json"), genuine);
    expect((await refresh()).exit).toBe(0);
    expect(readFileSync(path)).toEqual(genuine);
    expect(errorOf(await install())).toMatchObject({ code: "RevokedKey" });
  });

  it("signed by a key that nobody gave that role is refused: not even one that is trusted for skills", async () => {
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(1));
    await publish(1, [], 1);
    expect(errorOf(await follow())).toMatchObject({ code: "RevocationListRefused" });
    expect(parsed(await palyra(...revocations("list"), "--json"))).toMatchObject({ lists: [] });
  });

  it("of another issuer is refused", async () => {
    await publish(1);
    const ran = await palyra(...revocations("add"), "globex", await publicKeyOf(9), "--source", file("list.json"), "--json");
    expect(errorOf(ran)).toMatchObject({ code: "RevocationListRefused" });
  });

  it("that was changed is refused, and the one before goes on counting", async () => {
    await publish(1, await revokesKey(1));
    await follow();
    writeFileSync(file("list.json"), readFileSync(file("1.json"), "utf8").replace('"sequence": 1', '"sequence": 2'));
    expect(parsed(await refresh())).toMatchObject({ lists: [{ error: { code: "SignatureVerificationFailed" }, sequence: 1 }] });
    rmSync(file("list.json"));
    expect(parsed(await refresh())).toMatchObject({ lists: [{ error: { code: "Io" }, standing: "fresh" }] });
    expect(errorOf(await install())).toMatchObject({ code: "RevokedKey" });
  });

  it("loses a key of its own: what that key signed is believed no longer", async () => {
    await publish(1);
    await follow();
    const words = [...revocations("remove"), "acme-security", await publicKeyOf(9)];
    expect(errorOf(await palyra(...words, "--json"))).toMatchObject({ code: "Usage" });
    await publish(2, [], 8);
    await palyra(...revocations("add"), "acme-security", await publicKeyOf(8), "--source", file("list.json"), "--json");
    expect(parsed(await palyra(...words, "--json"))).toMatchObject({ changed: true, public_keys: [await publicKeyOf(8)] });
    expect((await install()).exit).toBe(0);
    await publish(3);
    expect(parsed(await refresh())).toMatchObject({ lists: [{ error: { code: "RevocationListRefused" }, sequence: 2 }] });
  });

  it("that is followed no more revokes nothing, and its past is forgotten", async () => {
    await publish(5, await revokesKey(1));
    await follow();
    expect(errorOf(await install())).toMatchObject({ code: "RevokedKey" });
    expect(parsed(await palyra(...revocations("remove"), "acme-security", "--json"))).toMatchObject({
      changed: true,
      public_keys: [],
    });
    expect(parsed(await palyra(...revocations("remove"), "acme-security", "--json"))).toMatchObject({ changed: false });
    expect((await install()).exit).toBe(0);
    expect(
      readdirSync(join(root, "state/revocations")).flatMap((each) => readdirSync(join(root, "state/revocations", each))),
    ).toEqual([]);
    await publish(1);
    expect(parsed(await follow())).toMatchObject({ changed: true, list: { sequence: 1 } });
  });
});

describe("a list that is not renewed", () => {
  const week = 7 * DAY;
  it("warns within its grace, then keeps new skills out and goes on warning of those that are here", async () => {
    await publish(1);
    await follow();
    expect((await install()).exit).toBe(0);
    writeFileSync(file("echo.palyra-skill"), await skillBytes({ version: "1.1.0" }));
    const [expired, stale] = [at(NOW + DAY + week), at(NOW + DAY + week + 1)];
    expect((await expired("skills", "verify", "acme.echo")).stderr).toContain("has expired");
    // Its renewal failed before, which is a warning: the error document is alone all the same (D16).
    expect(errorOf(await install(stale))).toMatchObject({ code: "RevocationListStale", details: { issuer: "acme-security" } });
    expect(errorOf(await stale("extension", "doctor", "--artifact", file("echo.palyra-skill"), "--json"))).toMatchObject({
      code: "RevocationListStale",
    });
    const verified = await stale("skills", "verify", "acme.echo");
    expect(verified).toMatchObject({ exit: 0, stderr: expect.stringContaining("has expired") });
    expect((await install(expired)).exit).toBe(0);
  });

  it("refuses everything where its operator said so", async () => {
    await publish(1);
    await follow("--grace-ms", "0", "--when-stale", "block");
    expect((await install()).exit).toBe(0);
    expect((await verify(at(NOW + DAY))).exit).toBe(0);
    expect(errorOf(await verify(at(NOW + DAY + 1)))).toMatchObject({ code: "RevocationListStale" });
  });

  it("is renewed by an install, an hour after it was last heard of, and not before", async () => {
    await publish(1);
    await follow();
    await publish(2, await revokesKey(1));
    expect((await install(at(NOW + 3_599_999))).exit).toBe(0);
    writeFileSync(file("echo.palyra-skill"), await skillBytes({ version: "1.1.0" }));
    expect(errorOf(await install(at(NOW + 3_600_000)))).toMatchObject({ code: "RevokedKey" });
  });

  it("counts until it is stale where it cannot be had", async () => {
    await publish(1);
    await follow();
    rmSync(file("list.json"));
    const ran = await at(NOW + 3_600_000)("skills", "install", "--artifact", file("echo.palyra-skill"), "--allow-untrusted");
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("could not be renewed (Io)") });
  });
});

describe("T35: a key that a list revokes", () => {
  it("cannot rotate", async () => {
    await palyra("skills", "trust", "pin", "acme", await publicKeyOf(1));
    await publish(1, await revokesKey(1));
    await follow();
    await palyra(
      ...["skills", "trust", "sign-rotation", "acme", "--old-key-file", file("1.key"), "--new-key-file", file("2.key")],
      ...["--sequence", "1", "--expires-at-unix-ms", String(NOW + DAY), "--output", file("rotation.json")],
    );
    const ran = await palyra("skills", "trust", "rotate", "--statement", file("rotation.json"), "--json");
    expect(errorOf(ran)).toMatchObject({ code: "RevokedKey", details: { list: "acme-security" } });
  });
});

describe("signing a list", () => {
  const sign = (...more: string[]): Promise<Ran> =>
    palyra("skills", "trust", "sign-revocations", "acme-security", "--signing-key-file", file("9.key"), "--json", ...more);
  it("goes on from the one before, whose entries keep their reasons", async () => {
    await publish(4, await revokesKey(1));
    const more = ["--previous", file("4.json"), "--revoke-key", `globex=${await publicKeyOf(2)}`, "--reason", "stolen"];
    expect(parsed(await sign(...more, "--expires", "2027-01-31", "--output", file("next.json")))).toMatchObject({
      sequence: 5,
      keys: 2,
      expires_at_unix_ms: Date.UTC(2027, 0, 31),
    });
    const written = JSON.parse(readFileSync(file("next.json"), "utf8"));
    expect(written.keys.map(({ reason }: { reason: string }) => reason).sort()).toEqual(["leaked", "stolen"]);
  });
  it("signs no stranger's list anew, nor an old one, and writes over nothing", async () => {
    await publish(4, [], 8);
    const next = ["--expires", String(NOW + 1), "--output", file("next.json")];
    expect(errorOf(await sign("--previous", file("4.json"), ...next))).toMatchObject({ code: "Usage" });
    const signer = ["--previous-key", await publicKeyOf(8)];
    expect((await sign("--previous", file("4.json"), ...signer, ...next)).exit).toBe(0);
    expect(
      errorOf(
        await sign("--previous", file("next.json"), "--sequence", "5", "--expires", String(NOW + 1), "--output", file("x.json")),
      ),
    ).toMatchObject({ code: "Usage" });
    expect(errorOf(await sign(...next))).toMatchObject({ code: "Io", details: { code: "EEXIST" } });
    expect(errorOf(await sign("--expires", String(NOW - 1), "--output", file("x.json")))).toMatchObject({ code: "Usage" });
    expect(errorOf(await sign("--revoke-payload", "a".repeat(64), ...next))).toMatchObject({ code: "Usage" });
  });
});
