import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillBytes } from "../lifecycle/support.ts";

const NOW = 1_750_000_000_000;
let root: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root, { now: NOW });
  for (const fill of [1, 2, 3]) writeFileSync(join(root, `${fill}.key`), new Uint8Array(32).fill(fill));
  await palyra("skills", "trust", "pin", "acme", await publicKeyOf(1));
});

let files = 0;
/** A statement of `acme`: from one key to the next. */
async function statement(from: number, to: number, sequence: number, expires = NOW): Promise<string> {
  const file = join(root, `${files++}.json`);
  const ran = await palyra(
    ...["skills", "trust", "sign-rotation", "acme", "--old-key-file", join(root, `${from}.key`)],
    ...["--new-key-file", join(root, `${to}.key`), "--sequence", String(sequence)],
    ...["--expires-at-unix-ms", String(expires), "--output", file, "--json"],
  );
  expect(ran.exit).toBe(0);
  return file;
}
const rotate = (file: string): Promise<Ran> => palyra("skills", "trust", "rotate", "--statement", file, "--json");
const show = async (): Promise<unknown> => parsed(await palyra("skills", "trust", "show", "acme", "--json"));
const pinnedTo = async (fill: number, frozen?: boolean): Promise<void> =>
  expect(await show()).toMatchObject({
    keys: [{ public_key: await publicKeyOf(fill), trusted_as: "first_seen" }],
    ...(frozen === undefined ? {} : { rotation: { frozen } }),
  });

describe("a rotation", () => {
  it("moves the pin, once", async () => {
    const file = await statement(1, 2, 1);
    expect(parsed(await rotate(file))).toMatchObject({ changed: true, publisher: "acme", new_public_key: await publicKeyOf(2) });
    await pinnedTo(2, false);
    expect(parsed(await rotate(file))).toMatchObject({ changed: false });
    expect(parsed(await palyra("skills", "journal", "tail", "--json"))).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({ payload: expect.objectContaining({ change: "rotate", sequence: 1 }) }),
      ]),
    });
    const artifact = join(root, "old.palyra-skill");
    writeFileSync(artifact, await skillBytes());
    const old = await palyra("skills", "package", "verify", "--artifact", artifact, "--json");
    expect(errorOf(old)).toMatchObject({ code: "TofuKeyMismatch" });
    expect((await palyra("skills", "trust", "rotate", "--statement", await statement(2, 3, 2))).stdout).toContain("is trusted");
    await pinnedTo(3);
  });

  it("T35: of a revoked key moves nothing, nor to one", async () => {
    await palyra("skills", "trust", "revoke", "acme", await publicKeyOf(1), "--reason", "leaked");
    expect(errorOf(await rotate(await statement(1, 2, 1)))).toMatchObject({ code: "RevokedKey" });
    await pinnedTo(1);
  });

  it("T35: moves no listed key", async () => {
    await palyra("skills", "trust", "add", "acme", await publicKeyOf(1));
    expect(errorOf(await rotate(await statement(1, 2, 1)))).toMatchObject({ code: "RotationRefused" });
  });

  it("T34: that has expired, or of another key, or of a lower number, moves nothing", async () => {
    for (const wrong of [await statement(1, 2, 1, NOW - 1), await statement(3, 2, 1)]) {
      expect(errorOf(await rotate(wrong))).toMatchObject({ code: "RotationRefused" });
    }
    await rotate(await statement(1, 2, 5));
    expect(errorOf(await rotate(await statement(2, 3, 4)))).toMatchObject({ code: "RotationRefused" });
    await pinnedTo(2);
  });

  it("freezes where two statements have one number, until a person pins a key", async () => {
    await rotate(await statement(1, 2, 1));
    expect(errorOf(await rotate(await statement(1, 3, 1)))).toMatchObject({ code: "ConflictingRotation" });
    await pinnedTo(2, true);
    const next = await statement(2, 3, 2);
    expect(errorOf(await rotate(next))).toMatchObject({ code: "ConflictingRotation" });
    await palyra("skills", "trust", "pin", "acme", await publicKeyOf(2));
    expect(parsed(await rotate(next))).toMatchObject({ changed: true });
    await pinnedTo(3, false);
  });

  it("that was changed is refused, and nothing is written", async () => {
    const file = await statement(1, 2, 1);
    writeFileSync(file, readFileSync(file, "utf8").replace('"sequence": 1', '"sequence": 2'));
    expect(errorOf(await rotate(file))).toMatchObject({ code: "SignatureVerificationFailed" });
    writeFileSync(file, "{}");
    expect(errorOf(await rotate(file))).toMatchObject({ code: "Serialization" });
    expect(existsSync(join(root, "state/skills/trust-constraints.json"))).toBe(false);
  });

  it("is signed with two keys, and no file is written over", async () => {
    const words = (to: string, output: string): string[] => [
      ...["skills", "trust", "sign-rotation", "acme", "--old-key-file", join(root, "1.key"), "--new-key-file", join(root, to)],
      ...["--sequence", "1", "--expires-at-unix-ms", "9", "--output", output, "--json"],
    ];
    expect(errorOf(await palyra(...words("1.key", join(root, "same.json"))))).toMatchObject({
      code: "SignatureVerificationFailed",
    });
    expect(errorOf(await palyra(...words("2.key", join(root, "2.key"))))).toMatchObject({ code: "Io" });
  });
});
