import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signRevocation, writeRevocation } from "palyra-skills/signature";
import { parseConstraints, writeConstraints } from "palyra-skills/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillBytes } from "../lifecycle/support.ts";

const NOW = 1_750_000_000_000;
let root: string;
let palyra: ReturnType<typeof commandLine>;
let key: string;
let artifact: string;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root, { now: NOW });
  key = await publicKeyOf(1);
  artifact = join(root, "echo.palyra-skill");
  writeFileSync(artifact, await skillBytes());
});

const trustStore = (): string => join(root, "state/skills/trust-store.json");
const constraintsFile = (): string => join(root, "state/skills/trust-constraints.json");
const install = (...more: string[]): Promise<Ran> =>
  palyra("skills", "install", "--artifact", artifact, "--allow-untrusted", "--json", ...more);
const payloadOf = async (): Promise<string> => {
  const index: { entries: { payload_sha256: string }[] } = JSON.parse(
    readFileSync(join(root, "state/skills/installed-index.json"), "utf8"),
  );
  return index.entries[0]?.payload_sha256 ?? "";
};

const SAYS = {
  RevokedKey: "of acme is revoked",
  RevokedPayload: ") is revoked",
  KeyOutOfScope: "is trusted for other things",
} as const;

/** Each command that decides on trust refuses what is installed, and the artifact, with this code. */
async function refusedEverywhere(code: keyof typeof SAYS): Promise<void> {
  expect(errorOf(await palyra("skills", "package", "verify", "--artifact", artifact, "--json"))).toMatchObject({ code });
  expect(errorOf(await install())).toMatchObject({ code });
  expect(errorOf(await palyra("skills", "verify", "acme.echo", "--json"))).toMatchObject({ code });
  // `check` tells of each skill in a sentence (spec 11.5).
  expect(parsed(await palyra("skills", "check", "--json"))).toMatchObject({
    results: [{ check_status: "blocked", trust_accepted: false, trust_error: expect.stringContaining(SAYS[code]) }],
  });
  expect(errorOf(await palyra("skills", "audit", "--artifact", artifact, "--json"))).toMatchObject({ code });
  const audit = await palyra("skills", "audit", "--json");
  expect(audit.exit).toBe(1);
  expect(`${audit.stdout}${audit.stderr}`).toContain(SAYS[code]);
}

describe("a revoked key", () => {
  it.each(["first seen", "listed"])("T35: is refused by every command, %s as it is", async (how) => {
    await install();
    if (how === "listed") await palyra("skills", "trust", "add", "acme", key);
    expect(await palyra("skills", "package", "verify", "--artifact", artifact)).toMatchObject({ exit: 0 });
    const ran = await palyra("skills", "trust", "revoke", "acme", key, "--reason", "leaked", "--json");
    expect(ran.exit).toBe(0);
    expect(parsed(ran)).toEqual({
      trust_store: trustStore(),
      changed: true,
      publisher: "acme",
      public_key: key,
      key_id: expect.stringMatching(/^ed25519:[0-9a-f]{16}$/),
      payload_sha256: null,
      reason: "leaked",
      revoked_at_unix_ms: NOW,
      affected: [{ skill_id: "acme.echo", version: "1.0.0", current: true }],
    });
    await refusedEverywhere("RevokedKey");
  });

  it("stays as it was revoked first, and nothing is written again", async () => {
    await palyra("skills", "trust", "revoke", `acme=${key}`, "--reason", "leaked");
    const before = readFileSync(constraintsFile());
    const again = await palyra("skills", "trust", "revoke", "acme", key, "--reason", "other", "--json");
    expect(parsed(again)).toMatchObject({ changed: false, reason: "leaked", affected: [] });
    expect(readFileSync(constraintsFile()).equals(before)).toBe(true);
    expect(existsSync(trustStore())).toBe(false);
    const events = await palyra("skills", "journal", "tail", "--json");
    expect(parsed(events)).toMatchObject({
      events: [{ event_kind: "skill.trust_changed", payload: { change: "revoke", publisher: "acme", reason: "leaked" } }],
    });
  });

  it("is told with what it comes to, the reason made safe", async () => {
    await install();
    const { stdout } = await palyra("skills", "trust", "revoke", "acme", key, "--reason", "le\u001b[31maked");
    expect(stdout).toContain("Nothing that this key signed is accepted here any more");
    expect(stdout).toContain("acme.echo 1.0.0");
    expect(stdout).not.toContain("\u001b[31m");
    // Remembered and refused at once: the list says both.
    expect((await palyra("skills", "trust", "list")).stdout).toMatch(/acme +first seen, revoked/);
    expect(parsed(await palyra("skills", "trust", "list", "--json"))).toMatchObject({
      revoked_keys: [key],
      revoked_payloads: [],
    });
    const shown = await palyra("skills", "trust", "show", "acme");
    expect(shown.stdout).toContain("each key that it is trusted by is revoked");
    expect((await palyra("skills", "journal", "tail")).stdout).toContain("revoked: ed25519:");
  });
});

describe("T35: a key that its own holder takes back", () => {
  const sign = async (fill: number, output: string): Promise<void> => {
    writeFileSync(join(root, `${fill}.key`), new Uint8Array(32).fill(fill));
    const words = ["skills", "trust", "sign-revocation", "acme", "--signing-key-file", join(root, `${fill}.key`)];
    expect((await palyra(...words, "--reason", "leaked", "--output", output, "--json")).exit).toBe(0);
  };
  const apply = (file: string, ...more: string[]) => palyra("skills", "trust", "revoke", "--statement", file, "--json", ...more);

  it("is refused from then on, with the holder's reason, and no other key is", async () => {
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(1));
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(2));
    const file = join(root, "taken-back.json");
    await sign(1, file);
    expect(parsed(await apply(file))).toMatchObject({ changed: true, public_key: await publicKeyOf(1), reason: "leaked" });
    expect(parsed(await apply(file))).toMatchObject({ changed: false });
    expect(parsed(await palyra("skills", "trust", "list", "--json"))).toMatchObject({ revoked_keys: [await publicKeyOf(1)] });
  });

  it("revokes nothing but itself: neither another key nor a payload, though the signature holds", async () => {
    const base = { publisher: "acme", reason: "x", revoked_at_unix_ms: 1 };
    const other = { ...base, subject: "key", revoked: await publicKeyOf(2) } as const;
    const payload = { ...base, subject: "payload", revoked: "ab".repeat(32) } as const;
    const nobody = { ...base, publisher: "Ac me", subject: "key", revoked: await publicKeyOf(1) } as const;
    for (const terms of [other, payload, nobody]) {
      const file = join(root, "other.json");
      writeFileSync(file, writeRevocation(await signRevocation(terms, new Uint8Array(32).fill(1), nodePlatform)));
      expect(errorOf(await apply(file))).toMatchObject({ code: "RevocationRefused" });
    }
    expect(existsSync(join(root, "state/skills/trust-constraints.json"))).toBe(false);
  });

  it("is refused where the statement was changed, or something else is said beside it", async () => {
    const file = join(root, "taken-back.json");
    await sign(1, file);
    expect(errorOf(await apply(file, "--reason", "mine"))).toMatchObject({ code: "Usage" });
    writeFileSync(file, readFileSync(file, "utf8").replace("leaked", "hacked"));
    expect(errorOf(await apply(file))).toMatchObject({ code: "SignatureVerificationFailed" });
  });
});

describe("a revoked payload", () => {
  it("T42: is refused by every command, whoever signed it", async () => {
    await install();
    const payload = await payloadOf();
    const ran = await palyra("skills", "trust", "revoke", "--payload", payload, "--reason", "steals files", "--json");
    expect(parsed(ran)).toMatchObject({
      changed: true,
      public_key: null,
      payload_sha256: payload,
      affected: [{ skill_id: "acme.echo" }],
    });
    await palyra("skills", "trust", "add", "acme", key);
    await refusedEverywhere("RevokedPayload");
    const again = await palyra("skills", "trust", "revoke", "--payload", payload, "--reason", "x", "--json");
    expect(parsed(again)).toMatchObject({ changed: false, reason: "steals files" });
  });
});

describe("a key with limits", () => {
  it.each([
    ["T34: a period that is over by the host's time", { skill_id_prefixes: ["acme"], not_after_unix_ms: NOW - 1 }],
    ["a skill id outside", { skill_id_prefixes: ["acme.billing"] }],
  ])("%s is refused by every command", async (_, limits) => {
    await install();
    const constraints = parseConstraints(readFileSync(constraintsFile()), constraintsFile());
    const keys = [{ publisher: "acme", public_key: key, ...limits }];
    writeFileSync(constraintsFile(), writeConstraints({ ...constraints, keys }), { mode: 0o600 });
    expect((await palyra("skills", "trust", "accept-changes", "--yes")).exit).toBe(0);
    await refusedEverywhere("KeyOutOfScope");
    expect(parsed(await palyra("skills", "trust", "show", "acme", "--json"))).toMatchObject({ keys: [{ limits: [limits] }] });
  });
});

describe("trust show", () => {
  it("says all of a publisher", async () => {
    await install();
    expect(parsed(await palyra("skills", "trust", "show", "acme", "--json"))).toEqual({
      trust_store: trustStore(),
      publisher: "acme",
      keys: [{ public_key: key, key_id: expect.any(String), trusted_as: "first_seen", revoked: null, limits: [] }],
      rotation: null,
      owns: ["acme.echo"],
      installed: [{ skill_id: "acme.echo", version: "1.0.0", current: true }],
    });
    expect((await palyra("skills", "trust", "show", "acme")).stdout).toContain(
      "with the key that it was first seen with is trusted",
    );
  });
  it("of nobody writes nothing and says so", async () => {
    const ran = await palyra("skills", "trust", "show", "globex");
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining("Nothing of globex is trusted here") });
    expect(existsSync(join(root, "state"))).toBe(false);
  });
});
