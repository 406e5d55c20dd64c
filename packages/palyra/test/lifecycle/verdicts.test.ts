/** What a kept verdict rests on, and that nothing else lets a skill by (spec 5.4, T32). */
import { createSecretKey } from "node:crypto";
import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { DEFAULT_POLICY } from "palyra-skills/audit";
import { describe, expect, it } from "vitest";
import { command } from "../../../../testing/forge/command.ts";
import { FilesHash, type Hashing } from "../../src/files/index.ts";
import { type InstalledEntry, skillsFolder } from "../../src/installed/index.ts";
import { changeTrust, decideTrustChange, type Home, type ReauditRequest, reauditSkills } from "../../src/lifecycle/index.ts";
import { beginVerdict, type Ground, groundDigest } from "../../src/lifecycle/reaudit/basis.ts";
import { hashExpected } from "../../src/lifecycle/reaudit/version-folder.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { install, newCall, newHome, publicKeyOf, reauditRequest, temporaryFolder } from "./support.ts";

const pass = (home: Home, more: Partial<ReauditRequest> = {}) =>
  reauditSkills(home, reauditRequest(more), newCall("system:daemon"));
const verdictsOf = (home: Home): string => skillsFolder(home.places.skillsRoot).verdicts;

async function judged(): Promise<Home> {
  const home = newHome();
  await install(home);
  expect(await pass(home)).toMatchObject({ checked: 1, unchanged: 0 });
  expect(await pass(home)).toMatchObject({ checked: 1, unchanged: 1 });
  return home;
}

const GROUND: Ground = {
  place: "/srv/skills",
  code: "a",
  engine: "Node 20",
  host: { protocolMajor: 1, version: "0.1.0" },
  policy: DEFAULT_POLICY,
  feed: { state: "not_named" },
  vexSha256: "",
  trust: "0".repeat(64),
  until: undefined,
};
const ENTRY: InstalledEntry = {
  skill_id: "acme.echo",
  version: "1.0.0",
  publisher: "acme",
  current: true,
  installed_at_unix_ms: 1,
  artifact_sha256: "1".repeat(64),
  payload_sha256: "2".repeat(64),
  signature_key_id: "ed25519:00",
  trust_decision: "allowlisted",
  source: { kind: "local_artifact", reference: "x" },
  missing_secrets: [],
};
const KEY = createSecretKey(Buffer.alloc(32, 1));

describe("T32: a verdict", () => {
  it("is not kept of what this engine cannot run, which is stopped by nobody (spec 4.5)", async () => {
    const home = newHome();
    await install(home, { module: await command("(drop (i32.extend8_s (i32.const 1)))") });
    const platform = { ...home.platform, engine: "Node 18.0.0", validateModule: async () => false };
    const told: string[] = [];
    for (const _ of [1, 2])
      expect(await pass({ ...home, platform }, { passed: ({ skill_id }) => told.push(skill_id) })).toMatchObject({
        checked: 1,
        unchanged: 0,
        quarantined: 0,
      });
    expect(told).toEqual([]);
    expect(await pass(home, { passed: ({ skill_id }) => told.push(skill_id) })).toMatchObject({ checked: 1 });
    expect(told).toEqual(["acme.echo"]);
  });

  it("is another one with any of the things that it rests on", () => {
    const change: { readonly [name in keyof Ground]: fc.Arbitrary<Ground[name]> } = {
      place: fc.string(),
      code: fc.string(),
      engine: fc.string(),
      host: fc.record({ protocolMajor: fc.nat(), version: fc.string() }),
      policy: fc.record({
        max_module_bytes: fc.nat(),
        max_exported_functions: fc.nat(),
        allow_device_capabilities: fc.boolean(),
        allow_wildcard_capabilities: fc.boolean(),
        checks: fc.dictionary(fc.string(), fc.constantFrom("fail" as const, "warn" as const, "off" as const)),
      }),
      feed: fc.oneof(
        fc.record({ state: fc.constant("unreadable" as const), hook: fc.string() }),
        fc.string().map((sha256) => ({
          state: "open" as const,
          facts: { hook: "feed", sha256, records: 1, withdrawn: 0, refused: 0 },
          lookUp: () => [],
        })),
      ),
      vexSha256: fc.string(),
      trust: fc.string(),
      until: fc.nat(),
    };
    const subject = {
      skill_id: fc.string(),
      version: fc.string(),
      publisher: fc.string(),
      artifact_sha256: fc.string(),
      payload_sha256: fc.string(),
      signature_key_id: fc.string(),
    };
    const files = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const make = (ground: Ground, entry: InstalledEntry, extracted: Uint8Array) =>
      beginVerdict(KEY, groundDigest(ground), entry).update(extracted).digest("hex");
    const made = make(GROUND, ENTRY, new Uint8Array(32));
    expect(make({ ...GROUND }, { ...ENTRY, installed_at_unix_ms: 9 }, new Uint8Array(32))).toBe(made);
    for (const [name, values] of Object.entries(change))
      fc.assert(
        fc.property(values, (value) => {
          fc.pre(JSON.stringify(value) !== JSON.stringify({ ...GROUND }[name as keyof Ground]));
          expect(make({ ...GROUND, [name]: value }, ENTRY, new Uint8Array(32)), name).not.toBe(made);
        }),
        { numRuns: 30 },
      );
    for (const [name, values] of Object.entries(subject))
      fc.assert(
        fc.property(values, (value) => {
          fc.pre(value !== ENTRY[name as keyof typeof subject]);
          expect(make(GROUND, { ...ENTRY, [name]: value }, new Uint8Array(32)), name).not.toBe(made);
        }),
        { numRuns: 30 },
      );
    fc.assert(fc.property(files, (digest) => digest.every((byte) => byte === 0) || make(GROUND, ENTRY, digest) !== made));
    expect(
      beginVerdict(createSecretKey(Buffer.alloc(32, 2)), groundDigest(GROUND), ENTRY)
        .update(new Uint8Array(32))
        .digest("hex"),
    ).not.toBe(made);
  });

  it("is not used under another policy, program, engine, host, feed, trust store or key", async () => {
    const home = await judged();
    expect(await pass(home, { policy: { ...DEFAULT_POLICY, max_exported_functions: 127 } })).toMatchObject({ unchanged: 0 });
    expect(await pass(home, { code: "other" })).toMatchObject({ unchanged: 0 });
    expect(await pass(home, { feed: { state: "unreadable", hook: "x" } })).toMatchObject({ unchanged: 0 });
    expect(await pass({ ...home, platform: { ...home.platform, engine: "Node 99" } })).toMatchObject({ unchanged: 0 });
    expect(await pass({ ...home, host: { protocolMajor: 2, version: "0.9.0" } })).toMatchObject({ unchanged: 0 });
    expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 0 });
    expect(await pass(home)).toMatchObject({ unchanged: 1 });
    await changeTrust(home, { do: "add", publisher: "globex", key: await publicKeyOf(2) }, newCall());
    expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 0 });
    expect(await pass(home)).toMatchObject({ unchanged: 1 });
    await home.records.put("skills.verdicts.key", "ab".repeat(32));
    expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 0 });
    // Something that is no key is replaced: it costs the verdicts, and no pass.
    await home.records.put("skills.verdicts.key", "no key");
    expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 0 });
    expect(await pass(home)).toMatchObject({ unchanged: 1 });
  });

  it("holds until the next moment at which a period ends, whichever way the clock goes", async () => {
    const home = newHome();
    await install(home);
    const limit = {
      publisher: "acme",
      public_key: await publicKeyOf(1),
      skill_id_prefixes: ["acme"],
      not_before_unix_ms: 1000,
      not_after_unix_ms: 2000,
    };
    await decideTrustChange(home, "limit", () => ({ do: "limit", limit }), newCall());
    const at = (now: number) => ({ clock: () => now });
    expect(await pass(home, at(1500))).toMatchObject({ unchanged: 0, quarantined: 0 });
    expect(await pass(home, at(2000))).toMatchObject({ unchanged: 1 });
    expect(await pass(home, at(2001))).toMatchObject({ unchanged: 0, quarantined: 1 });
  });

  it("that was forged, cut, or moved from another home is not there", async () => {
    const home = await judged();
    const file = verdictsOf(home);
    const honest = readFileSync(file);
    const other = await judged();
    const forged: readonly Buffer[] = [
      Buffer.alloc(0),
      honest.subarray(0, honest.length - 1),
      Buffer.concat([honest, Buffer.alloc(1)]),
      Buffer.concat([honest.subarray(0, honest.length - 32), Buffer.alloc(32, 7)]),
      Buffer.from(honest.toString("latin1").replace("v1", "v2"), "latin1"),
      readFileSync(verdictsOf(other)),
    ];
    for (const bytes of forged) {
      writeFileSync(file, bytes);
      expect(await pass(home)).toMatchObject({ unchanged: 0, quarantined: 0 });
      expect(await pass(home)).toMatchObject({ unchanged: 1 });
    }
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("does not let changed bytes by, nor those of another skill under its name", async () => {
    const home = await judged();
    await install(home, { id: "acme.other" });
    await pass(home);
    const folder = skillsFolder(home.places.skillsRoot);
    for (const file of ["skill.toml", "install-metadata.json"])
      copyFileSync(join(folder.version("acme.other", "1.0.0"), file), join(folder.version("acme.echo", "1.0.0"), file));
    expect(await pass(home)).toMatchObject({ unchanged: 1, quarantined: 1 });
  });

  it("of a skill that was stopped, removed or judged otherwise is forgotten", async () => {
    const home = await judged();
    const { length } = readFileSync(verdictsOf(home));
    appendFileSync(join(skillsFolder(home.places.skillsRoot).version("acme.echo", "1.0.0"), "skill.toml"), "#");
    await pass(home);
    expect(readFileSync(verdictsOf(home)).length).toBe(length - 32);
  });
});

describe("the digest of many files", () => {
  const hashing = (): Hashing => ({ sha256: () => nodePlatform.sha256(), buffer: Buffer.alloc(1024 * 1024) });
  const big = 700_000;

  it("is the same from the disk and from memory, for small files and for long ones", () => {
    const folder = temporaryFolder();
    const sizes = [0, 1, 1000, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1, big, 3 * 1024 * 1024];
    const files = sizes.map((size, at) => ({ path: `f${at}`, bytes: new Uint8Array(size).fill(at + 1) }));
    const hash = new FilesHash(hashing(), nodePlatform.sha256());
    for (const { path, bytes } of files) {
      writeFileSync(join(folder, path), bytes);
      expect(hash.addFile(path, join(folder, path), 64 * 1024 * 1024)).toBe(bytes.length);
    }
    const expected = hashExpected(files, hashing(), nodePlatform.sha256());
    expect(Buffer.from(hash.digest()).toString("hex")).toBe(Buffer.from(expected).toString("hex"));
  });

  it("tells apart what moves between name and content, or from one file to the next", () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ path: fc.string({ minLength: 1, maxLength: 3 }), bytes: fc.uint8Array({ maxLength: 4 }) }), {
          maxLength: 3,
        }),
        fc.array(fc.record({ path: fc.string({ minLength: 1, maxLength: 3 }), bytes: fc.uint8Array({ maxLength: 4 }) }), {
          maxLength: 3,
        }),
        (one, other) => {
          const text = (files: typeof one) =>
            files.map(({ path, bytes }) => [path, [...bytes]]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
          fc.pre(
            new Set(one.map(({ path }) => path)).size === one.length &&
              new Set(other.map(({ path }) => path)).size === other.length,
          );
          const same = JSON.stringify(text(one)) === JSON.stringify(text(other));
          const [a, b] = [one, other].map((files) => hashExpected(files, hashing(), nodePlatform.sha256()));
          expect(Buffer.from(a ?? []).equals(Buffer.from(b ?? []))).toBe(same);
        },
      ),
      { numRuns: 60 },
    ));
});
