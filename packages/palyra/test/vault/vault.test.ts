import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { EMPTY_DOCUMENT, parseDocument, withSecret, writeDocument } from "../../src/vault/document.ts";
import { holdsSecret } from "../../src/vault/holds.ts";
import { MAX_SECRET_BYTES, parseKey, parseReference, parseScope } from "../../src/vault/index.ts";
import { temporaryFolder } from "../cli/support.ts";
import { bytes, call, name, newFolder, TOKEN } from "./names.ts";
import { ageFileVault, doorOf } from "./support.ts";

async function filled(): Promise<string> {
  const folder = newFolder();
  await ageFileVault(folder).set(TOKEN, bytes("hunter2"), call);
  return folder;
}
const textOf = async (folder: string, secret = TOKEN): Promise<string | undefined> => {
  const found = await ageFileVault(folder).get(secret);
  return found === undefined ? undefined : Buffer.from(found.value).toString();
};

describe("names of secrets (spec 11.8)", () => {
  it.each(["global", "principal:user:ops", "channel:slack:acme", "channel:a:b:c", "skill:acme.echo", `skill:${"a".repeat(256)}`])(
    "%s is a scope",
    (text) => expect(parseScope(text)).toBe(text),
  );
  it("global is so in any case", () => expect(parseScope("GLObal")).toBe("global"));
  it.each([
    "",
    "globals",
    "skill:",
    "skill",
    "skill: ",
    "Skill:x",
    "channel:x",
    "channel::x",
    "channel:x:",
    "principal:a/b",
    "principal:a\\b",
    "principal:a\0b",
    "skill:\ud800",
    `skill:${"é".repeat(129)}`,
    "other:x",
  ])("D14: %j is none", (text) => expect(parseScope(text)).toBeUndefined());
  it("keys are 1 to 128 of their characters", () => {
    for (const key of ["a", "A.b_c-9", "x".repeat(128)]) expect(parseKey(key)).toBe(key);
    for (const key of ["", "a/b", "a b", "é", "a\n", "*", "x".repeat(129)]) expect(parseKey(key)).toBeUndefined();
  });
  it("a reference is read back from what it says, and nothing else is one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (scope, key) => {
        const parsed = parseReference(`${scope}/${key}`);
        if (parsed === undefined) return;
        expect(parseScope(parsed.scope)).toBe(parsed.scope);
        expect(`${parsed.scope}/${parsed.key}`.toLowerCase()).toBe(`${scope}/${key}`.toLowerCase());
      }),
    );
  });
});

describe("the document of the vault", () => {
  const secrets = fc.array(
    fc.record({
      key: fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/),
      scope: fc.constantFrom("global", "skill:a.b", "channel:x:y"),
      value: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
    { maxLength: 8 },
  );
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(secrets, (list) => {
        const document = list.reduce(
          (before, { scope, key, value }, at) => withSecret(before, name(`${scope}/${key}`), value, at),
          EMPTY_DOCUMENT,
        );
        expect(parseDocument(bytes(writeDocument(document)))).toEqual(document);
        expect(document.revision).toBe(list.length);
      }),
    );
  });
  it("is refused where anything in it is not as it must be", () => {
    const one = { scope: "global", key: "a", created_at_unix_ms: 1, updated_at_unix_ms: 1, value_base64: "YQ==" };
    const document = (entries: readonly object[], more = {}) =>
      parseDocument(bytes(JSON.stringify({ schema_version: 1, revision: 1, entries, ...more })));
    expect(document([one])?.secrets).toHaveLength(1);
    for (const wrong of [{ scope: "channel:x" }, { key: "a/b" }, { value_base64: "" }, { value_base64: "YQ" }, { odd: 1 }])
      expect(document([{ ...one, ...wrong }]), JSON.stringify(wrong)).toBeUndefined();
    expect(document([one, one])).toBeUndefined();
    expect(document([one], { schema_version: 2 })).toBeUndefined();
    expect(document([one], { odd: 1 })).toBeUndefined();
    expect(parseDocument(bytes('{"schema_version":1,"revision":1,"revision":1,"entries":[]}'))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (odd) => parseDocument(odd) === undefined));
  });
});

describe("the vault as a file", () => {
  it("keeps values as they are, and when they came", async () => {
    const vault = ageFileVault(newFolder());
    const odd = new Uint8Array([0, 255, 10, 13]);
    await vault.set(TOKEN, odd, call);
    await vault.set(TOKEN, odd, { ...call, now: 5_000 });
    await vault.set(name("global/a"), bytes("x"), call);
    await vault.set(name("skill:a.b/a"), bytes("y"), call);
    expect(await vault.get(TOKEN)).toMatchObject({ value: odd, createdAt: 1_000, updatedAt: 5_000 });
    expect((await vault.list(TOKEN.scope)).map(({ key }) => key)).toEqual(["a", "token"]);
    expect(await vault.delete(TOKEN, call)).toBe(true);
    expect(await vault.delete(TOKEN, call)).toBe(false);
    expect(await vault.get(TOKEN)).toBeUndefined();
  });
  it("never replaces by add", async () => {
    const folder = await filled();
    expect(await ageFileVault(folder).add(TOKEN, bytes("other"), call)).toBe(false);
    expect(await textOf(folder)).toBe("hunter2");
  });
  it("takes 1 to 65,536 bytes", async () => {
    const vault = ageFileVault(newFolder());
    await vault.set(TOKEN, new Uint8Array(MAX_SECRET_BYTES), call);
    for (const size of [0, MAX_SECRET_BYTES + 1])
      await expect(vault.set(TOKEN, new Uint8Array(size), call)).rejects.toHaveCode("Usage");
  });
  it("makes nothing for those who read or delete", async () => {
    const folder = newFolder();
    const vault = ageFileVault(folder);
    expect([await vault.exists(), await vault.get(TOKEN), await vault.list(TOKEN.scope)]).toEqual([false, undefined, []]);
    expect(await vault.delete(TOKEN, call)).toBe(false);
    expect(await holdsSecret(doorOf(folder), "global", "token")).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });
  it("has a folder of mode 0700, files of mode 0600, and no value in them", async () => {
    const folder = await filled();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
      const content = readFileSync(join(folder, file), "latin1");
      for (const shown of ["hunter2", Buffer.from("hunter2").toString("base64"), "token"]) expect(content).not.toContain(shown);
    }
  });
  it("says what it holds of what a manifest declares", async () => {
    const folder = await filled();
    expect(await holdsSecret(doorOf(folder), "global", "token")).toBe(true);
    for (const [scope, key] of [
      ["global", "other"],
      ["global", "tok*"],
      ["channel:x", "token"],
      ["skill:a", "token"],
    ] as const)
      expect(await holdsSecret(doorOf(folder), scope, key)).toBe(false);
  });
  it("D18: leaves another's vault beside it alone", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "objects"), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "backend.kind"), "keychain");
    await ageFileVault(folder).set(TOKEN, bytes("x"), call);
    expect(readFileSync(join(folder, "backend.kind"), "utf8")).toBe("keychain");
    expect(await textOf(folder)).toBe("x");
  });
});

describe("T25: what is not as it was left is refused, and not read as an empty vault", () => {
  const cases: readonly (readonly [string, (folder: string) => void, string])[] = [
    ["no secrets", (folder) => rmSync(join(folder, "palyra-skills.age")), "VaultUnavailable"],
    ["no key", (folder) => rmSync(join(folder, "palyra-skills.key")), "VaultUnavailable"],
    ["a key of others", (folder) => chmodSync(join(folder, "palyra-skills.key"), 0o640), "VaultUnavailable"],
    ["secrets that others read", (folder) => chmodSync(join(folder, "palyra-skills.age"), 0o604), "VaultUnavailable"],
    ["a key that is none", (folder) => writeFileSync(join(folder, "palyra-skills.key"), "x"), "VaultUnavailable"],
    ["secrets that are none", (folder) => writeFileSync(join(folder, "palyra-skills.age"), "x"), "VaultUnavailable"],
    [
      "another backend",
      (folder) => writeFileSync(join(folder, "palyra-skills.backend.json"), '{"schema_version":1,"backend":"keychain"}'),
      "VaultUnavailable",
    ],
    [
      "one bit of the secrets",
      (folder) => {
        const file = join(folder, "palyra-skills.age");
        const content = readFileSync(file);
        content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
        writeFileSync(file, content);
      },
      "VaultUnavailable",
    ],
    [
      "a link",
      (folder) => {
        renameSync(join(folder, "palyra-skills.age"), join(folder, "other"));
        symlinkSync(join(folder, "other"), join(folder, "palyra-skills.age"));
      },
      "Io",
    ],
    ["a second name", (folder) => linkSync(join(folder, "palyra-skills.key"), join(folder, "other")), "Io"],
    [
      "a folder in its place",
      (folder) => {
        rmSync(join(folder, "palyra-skills.key"));
        mkdirSync(join(folder, "palyra-skills.key"));
      },
      "Io",
    ],
    ["a folder that others write", (folder) => chmodSync(folder, 0o770), "UnsafeStateRoot"],
  ];
  it.each(cases)("%s", async (_what, damage, code) => {
    const folder = await filled();
    damage(folder);
    const vault = ageFileVault(folder);
    await expect(vault.get(TOKEN)).rejects.toHaveCode(code);
    await expect(vault.list(TOKEN.scope)).rejects.toHaveCode(code);
    await expect(vault.set(TOKEN, bytes("new"), call)).rejects.toHaveCode(code);
    await expect(vault.delete(TOKEN, call)).rejects.toHaveCode(code);
    await expect(holdsSecret(doorOf(folder), "global", "token")).rejects.toHaveCode(code);
  });
  it("the secrets of another key", async () => {
    const [folder, other] = [await filled(), await filled()];
    copyFileSync(join(other, "palyra-skills.key"), join(folder, "palyra-skills.key"));
    await expect(textOf(folder)).rejects.toHaveCode("VaultUnavailable");
  });
});

describe("T11: processes", () => {
  let driver: Awaited<ReturnType<typeof bundleForNode>>;
  beforeAll(async () => {
    driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/vault/driver.ts"));
  });
  const run = (words: readonly string[], faultPoint?: string): Promise<{ code: number | null; signal: string | null }> => {
    const env = { ...process.env, ...(faultPoint === undefined ? {} : { PALYRA_FAULT_POINT: faultPoint }) };
    const child = spawn(process.execPath, [driver.file, ...words], { env, stdio: "ignore" });
    return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  };

  it.each([
    ["the first secret", false, "set", undefined, "new"],
    ["another value", true, "set", "hunter2", "new"],
    ["a deletion", true, "delete", "hunter2", undefined],
  ] as const)("%s, killed at every point, is done or not, and the next goes on", async (_what, exists, verb, before, after) => {
    const start = exists ? await filled() : newFolder();
    const seen = new Set<string | undefined>();
    for (let point = 1; ; point += 1) {
      expect(point).toBeLessThan(40);
      const folder = join(temporaryFolder(), "vault");
      if (exists) cpSync(start, folder, { recursive: true });
      if (exists) chmodSync(folder, 0o700);
      const ended = await run([folder, verb, "global/token", "new"], `*:${point}`);
      const left = await textOf(folder);
      expect([before, after], `point ${point}`).toContain(left);
      seen.add(left);
      await ageFileVault(folder).set(name("global/next"), bytes("next"), call);
      expect(await textOf(folder, name("global/next"))).toBe("next");
      expect(await textOf(folder)).toBe(left);
      expect(readdirSync(folder).filter((file) => file.endsWith(".tmp"))).toEqual([]);
      if (ended.signal === null) {
        expect(ended.code).toBe(0);
        expect(point).toBeGreaterThan(4);
        break;
      }
    }
    expect(seen).toEqual(new Set([before, after]));
  });
  it("two at a time lose nothing", async () => {
    const folder = newFolder();
    const ended = await Promise.all(["a", "b"].map((key) => run([folder, "each", `global/${key}`, key, "10"])));
    expect(ended).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
    const secrets = await ageFileVault(folder).list(TOKEN.scope);
    expect(secrets.map(({ key }) => key)).toEqual(
      ["a", "b"].flatMap((key) => Array.from({ length: 10 }, (_, at) => `${key}.${at}`)),
    );
  });
});
