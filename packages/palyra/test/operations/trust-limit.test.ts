// What a key is limited to, by command (spec 3.4).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parseTime } from "../../src/operations/shared/time.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillBytes } from "../lifecycle/support.ts";

const NOW = Date.UTC(2025, 5, 15);
const DAY = 24 * 60 * 60 * 1000;
let root: string;
let palyra: ReturnType<typeof commandLine>;
const at = (now: number) => commandLine(root, { now });
beforeEach(async () => {
  root = temporaryFolder();
  palyra = at(NOW);
  writeFileSync(join(root, "echo.palyra-skill"), await skillBytes());
  await palyra("skills", "trust", "add", "acme", await publicKeyOf(1));
});
const limit = async (...words: string[]): Promise<Ran> =>
  palyra("skills", "trust", "limit", "acme", await publicKeyOf(1), ...words, "--json");
const verify = (run = palyra): Promise<Ran> =>
  run("skills", "package", "verify", "--artifact", join(root, "echo.palyra-skill"), "--json");

describe("a limit", () => {
  it("T34: ends by this host's clock, whatever the signature says of its time", async () => {
    expect(parsed(await limit("--not-before", "2025-06-15", "--not-after", "2025-06-16"))).toMatchObject({
      ...{ changed: true, publisher: "acme", trusted: true },
      limits: [{ skill_id_prefixes: ["acme"], not_before_unix_ms: NOW, not_after_unix_ms: NOW + DAY }],
    });
    expect((await verify()).exit).toBe(0);
    expect((await verify(at(NOW + DAY))).exit).toBe(0);
    for (const now of [NOW - 1, NOW + DAY + 1]) expect(errorOf(await verify(at(now)))).toMatchObject({ code: "KeyOutOfScope" });
    expect(
      errorOf(await at(NOW + DAY + 1)("skills", "install", "--artifact", join(root, "echo.palyra-skill"), "--json")),
    ).toMatchObject({
      code: "KeyOutOfScope",
    });
  });

  it("T27: binds skill ids and tool ids by whole segments", async () => {
    await limit("--prefix", "acme.ec");
    expect(errorOf(await verify())).toMatchObject({ code: "KeyOutOfScope" });
    await limit("--prefix", "acme.other", "--prefix", "acme.echo");
    expect((await verify()).exit).toBe(0);
  });

  it("takes the place of the one before, and is taken away", async () => {
    await limit("--prefix", "acme.other");
    expect(parsed(await limit("--prefix", "acme.echo"))).toMatchObject({ limits: [{ skill_id_prefixes: ["acme.echo"] }] });
    expect(parsed(await limit("--prefix", "acme.echo"))).toMatchObject({ changed: false });
    expect((await verify()).exit).toBe(0);
    expect(parsed(await limit("--clear"))).toMatchObject({ changed: true, limits: [] });
    expect(parsed(await limit("--clear"))).toMatchObject({ changed: false });
  });

  it("is shown by show and list, and journaled", async () => {
    await limit("--prefix", "acme.echo", "--not-after", "2025-06-16");
    const limits = [{ skill_id_prefixes: ["acme.echo"], not_before_unix_ms: null, not_after_unix_ms: NOW + DAY }];
    expect(parsed(await palyra("skills", "trust", "show", "acme", "--json"))).toMatchObject({ keys: [{ limits }] });
    expect(parsed(await palyra("skills", "trust", "list", "--json"))).toMatchObject({
      limits: [{ publisher: "acme", public_key: await publicKeyOf(1), ...limits[0] }],
    });
    expect((await palyra("skills", "trust", "list")).stdout).toContain("listed, limited");
    expect(parsed(await palyra("skills", "journal", "tail", "--last", "1", "--json"))).toMatchObject({
      events: [{ payload: { change: "limit", publisher: "acme", skill_id_prefixes: ["acme.echo"] } }],
    });
  });

  it("of a key that nobody trusts trusts nobody", async () => {
    const key = await publicKeyOf(2);
    expect(parsed(await palyra("skills", "trust", "limit", "globex", key, "--not-after", "2030-01-01", "--json"))).toMatchObject({
      trusted: false,
    });
    expect(parsed(await palyra("skills", "trust", "list", "--json"))).toMatchObject({
      trusted_publishers: { acme: expect.anything() },
    });
    expect(readFileSync(join(root, "state/skills/trust-store.json"), "utf8")).not.toContain(key);
  });

  it.each([
    [[]],
    [["--clear", "--prefix", "acme"]],
    [["--not-after", "2025-02-31"]],
    [["--not-after", "tomorrow"]],
    [["--not-before", "2025-06-16", "--not-after", "2025-06-15"]],
    [["--prefix", "acme."]],
    [["--prefix", "Acme"]],
  ])("is a usage error with %j, and nothing is written", async (words) => {
    expect(errorOf(await limit(...words))).toMatchObject({ code: "Usage" });
    expect(existsSync(join(root, "state/skills/trust-constraints.json"))).toBe(false);
  });
});

it("a time is a day, a moment in UTC or milliseconds, and nothing that a calendar has not", () => {
  expect(parseTime("2027-01-31")).toBe(Date.UTC(2027, 0, 31));
  expect(parseTime("2027-01-31T09:30Z")).toBe(Date.UTC(2027, 0, 31, 9, 30));
  expect(parseTime("2027-01-31T09:30:12.5Z")).toBe(Date.UTC(2027, 0, 31, 9, 30, 12, 500));
  expect(parseTime("1800000000000")).toBe(1_800_000_000_000);
  for (const wrong of [
    "",
    "2027-02-30",
    "2027-13-01",
    "2027-01-31T09:30",
    "2027-01-31 09:30Z",
    "9999999999999999",
    "-1",
    "1e3",
    "24:00",
  ])
    expect(parseTime(wrong), wrong).toBeUndefined();
});
