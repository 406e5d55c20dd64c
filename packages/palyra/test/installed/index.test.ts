import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { compareVersions } from "palyra-skills/manifest";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import {
  checkInstallNames,
  currentOf,
  EMPTY_INDEX,
  type InstalledEntry,
  type InstalledIndex,
  MAX_SKILL_FOLDER_BYTES,
  parseIndex,
  readIndex,
  readInstalled,
  skillsFolder,
  summariesOf,
  withCurrent,
  withEntry,
  withoutEntry,
  writeIndex,
} from "../../src/installed/index.ts";
import { readQuickly } from "../../src/installed/quick.ts";
import { nodePlatform } from "../../src/platform/index.ts";

const base = scratchFolder("installed");
let root = base;
let next = 0;
beforeEach(() => {
  next += 1;
  root = join(base, String(next));
  mkdirSync(root);
});

const hello = new TextEncoder().encode("hello");
const HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

const entry = (skill_id: string, version: string, current = true): InstalledEntry => ({
  skill_id,
  version,
  publisher: "acme",
  current,
  installed_at_unix_ms: 1,
  artifact_sha256: HELLO_SHA256,
  payload_sha256: "b".repeat(64),
  signature_key_id: "ed25519:0011223344556677",
  trust_decision: "tofu_pinned",
  source: { kind: "local_artifact", reference: "a/b.palyra-skill" },
  missing_secrets: [{ scope: "skill:acme.echo", key: "token" }],
});
const document = (entries: readonly InstalledEntry[], more: object = {}) =>
  JSON.stringify({ schema_version: 1, updated_at_unix_ms: 5, entries, ...more });
const outcome = (read: () => InstalledIndex): unknown => {
  try {
    return JSON.parse(JSON.stringify(read()));
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};
const names = (index: InstalledIndex) =>
  index.entries.map((each) => `${each.skill_id}@${each.version}${each.current ? "*" : ""}`);

describe("the installed index", () => {
  it("comes back as it was written, fields of other programs included", () => {
    const kept = {
      ...entry("acme.echo", "1.0.0"),
      security_scan: { score: 1.5, big: 12345678901234567890n },
      rollback_snapshot: null,
    };
    const index = withEntry(EMPTY_INDEX, kept, 7);
    expect(parseIndex(writeIndex(index), "i")).toEqual({
      updatedAt: 7,
      entries: [{ ...kept, security_scan: expect.anything() }],
    });
    expect(writeIndex(parseIndex(writeIndex(index), "i"))).toBe(writeIndex(index));
    expect(writeIndex(index)).toContain(
      '\n  "schema_version": 1,\n  "updated_at_unix_ms": 7,\n  "entries": [\n    {\n      "skill_id"',
    );
  });

  it("is migrated from schema 0, and refused from any other", () => {
    expect(names(parseIndex(document([entry("acme.echo", "1.0.0")], { schema_version: 0 }), "i"))).toEqual(["acme.echo@1.0.0*"]);
    expect(() => parseIndex(document([], { schema_version: 2 }), "i")).toThrowError(
      expect.objectContaining({ code: "IndexInvalid" }),
    );
  });

  it.each([
    ["{", "no JSON"],
    [document([], { surprise: 1 }), "an unknown key"],
    [document([{ ...entry("acme.echo", "1.0.0"), surprise: 1 } as InstalledEntry]), "an unknown key of an entry"],
    [document([entry("../echo", "1.0.0")]), "an id that is a path"],
    [document([entry("acme.echo", "01.0.0")]), "T4: a version that is another's alias"],
    [document([entry("acme.echo", "1.0.0"), entry("acme.echo", "1.0.0")]), "a version twice"],
    [document([{ ...entry("acme.echo", "1.0.0"), artifact_sha256: "A".repeat(64) }]), "a digest in upper case"],
    ['{"schema_version":1,"updated_at_unix_ms":1,"entries":[],"entries":[]}', "a key twice"],
  ])("refuses %s: %s", (text) => {
    expect(() => parseIndex(text, "i")).toThrowError(expect.objectContaining({ code: "IndexInvalid" }));
  });

  it("makes the highest version current where none or several are, by precedence", () => {
    const versions = (...current: boolean[]) => document(["1.9.0", "1.10.0"].map((v, at) => entry("acme.echo", v, current[at])));
    expect(names(parseIndex(versions(false, false), "i"))).toEqual(["acme.echo@1.9.0", "acme.echo@1.10.0*"]);
    expect(names(parseIndex(versions(true, true), "i"))).toEqual(["acme.echo@1.9.0", "acme.echo@1.10.0*"]);
    expect(names(parseIndex(versions(true, false), "i"))).toEqual(["acme.echo@1.9.0*", "acme.echo@1.10.0"]);
  });

  it("T10: has one order and one current version of each skill, whatever is done to it", () => {
    const id = fc.constantFrom("a.x", "a.y", "b.x");
    const version = fc.tuple(fc.nat(2), fc.nat(11), fc.nat(2)).map((parts) => parts.join("."));
    const change = fc.record({ id, version, does: fc.constantFrom("add", "remove", "use") });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        let index = EMPTY_INDEX;
        for (const each of changes) {
          if (each.does === "add") index = withEntry(index, entry(each.id, each.version), 1);
          else if (each.does === "remove") index = withoutEntry(index, each.id, each.version, 1);
          else if (index.entries.some((at) => at.skill_id === each.id && at.version === each.version))
            index = withCurrent(index, each.id, each.version, 1);
        }
        expect(parseIndex(writeIndex(index), "i")).toEqual(index);
        for (const skill of new Set(index.entries.map((each) => each.skill_id)))
          expect(index.entries.filter((each) => each.skill_id === skill && each.current)).toHaveLength(1);
        const sorted = index.entries.toSorted((a, b) =>
          a.skill_id < b.skill_id ? -1 : a.skill_id > b.skill_id ? 1 : compareVersions(a.version, b.version),
        );
        expect(names(index)).toEqual(names({ ...index, entries: sorted }));
      }),
      { numRuns: 200 },
    );
  });

  it("says the same of a text by either way in", () => {
    const odd = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.trimEnd(),
      (text) => text.replace('"version"', '"version" '),
      (text) => text.replace(/"current": true/, '"current": true, "current": true'),
      (text) => text.replace("1.0.0", "1.0.0\\u0030"),
      (text) => text.replace(/_ms": \d+/, '_ms": 1e3'),
      (text) => text.replace(/_ms": \d+/, '_ms": 9007199254740993'),
      (text) => text.replace('"source"', '"security_scan": {"a":1}, "source"'),
      (text) => text.replace("acme.a", "acme..a"),
      (text) => text.replace('"scope"', '"scop"'),
      (text) => text.replace("tofu_pinned", "tofu"),
      (text) => text.replace("local_artifact", "local"),
      (text) => text.replace("acme.b", "acme.a"),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(["acme.a", "acme.b", "acme.c"], { minLength: 1 }), odd, (ids, change) => {
        const index = ids.reduce((before, id) => withEntry(before, entry(id, "1.0.0"), 5), EMPTY_INDEX);
        const text = change(writeIndex(index));
        // A space more is not what a writer makes: this goes the long way.
        const long = outcome(() => parseIndex(` ${text}`, "i"));
        expect(outcome(() => parseIndex(text, "i"))).toEqual(long);
      }),
      { numRuns: 200 },
    );
  });

  /** What other people's files and tools may leave in a record, and the edits of somebody who knows the form. */
  const words = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('a"b', "C:\\x\\y", "ü", "\u2028", "😀", "\ud800", "\n", ""),
  );
  const records = fc
    .array(
      fc.record({
        id: fc.constantFrom("acme.a", "acme.b", "acme.b.c"),
        version: fc.constantFrom("0.0.1", "1.9.0", "1.10.0", "4294967295.0.1"),
        reference: words,
        keyId: words,
        secrets: fc.array(fc.record({ scope: words, key: words }), { maxLength: 3 }),
        decision: fc.constantFrom("allowlisted" as const, "tofu_newly_pinned" as const),
        current: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) =>
      all.reduce((before, { id, version, reference, keyId, secrets, decision, current }) => {
        const facts = { signature_key_id: keyId, trust_decision: decision, source: { kind: "oci_registry", reference } as const };
        return withEntry(before, { ...entry(id, version, current), ...facts, missing_secrets: secrets }, 5);
      }, EMPTY_INDEX),
    );

  it("says the same of a text by either way in, whatever is changed in it", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      takes: fc.nat(3),
      puts: fc.oneof(fc.constant(""), fc.string({ maxLength: 2 }), fc.constantFrom(",", '"', "\\", "\n", "0", "}", "]", " ")),
      line: fc.constantFrom("character", "twice", "away"),
    });
    fc.assert(
      fc.property(records, fc.option(edit), (index, change) => {
        const written = writeIndex(index);
        let text = written;
        if (change?.line === "character") {
          const at = Math.floor(change.at * written.length);
          text = written.slice(0, at) + change.puts + written.slice(at + change.takes);
        } else if (change !== null) {
          const lines = written.split("\n");
          const at = Math.floor(change.at * lines.length);
          text = lines.flatMap((line, n) => (n === at ? (change.line === "twice" ? [line, line] : []) : [line])).join("\n");
        }
        const long = outcome(() => parseIndex(` ${text}`, "i"));
        expect(outcome(() => parseIndex(text, "i"))).toEqual(long);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has the short way for what is written here", () => {
    const secrets = [
      { scope: "skill:acme.echo", key: "a" },
      { scope: 'global "x"', key: "C:\\b" },
    ];
    const one = { ...entry("acme.echo", "1.0.0"), source: { kind: "local_artifact", reference: 'ü "C:\\x"' } as const };
    const index = withEntry(withEntry(EMPTY_INDEX, { ...one, missing_secrets: secrets }, 5), entry("acme.f", "1.0.0"), 6);
    expect(readQuickly(writeIndex(index))).toEqual(index);
    expect(readQuickly(writeIndex(index).trimEnd())).toEqual(index);
  });

  it("is empty where there is none, and is not made by reading", async () => {
    expect(await readIndex(join(root, "none"))).toBe(EMPTY_INDEX);
    expect(currentOf(EMPTY_INDEX, "acme.echo")).toBeUndefined();
    expect(skillsFolder(root).index).toBe(join(root, "installed-index.json"));
  });
});

describe("T41: names that would take a file's place", () => {
  it.each([
    "installed-index.json",
    "audit.ndjson",
    "trust-store.json",
    "trust-constraints.json",
    "artifact.palyra-skill",
    "install-metadata.json",
    "skill.toml",
    "-acme",
    "con.tool",
    "nul",
    "com1.x",
    "lpt9",
    "a".repeat(MAX_SKILL_FOLDER_BYTES + 1),
  ])("%s is no skill id here", (id) => {
    expect(() => checkInstallNames(id, [])).toThrowError(expect.objectContaining({ code: "UnsafeInstallName" }));
  });

  it.each(["acme.con", "console.tool", "com.example", "acme-", "a".repeat(MAX_SKILL_FOLDER_BYTES)])("%s is one", (id) => {
    expect(() => checkInstallNames(id, [])).not.toThrow();
  });

  it.each([
    "artifact.palyra-skill",
    "Artifact.Palyra-Skill",
    "INSTALL-METADATA.JSON",
    "install-metadata.json/x",
    "artıfact.palyra-skill",
    "artifact.palyra-s\u212aill",
  ])("an entry %s is refused", (path) => {
    expect(() => checkInstallNames("acme.echo", [{ path }])).toThrowError(expect.objectContaining({ code: "UnsafeInstallName" }));
  });

  it("entries elsewhere may be called so", () => {
    expect(() =>
      checkInstallNames("acme.echo", [{ path: "assets/install-metadata.json" }, { path: "skill.toml" }]),
    ).not.toThrow();
  });
});

describe("the cached artifact", () => {
  const place = (bytes: Uint8Array | string) => {
    mkdirSync(skillsFolder(root).version("acme.echo", "1.0.0"), { recursive: true });
    writeFileSync(skillsFolder(root).artifact("acme.echo", "1.0.0"), bytes);
  };
  const read = () => readInstalled(root, entry("acme.echo", "1.0.0"), nodePlatform);

  it("is what was installed, or not, or gone (T12)", async () => {
    expect((await read()).state).toBe("missing");
    place(hello);
    expect(await read()).toMatchObject({ state: "intact", bytes: expect.any(Uint8Array) });
    place("hellO");
    expect(await read()).toMatchObject({ state: "changed", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("is summarised once, and again when its file or the cache is another", async () => {
    place(hello);
    const summary = { skill_name: "Echo", tool_count: 1, required_protocol_major: 1, min_palyra_version: "0.1.0" };
    let made = 0;
    const list = (create = false) =>
      summariesOf(
        root,
        [entry("acme.echo", "1.0.0")],
        async () => ({ ...summary, tool_count: ++made }),
        create ? "create" : "update",
      );
    await list();
    expect(await list()).toEqual([{ ...summary, tool_count: 2 }]);
    await list(true);
    expect(await list()).toEqual([{ ...summary, tool_count: 3 }]);
    writeFileSync(skillsFolder(root).listCache, '{"schema_version":1');
    expect(await list()).toEqual([{ ...summary, tool_count: 4 }]);
    expect(await list()).toEqual([{ ...summary, tool_count: 4 }]);
    expect(await summariesOf(root, [], async () => undefined, "update")).toEqual([]);
    place("other bytes");
    expect(await list()).toEqual([{ ...summary, tool_count: 5 }]);
  });
});

describe.skipIf(process.platform === "win32")("T25: what is no regular file is neither waited for nor read without end", () => {
  it.each(["fifo", "device"] as const)("an index that is a %s", async (kind) => {
    place(skillsFolder(root).index, kind);
    await expect(readIndex(root)).rejects.toHaveCode("Io");
  });
  it.each(["fifo", "device"] as const)("an artifact that is a %s", async (kind) => {
    const path = skillsFolder(root).artifact("acme.echo", "1.0.0");
    mkdirSync(dirname(path), { recursive: true });
    place(path, kind);
    await expect(readInstalled(root, entry("acme.echo", "1.0.0"), nodePlatform)).rejects.toHaveCode("Io");
  });
});

function place(file: string, kind: "fifo" | "device"): void {
  if (kind === "device") symlinkSync("/dev/zero", file);
  else execFileSync("mkfifo", [file]);
}
