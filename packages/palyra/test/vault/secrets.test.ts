import { chmodSync, closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";

const SECRET = "hunter2-never-shown";

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile());
}

describe("palyra secrets (spec 6.4, 11.8)", () => {
  it("T22: the value is in no output and no file, but where it is asked for", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root, { stdin: Buffer.from(SECRET) });
    const ran = [
      await palyra("secrets", "set", "global", "token", "--value-stdin", "--verbose"),
      await palyra("secrets", "get", "global", "token"),
      await palyra("secrets", "get", "global", "token", "--json"),
      await palyra("secrets", "list", "--json"),
      await palyra("secrets", "status", "global", "token"),
      await palyra("secrets", "status", "global", "token", "--json"),
      // Somebody who takes it for an argument.
      await palyra("secrets", "set", "global", "token", SECRET),
      await palyra("secrets", "set", "global", "token", `--value=${SECRET}`),
      await palyra("secrets", "set", "global", `${SECRET} /`, "--value-stdin"),
      await palyra("secrets", "set", `${SECRET} /`, "token", "--value-stdin", "--json"),
    ];
    expect(ran.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
    for (const { stdout, stderr } of ran) expect(stdout + stderr).not.toContain(SECRET);
    for (const file of filesBelow(root))
      for (const form of [SECRET, Buffer.from(SECRET).toString("base64"), Buffer.from(SECRET).toString("hex")])
        expect(readFileSync(file, "latin1"), file).not.toContain(form);
    expect((await palyra("secrets", "get", "global", "token", "--reveal")).stdout).toBe(SECRET);
  });
  it("shows bytes that are no text as they are, and in JSON as base64", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root, { stdin: new Uint8Array([0xff, 0x00, 0x0a]) });
    await palyra("secrets", "set", "global", "odd", "--value-stdin");
    expect(parsed(await palyra("secrets", "get", "global", "odd", "--reveal", "--json"))).toEqual({
      scope: "global",
      key: "odd",
      value: "\ufffd\0\n",
      reveal: true,
      redacted: false,
      value_base64: "/wAK",
    });
  });
  it("what palyra keeps for itself is not set or deleted by hand", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root, { stdin: Buffer.from(SECRET) });
    for (const key of [
      "verdicts.key",
      "journal.head.0",
      "trust_store.integrity.0",
      "intent.0",
      "revocation_lists.0",
      "approvals.generation.0",
      "grants.key",
      "receipts.key",
      "feeds.key",
      "examining.0",
    ].map((each) => `skills.${each}`)) {
      expect(await palyra("secrets", "set", "global", key, "--value-stdin")).toMatchObject({ exit: 2 });
      expect(await palyra("secrets", "delete", "global", key)).toMatchObject({ exit: 2 });
    }
    expect(await palyra("secrets", "set", "global", "skills.mine", "--value-stdin")).toMatchObject({ exit: 0 });
  });
  it("a secret that is not there has its code", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root);
    const ran = await palyra("secrets", "get", "global", "none", "--json");
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(errorOf(ran)).toMatchObject({ code: "SecretNotFound", details: { scope: "global", key: "none" } });
    expect(await palyra("secrets", "delete", "global", "none")).toMatchObject({ exit: 0 });
    // Commands that only read make nothing.
    await palyra("secrets", "list");
    expect(readdirSync(root)).toEqual([]);
  });
  it("is asked for on a terminal, where nothing is shown, and only there", async () => {
    const root = temporaryFolder();
    const typing = commandLine(root, { types: `${SECRET}\n` });
    const ran = await typing("secrets", "set", "global", "token");
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stdout + ran.stderr).not.toContain(SECRET);
    expect((await typing("secrets", "get", "global", "token", "--reveal")).stdout).toBe(SECRET);
    expect(errorOf(await typing("secrets", "set", "global", "token", "--json"))).toMatchObject({ code: "Usage" });
    expect(await commandLine(root, { types: "\n" })("secrets", "set", "global", "token")).toMatchObject({ exit: 2 });
    expect(await commandLine(root)("secrets", "set", "global", "token")).toMatchObject({ exit: 2 });
    expect((await typing("secrets", "get", "global", "token", "--reveal")).stdout).toBe(SECRET);
  });
  it("comes from a file descriptor", async () => {
    const root = temporaryFolder();
    const file = join(root, "value");
    writeFileSync(file, SECRET);
    const palyra = commandLine(root);
    expect(await palyra("secrets", "set", "global", "token", "--value-fd", String(openSync(file, "r")))).toMatchObject({
      exit: 0,
    });
    expect((await palyra("secrets", "get", "global", "token", "--reveal")).stdout).toBe(SECRET);
    writeFileSync(file, "x".repeat(65_537));
    expect(await palyra("secrets", "set", "global", "token", "--value-fd", String(openSync(file, "r")))).toMatchObject({
      exit: 2,
    });
    const closed = openSync(file, "r");
    closeSync(closed);
    const ran = await palyra("secrets", "set", "global", "token", "--value-fd", String(closed), "--json");
    expect(errorOf(ran)).toMatchObject({ code: "Io" });
  });
  it("keeps a signing key that is never overwritten, and that build takes", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root);
    const made = await palyra("skills", "keygen", "--vault", "global/acme", "--json");
    expect(parsed(made)).toEqual({ key_id: expect.any(String), public_key_hex: expect.any(String), vault_ref: "global/acme" });
    const key = (await palyra("secrets", "get", "global", "acme", "--reveal")).stdout;
    expect(key).toMatch(/^[0-9a-f]{64}\n$/);
    expect(errorOf(await palyra("skills", "keygen", "--vault", "global/acme", "--json"))).toMatchObject({ code: "Io" });
    expect((await palyra("secrets", "get", "global", "acme", "--reveal")).stdout).toBe(key);
    const build = [
      "skills",
      "package",
      "build",
      "--manifest",
      "none",
      "--module",
      "none.wasm",
      "--output",
      join(root, "out"),
      "--json",
    ];
    const absent = await palyra(...build, "--signing-key-vault-ref", "global/none");
    expect(errorOf(absent)).toMatchObject({ code: "SecretNotFound" });
    // The key is there: what is missing now is the manifest.
    expect(errorOf(await palyra(...build, "--signing-key-vault-ref", "global/acme"))).toMatchObject({ code: "Io" });
    const both = await palyra(...build, "--signing-key-vault-ref", "global/acme", "--signing-key-stdin");
    expect(errorOf(both)).toMatchObject({ code: "Usage" });
  });
  it("moves the key under a passphrase, which comes from a file, a descriptor or the person, and never from an argument", async () => {
    const root = temporaryFolder();
    const file = join(root, "passphrase");
    writeFileSync(file, "correct horse\n", { mode: 0o600 });
    await commandLine(root, { stdin: Buffer.from(SECRET) })("secrets", "set", "global", "token", "--value-stdin");
    const moved = await commandLine(root)(
      ...["secrets", "rekey", "--to", "passphrase", "--passphrase-fd", String(openSync(file, "r")), "--json"],
    );
    expect(parsed(moved)).toMatchObject({ from: "key_file", to: "passphrase", old_key_removed: true, operation: "rekey" });
    const get = ["secrets", "get", "global", "token", "--reveal"];
    for (const options of [{ env: { PALYRA_VAULT_PASSPHRASE_FILE: file } }, { types: "correct horse\n" }])
      expect(await commandLine(root, options)(...get)).toMatchObject({ exit: 0, stdout: SECRET });
    // Nobody to ask, a wrong one, a file that others can read.
    for (const [options, code] of [
      [{}, "VaultUnavailable"],
      [{ types: "wrong\n" }, "VaultUnavailable"],
      [{ env: { PALYRA_VAULT_PASSPHRASE_FILE: join(root, "none") } }, "Io"],
    ] as const) {
      const ran = await commandLine(root, options)(...get);
      expect(ran).toMatchObject({ exit: 1, stdout: "" });
      expect(ran.stdout + ran.stderr).not.toContain(SECRET);
      if (!("types" in options)) expect(errorOf(await commandLine(root, options)(...get, "--json"))).toMatchObject({ code });
    }
    const status = await commandLine(root)("secrets", "status", "global", "token", "--json");
    expect(parsed(status)).toMatchObject({
      key_place: "passphrase",
      locked: "passphrase",
      count: null,
      stored: null,
      vault_exists: true,
    });
    expect((await commandLine(root)("secrets", "status")).stdout).toContain("passphrase");
    chmodSync(file, 0o640);
    const readable = await commandLine(root, { env: { PALYRA_VAULT_PASSPHRASE_FILE: file } })(...get, "--json");
    expect(errorOf(readable)).toMatchObject({ code: "UnsafeStateRoot" });
  });
  it("a key is moved only to where it can be", async () => {
    const root = temporaryFolder();
    const palyra = commandLine(root);
    for (const words of [
      ["--to", "cloud"],
      [],
      ["--to", "passphrase"],
      ["--to", "key-file", "--passphrase-fd", "3"],
      ["--to", "keychain"], // PALYRA_VAULT_BACKEND is encrypted_file
      ["--to", "passphrase", "--passphrase", SECRET],
    ]) {
      const ran = await palyra("secrets", "rekey", ...words);
      expect(ran, words.join(" ")).toMatchObject({ exit: 2, stdout: "" });
      expect(ran.stderr).not.toContain(SECRET);
    }
    const differ = await commandLine(root, { types: "one\n" })("secrets", "rekey", "--to", "passphrase");
    expect(differ).toMatchObject({ exit: 2 });
  });
  it("a vault elsewhere, and a backend that there is not", async () => {
    const root = temporaryFolder();
    const env = { PALYRA_VAULT_DIR: join(root, "elsewhere") };
    await commandLine(root, { env, stdin: Buffer.from("x") })("secrets", "set", "global", "a", "--value-stdin");
    expect(readdirSync(root)).toEqual(["elsewhere"]);
    const odd = commandLine(root, { env: { PALYRA_VAULT_BACKEND: "cloud" } });
    expect(await odd("secrets", "list")).toMatchObject({ exit: 2 });
  });
});
