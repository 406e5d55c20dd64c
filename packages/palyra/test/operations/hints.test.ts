// What a refusal says is to be typed as it stands: each hint here is given to a shell, and run (spec 6, T3, T8).
import { spawnSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, type SkillSpec, skillBytes } from "../lifecycle/support.ts";

const NOW = 1_750_000_000_000;
let root: string;
let palyra: ReturnType<typeof commandLine>;
/** As a person would who keeps things in folders with blanks, and says where. */
let places: string[];
beforeEach(() => {
  root = temporaryFolder();
  palyra = commandLine(root, { now: NOW });
  places = ["--state-root", join(root, "it's mine")];
});

let files = 0;
async function artifact(spec: SkillSpec = {}): Promise<string> {
  const file = join(root, `a skill ${files++}.palyra-skill`);
  writeFileSync(file, await skillBytes(spec));
  return file;
}
const install = async (spec: SkillSpec, ...more: string[]): Promise<Ran> =>
  palyra("skills", "install", "--artifact", await artifact(spec), "--json", ...places, ...more);

/** The words that a shell makes of the command in a hint; `label` stands before it. */
function wordsAfter(ran: Ran, label: string): string[] {
  const hint = String(errorOf(ran).hint);
  const command =
    hint
      .split("; ")
      .find((part) => part.includes(label))
      ?.split(label)[1] ?? "";
  expect(command, hint).toMatch(/^palyra /);
  const shell = spawnSync("sh", ["-c", `for word in ${command}; do printf '%s\\n' "$word"; done`], { encoding: "utf8" });
  return shell.stdout.trimEnd().split("\n").slice(1);
}

describe("a refusal", () => {
  it("T3: of another owner names the command that allows it, and it does", async () => {
    await install({}, "--allow-untrusted");
    const refused = await install({ id: "acme.echo", publisher: "globex", key: 2, version: "2.0.0" }, "--allow-untrusted");
    // The audit fails an id that is not its publisher's, before owners are compared; a policy may say otherwise.
    expect(errorOf(refused).code).toBe("AuditRefused");
    const policy = join(root, "policy.json");
    writeFileSync(policy, JSON.stringify({ checks: { skill_id_namespace: "warn" } }));
    const other = await install(
      { id: "acme.echo", publisher: "globex", key: 2, version: "2.0.0" },
      ...["--allow-untrusted", "--audit-policy", policy],
    );
    expect(errorOf(other).code).toBe("OwnerChangeRefused");
    // Its tools are others as well, which is a consent of its own (spec 4.4).
    const wider = await palyra(...wordsAfter(other, "if the skill really has a new owner: "));
    expect(errorOf(wider).code).toBe("WideningRefused");
    expect(parsed(await palyra(...wordsAfter(wider, "to accept it: ")))).toMatchObject({
      ...{ skill_id: "acme.echo", version: "2.0.0", publisher: "globex" },
    });
  });

  it("T8: of a lower version names the command that allows it, and it does", async () => {
    await install({ version: "1.1.0" }, "--allow-untrusted");
    const refused = await install({ version: "1.0.0" });
    expect(errorOf(refused).code).toBe("DowngradeRefused");
    expect(parsed(await palyra(...wordsAfter(refused, "if an older version is what you want: ")))).toMatchObject({
      version: "1.0.0",
    });
  });

  it("T8: of an older version by use names the command that allows it, and it does", async () => {
    await install({ version: "1.0.0" }, "--allow-untrusted");
    await install({ version: "1.1.0" });
    const refused = await palyra("skills", "use", "acme.echo", "--version", "1.0.0", "--json", ...places);
    expect(errorOf(refused).code).toBe("DowngradeRefused");
    expect(parsed(await palyra(...wordsAfter(refused, "if an older version is what you want: ")))).toMatchObject({
      version: "1.0.0",
    });
  });

  it("of another key than the one first seen names the command that pins it, and it is pinned in that place", async () => {
    await install({}, "--allow-untrusted");
    const refused = await install({ version: "1.1.0", key: 2 });
    expect(errorOf(refused).code).toBe("TofuKeyMismatch");
    await palyra(...wordsAfter(refused, "if the publisher confirms the key by another way: "));
    expect(parsed(await install({ version: "1.1.0", key: 2 }))).toMatchObject({ version: "1.1.0" });
  });

  it("of another key than the listed ones names the command that lists it, and it is listed", async () => {
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(1), ...places);
    const refused = await install({ key: 2 });
    expect(errorOf(refused).code).toBe("TrustedPublisherKeyMismatch");
    await palyra(...wordsAfter(refused, "if the publisher confirms the key by another way: "));
    expect(parsed(await install({ key: 2 }))).toMatchObject({ trust_decision: "allowlisted" });
  });

  it("of an unknown publisher names both ways to trust it, and both do", async () => {
    const refused = await install({});
    expect(errorOf(refused).code).toBe("UntrustedPublisher");
    expect(parsed(await palyra(...wordsAfter(refused, "to accept it: ")))).toMatchObject({ trust_decision: "tofu_newly_pinned" });
    const other = await install({ publisher: "globex", key: 2 });
    await palyra(...wordsAfter(other, "to trust it for good: "));
    expect(parsed(await install({ publisher: "globex", key: 2 }))).toMatchObject({ trust_decision: "allowlisted" });
  });

  it("T27: of a publisher whose name is a known one's and more names the command, and it is an operator's", async () => {
    await install({}, "--allow-untrusted");
    const refused = await install({ publisher: "acme.labs", key: 2 }, "--allow-untrusted");
    expect(errorOf(refused)).toMatchObject({ code: "UntrustedPublisher", details: { relates_to: "acme" } });
    await palyra(...wordsAfter(refused, "after asking the publisher: "));
    expect(parsed(await install({ publisher: "acme.labs", key: 2 }))).toMatchObject({ trust_decision: "allowlisted" });
  });

  it("T7: of a store that something else changed names the command that shows and accepts it", async () => {
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(1), ...places);
    writeFileSync(join(root, "it's mine/skills/trust-store.json"), "{}");
    const refused = await install({});
    expect(errorOf(refused).code).toBe("TrustStoreChanged");
    const ran = await palyra(...wordsAfter(refused, "and to accept it: "), "--yes", "--json");
    expect(parsed(ran)).toMatchObject({ changed: true, removed: [{ kind: "trusted", subject: "acme" }] });
  });

  it("T35: of rotations that contradict each other names the command that ends the freeze, and it does", async () => {
    for (const fill of [1, 2, 3]) writeFileSync(join(root, `${fill}.key`), new Uint8Array(32).fill(fill));
    const rotate = async (from: number, to: number, sequence: number): Promise<Ran> => {
      const file = join(root, `${files++}.json`);
      await palyra(
        ...[
          "skills",
          "trust",
          "sign-rotation",
          "acme",
          "--old-key-file",
          join(root, `${from}.key`),
          "--new-key-file",
          join(root, `${to}.key`),
        ],
        ...["--sequence", String(sequence), "--expires-at-unix-ms", String(NOW), "--output", file],
      );
      return palyra("skills", "trust", "rotate", "--statement", file, "--json", ...places);
    };
    await palyra("skills", "trust", "pin", "acme", await publicKeyOf(1), ...places);
    await rotate(1, 2, 1);
    const refused = await rotate(1, 3, 1);
    expect(errorOf(refused)).toMatchObject({ code: "ConflictingRotation", details: { pinned: await publicKeyOf(2) } });
    expect(errorOf(await rotate(2, 3, 2))).toMatchObject({ code: "ConflictingRotation" });
    await palyra(...wordsAfter(refused, "if it is the one that is remembered: "));
    expect(parsed(await rotate(2, 3, 2))).toMatchObject({ changed: true });
  });
});

describe("the picture of a key", () => {
  const PICTURE = /\+----\[Ed25519\]----\+\n(.*\|.{17}\|\n){9}.*\+----\[SHA-256\]----\+/;
  it("is shown at first contact, by inspect and by show, and is one; it is in no document", async () => {
    const file = await artifact();
    const inspected = await palyra("skills", "package", "inspect", "--artifact", file);
    const person = commandLine(root, { now: NOW, terminal: true, types: "y\n" });
    const installed = await person("skills", "install", "--artifact", file, "--allow-untrusted", ...places);
    const shown = await palyra("skills", "trust", "show", "acme", ...places);
    const fieldOf = (text: string): string => (text.match(/\|.{17}\|/g) ?? []).join("\n");
    expect(inspected.stdout).toMatch(PICTURE);
    expect(installed.stderr).toMatch(PICTURE);
    expect(shown.stdout).toMatch(PICTURE);
    expect(fieldOf(installed.stderr)).toBe(fieldOf(inspected.stdout));
    expect(fieldOf(shown.stdout)).toBe(fieldOf(inspected.stdout));
    for (const words of [
      ["package", "inspect", "--artifact", file],
      ["trust", "show", "acme", ...places],
    ]) {
      const { stdout, stderr } = await palyra("skills", ...words, "--json");
      expect(stdout + stderr).not.toContain("SHA-256]");
    }
  });

  it("is not shown again of a key that is known", async () => {
    await install({}, "--allow-untrusted");
    const again = await palyra("skills", "install", "--artifact", await artifact({ version: "1.1.0" }), ...places);
    expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining("fingerprint") });
    expect(again.stderr).not.toMatch(PICTURE);
  });
});

describe("a line that names a command", () => {
  const place = "--state-root '";
  const plainly = async (...words: string[]): Promise<Ran> => palyra(...words, ...places);

  it("says the state root that was typed: footers and warnings, and neither where none was", async () => {
    await install({}, "--allow-untrusted");
    for (const words of [["list"], ["revocations"], ["quarantine", "acme.echo"]]) {
      const command = words[0] === "revocations" ? ["skills", "trust", "revocations", "list"] : ["skills", ...words];
      const { stdout, stderr } = await plainly(...command);
      for (const line of `${stdout}\n${stderr}`.split("\n").filter((each) => /\bpalyra (skills|secrets|doctor) /.test(each)))
        expect(line).toContain(place);
    }
    expect((await plainly("skills", "list")).stdout).toContain(`palyra ${place}`);
    expect((await palyra("skills", "list")).stdout).not.toContain("--state-root");
  });

  it("is of what was asked: a filter that nothing passes is no empty folder", async () => {
    await install({}, "--allow-untrusted");
    const { stdout } = await plainly("skills", "list", "--quarantined-only");
    expect(stdout).toContain("is what was asked for");
    expect(stdout).not.toContain("skills install");
    expect((await palyra("skills", "list", "--state-root", join(root, "none"))).stdout).toContain("skills install");
  });

  it("T26: is not that of a journal that was changed, where only nothing is kept of it", async () => {
    await install({}, "--allow-untrusted");
    renameSync(join(root, "it's mine"), join(root, "moved"));
    const at = ["--state-root", join(root, "moved")];
    const verified = await palyra("skills", "journal", "verify", "--json", ...at);
    expect(errorOf(verified)).toMatchObject({
      code: "JournalChainBroken",
      message: expect.stringContaining("is not one that is known here"),
      hint: expect.stringContaining("accept-head"),
    });
    expect(errorOf(verified).message).not.toContain("not as it was written");
    const stopped = await palyra("skills", "quarantine", "acme.echo", ...at);
    expect(stopped.stderr).toContain("No head of this journal is kept");
    // What is accepted is shown once: before it is done.
    const accepted = await palyra("skills", "journal", "accept-head", "--yes", ...at);
    expect(accepted.exit).toBe(0);
    expect(`${accepted.stdout}${accepted.stderr}`.match(/the journal ends: event/g)).toHaveLength(1);
    const trusted = await palyra("skills", "trust", "accept-changes", "--yes", ...at);
    expect(trusted.exit).toBe(0);
    const key = await publicKeyOf(1);
    expect(`${trusted.stdout}${trusted.stderr}`.split(key)).toHaveLength(2);
  });
});
