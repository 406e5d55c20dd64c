// Where a vault's key is, and moving it (spec 6.4, decision 8).
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { type Keychain, KeychainFailure, type VaultAccess } from "../../src/vault/index.ts";
import { bytes, call, name, newFolder, TOKEN } from "./names.ts";
import { ageFileVault, folderKeychain, noKeychain, vaultIn } from "./support.ts";

const PASSPHRASE = "correct horse";
const withPassphrase: Partial<VaultAccess> = { passphrase: async () => bytes(PASSPHRASE) };

/** A keychain as a map, which counts what it is asked. */
function keychainOf(entries = new Map<string, string>()): Keychain & { readonly entries: Map<string, string> } {
  return {
    entries,
    get: async (account) => entries.get(account),
    put: async (account, secret) => void entries.set(account, secret),
    delete: async (account) => entries.delete(account),
  };
}

async function textOf(folder: string, access: Partial<VaultAccess> = {}): Promise<string | undefined> {
  const found = await vaultIn(folder, access).get(TOKEN);
  return found === undefined ? undefined : Buffer.from(found.value).toString();
}

describe("the key in the keychain (spec 6.4)", () => {
  it("goes there where one answers, and no file holds it", async () => {
    const [folder, keychain] = [newFolder(), keychainOf()];
    await vaultIn(folder, { keychain }).set(TOKEN, bytes("hunter2"), call);
    expect(readdirSync(folder).toSorted()).toEqual([
      "palyra-skills.age",
      "palyra-skills.backend.json",
      "palyra-skills.lock",
      "palyra-skills.lock.holder",
    ]);
    expect([...keychain.entries.values()]).toEqual([expect.stringMatching(/^AGE-SECRET-KEY-1/)]);
    expect(await vaultIn(folder, { keychain }).keyPlace()).toBe("keychain");
    expect(await textOf(folder, { keychain })).toBe("hunter2");
  });
  it("goes to the file where none answers, or the file was asked for", async () => {
    for (const access of [{ keychain: noKeychain }, { keychain: keychainOf(), backend: "encrypted_file" as const }]) {
      const folder = newFolder();
      await vaultIn(folder, access).set(TOKEN, bytes("x"), call);
      expect(await vaultIn(folder, access).keyPlace()).toBe("key_file");
      expect(existsSync(join(folder, "palyra-skills.key"))).toBe(true);
    }
  });
  it("asked for by name, it is that or nothing", async () => {
    const folder = newFolder();
    const only = vaultIn(folder, { backend: "keychain" });
    await expect(only.set(TOKEN, bytes("x"), call)).rejects.toMatchObject({
      code: "VaultUnavailable",
      details: { needs: "keychain" },
    });
    expect(existsSync(join(folder, "palyra-skills.key"))).toBe(false);
    expect(await ageFileVault(folder).exists()).toBe(false);
  });
  it("a keychain that keeps nothing, or cannot write, is not relied on", async () => {
    const forgets = { ...keychainOf(), put: async () => {} };
    const refuses = { ...keychainOf(), put: () => Promise.reject(new KeychainFailure("locked")) };
    for (const keychain of [forgets, refuses]) {
      const folder = newFolder();
      await vaultIn(folder, { keychain }).set(TOKEN, bytes("x"), call);
      expect(await vaultIn(folder, { keychain }).keyPlace()).toBe("key_file");
      expect(await textOf(folder)).toBe("x");
    }
  });
  it("T25: when it no longer gives the key, nothing is read as empty and nothing is made", async () => {
    const [folder, keychain] = [newFolder(), keychainOf()];
    await vaultIn(folder, { keychain }).set(TOKEN, bytes("x"), call);
    const before = readFileSync(join(folder, "palyra-skills.age"));
    for (const other of [noKeychain, keychainOf(), keychainOf(new Map([...keychain.entries.keys()].map((id) => [id, "x"])))]) {
      const vault = vaultIn(folder, { keychain: other });
      for (const work of [
        () => vault.get(TOKEN),
        () => vault.list(TOKEN.scope),
        () => vault.set(TOKEN, bytes("new"), call),
        () => vault.delete(TOKEN, call),
        () => vault.rekey({ to: "key_file" }, call),
      ])
        await expect(work()).rejects.toHaveCode("VaultUnavailable");
    }
    expect(readFileSync(join(folder, "palyra-skills.age")).equals(before)).toBe(true);
    expect(existsSync(join(folder, "palyra-skills.key"))).toBe(false);
    expect(await textOf(folder, { keychain })).toBe("x");
  });
  it("a vault may be moved: its entry is not named by its place", async () => {
    const [folder, keychain, moved] = [newFolder(), keychainOf(), newFolder()];
    await vaultIn(folder, { keychain }).set(TOKEN, bytes("x"), call);
    cpSync(folder, moved, { recursive: true });
    chmodSync(moved, 0o700);
    expect(await textOf(moved, { keychain })).toBe("x");
  });
  it("T25: the recipient stands nowhere: who can only write the folder cannot make a vault for this key", async () => {
    const [folder, keychain] = [newFolder(), keychainOf()];
    await vaultIn(folder, { keychain }).set(TOKEN, bytes("x"), call);
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), "latin1")).not.toMatch(/age1[0-9a-z]{20}/);
  });
});

describe("the key under a passphrase", () => {
  it("is asked for once, opens the vault, and age itself opens the key's file", async () => {
    const folder = newFolder();
    await ageFileVault(folder).set(TOKEN, bytes("x"), call);
    await ageFileVault(folder).rekey({ to: "passphrase", passphrase: bytes(PASSPHRASE) }, call);
    expect(readdirSync(folder)).not.toContain("palyra-skills.key");
    let asked = 0;
    const vault = vaultIn(folder, { passphrase: async () => bytes(++asked === 0 ? "" : PASSPHRASE) });
    await vault.set(name("global/b"), bytes("y"), call);
    expect([await vault.list(TOKEN.scope).then((all) => all.length), asked]).toEqual([2, 1]);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const key = await decrypter.decrypt(readFileSync(join(folder, "palyra-skills.key.age")), "text");
    expect(key).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]+\n$/);
  });
  it("a wrong one, or nobody to ask, is refused and said", async () => {
    const folder = newFolder();
    await ageFileVault(folder).set(TOKEN, bytes("x"), call);
    await ageFileVault(folder).rekey({ to: "passphrase", passphrase: bytes(PASSPHRASE) }, call);
    for (const wrong of [bytes("wrong"), Uint8Array.of(0x67, 0xe4)])
      await expect(textOf(folder, { passphrase: async () => wrong.slice() })).rejects.toMatchObject({
        code: "VaultUnavailable",
        details: { needs: "passphrase", problem: "the passphrase is wrong" },
      });
  });
  it("must be one, and the move must fit what was asked for", async () => {
    const folder = newFolder();
    const vault = vaultIn(folder, { keychain: keychainOf(), backend: "encrypted_file" });
    await vault.set(TOKEN, bytes("x"), call);
    // Bytes that are no text: age takes a text, and any of them would have been the empty one.
    for (const passphrase of [new Uint8Array(), new Uint8Array(1025), Uint8Array.of(0x67, 0xe4)])
      await expect(vault.rekey({ to: "passphrase", passphrase }, call)).rejects.toHaveCode("Usage");
    await expect(vault.rekey({ to: "keychain" }, call)).rejects.toHaveCode("Usage");
    expect(await vault.keyPlace()).toBe("key_file");
  });
});

describe("moving the key", () => {
  it.each(["keychain", "key_file", "passphrase"] as const)("to each place from %s, with a new key each time", async (first) => {
    const [folder, keychain] = [newFolder(), keychainOf()];
    const access = { keychain, ...withPassphrase };
    const vault = vaultIn(folder, access);
    const passphrase = bytes(PASSPHRASE);
    await vault.set(TOKEN, bytes("x"), call);
    await vault.rekey({ to: first, passphrase }, call);
    for (const to of ["keychain", "key_file", "passphrase"] as const) {
      await vault.rekey({ to: first, passphrase }, call);
      const key = existsSync(join(folder, "palyra-skills.key")) ? readFileSync(join(folder, "palyra-skills.key"), "utf8") : "";
      const entries = [...keychain.entries.values()];
      expect(await vault.rekey({ to, passphrase }, call)).toEqual({ from: first, to, oldKeyRemoved: true });
      expect(await textOf(folder, access)).toBe("x");
      expect(await vault.keyPlace()).toBe(to);
      // What opened it before opens it no more, and lies nowhere.
      const secrets = readFileSync(join(folder, "palyra-skills.age"));
      for (const old of [key.trim(), ...entries].filter((each) => each !== "")) {
        const decrypter = new Decrypter();
        decrypter.addIdentity(old);
        await expect(decrypter.decrypt(secrets)).rejects.toThrow();
      }
      expect(keychain.entries.size).toBe(to === "keychain" ? 1 : 0);
      expect(existsSync(join(folder, "palyra-skills.key"))).toBe(to === "key_file");
      expect(existsSync(join(folder, "palyra-skills.key.age"))).toBe(to === "passphrase");
    }
  });
  it("of a vault that is not there makes one", async () => {
    const folder = newFolder();
    expect(await ageFileVault(folder).rekey({ to: "passphrase", passphrase: bytes(PASSPHRASE) }, call)).toMatchObject({
      from: null,
    });
    expect(await vaultIn(folder, withPassphrase).exists()).toBe(true);
  });
  it("T25: a record of another form is refused", async () => {
    for (const record of [
      '{"schema_version":2,"key":"keychain","made":true}',
      '{"schema_version":2,"key":"keychain","key_id":"../x","made":true}',
      '{"schema_version":2,"key":"passphrase","odd":1}',
      '{"schema_version":1,"backend":"keychain"}',
      '{"schema_version":3,"key":"passphrase"}',
    ]) {
      const folder = newFolder();
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, "palyra-skills.backend.json"), record, { mode: 0o600 });
      await expect(ageFileVault(folder).get(TOKEN)).rejects.toHaveCode("VaultUnavailable");
    }
  });
  it("T25: a vault that says it is being made, and whose secrets are there, is opened and not made anew", async () => {
    const [folder, keychain] = [newFolder(), keychainOf()];
    await vaultIn(folder, { keychain }).set(TOKEN, bytes("x"), call);
    const file = join(folder, "palyra-skills.backend.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("true", "false"), { mode: 0o600 });
    expect(await textOf(folder, { keychain })).toBe("x");
    await expect(textOf(folder, { keychain: keychainOf() })).rejects.toHaveCode("VaultUnavailable");
    await vaultIn(folder, { keychain }).set(name("global/b"), bytes("y"), call);
    expect(readFileSync(file, "utf8")).toContain('"made":true');
  });
});

describe("T11: killed at every step of a move", () => {
  let driver: Awaited<ReturnType<typeof bundleForNode>>;
  beforeAll(async () => {
    driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/vault/driver.ts"));
  });
  /** With a keychain that is a folder, so that it outlives the process. */
  const run = (folder: string, words: readonly string[], faultPoint = "none"): Promise<string | null> => {
    const env = { ...process.env, PALYRA_FAULT_POINT: faultPoint, TEST_KEYCHAIN: `${folder}.keychain` };
    const child = spawn(process.execPath, [driver.file, folder, ...words], { env, stdio: ["ignore", "ignore", "inherit"] });
    return new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? (code === 0 ? null : `exit ${code}`))));
  };
  it.each([
    ["key_file", "keychain"],
    ["key_file", "key_file"],
    ["keychain", "key_file"],
    ["none", "keychain"],
    ["key_file", "passphrase"],
  ] as const)("from %s to %s: the vault opens, nothing is lost, and the next one to write tidies up", async (from, to) => {
    const start = newFolder();
    if (from !== "none") {
      expect(await run(start, ["set", "global/token", "x"])).toBeNull();
      expect(await run(start, ["rekey", from])).toBeNull();
    }
    const places = new Set<string | undefined>();
    for (let point = 1; ; point += 1) {
      expect(point).toBeLessThan(60);
      const folder = newFolder();
      for (const end of ["", ".keychain"]) if (existsSync(start + end)) cpSync(start + end, folder + end, { recursive: true });
      if (existsSync(folder)) chmodSync(folder, 0o700);
      const ended = await run(folder, from === "none" ? ["set", "global/token", "x"] : ["rekey", to], `*:${point}`);
      const access = { keychain: folderKeychain(`${folder}.keychain`), ...withPassphrase };
      places.add(await vaultIn(folder, access).keyPlace());
      const left = await textOf(folder, access);
      expect(from === "none" ? [undefined, "x"] : ["x"], `point ${point}`).toContain(left);
      await vaultIn(folder, access).set(name("global/next"), bytes("next"), call);
      expect(await textOf(folder, access)).toBe(left);
      const place = await vaultIn(folder, access).keyPlace();
      expect(existsSync(join(folder, "palyra-skills.key"))).toBe(place === "key_file");
      expect(existsSync(join(folder, "palyra-skills.key.age"))).toBe(place === "passphrase");
      expect(readdirSync(folder).filter((file) => file.endsWith(".tmp"))).toEqual([]);
      rmSync(folder, { recursive: true });
      if (ended === null) {
        expect(place).toBe(to);
        break;
      }
      expect(ended).toBe("SIGKILL");
    }
    expect(places).toEqual(new Set([from === "none" ? undefined : from, to]));
  });
  it("whoever reads and writes meanwhile loses nothing and is never refused", async () => {
    const folder = newFolder();
    expect(await run(folder, ["set", "global/token", "x"])).toBeNull();
    const moving = Array.from({ length: 3 }, async () => {
      for (const to of ["key_file", "keychain", "key_file"]) expect(await run(folder, ["rekey", to])).toBeNull();
    });
    const writing = run(folder, ["each", "global/w", "w", "15"]);
    const reading = run(folder, ["read", "global/token", "x", "150"]);
    await Promise.all([...moving, writing, reading]);
    expect([await writing, await reading]).toEqual([null, null]);
    const access = { keychain: folderKeychain(`${folder}.keychain`) };
    expect(await vaultIn(folder, access).list(TOKEN.scope)).toHaveLength(16);
  });
});
