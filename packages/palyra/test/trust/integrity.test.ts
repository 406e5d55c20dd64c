// The trust files held against what the vault says of them (spec 3.3).
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { encodeUtf8 } from "palyra-skills/encoding";
import { EMPTY_CONSTRAINTS, withOwner, writeConstraints } from "palyra-skills/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import {
  applyEdits,
  digestsOf,
  integrityKey,
  putRecord,
  readRecord,
  readTrust,
  recordOf,
  type TrustEdit,
  type TrustPlace,
  trustFiles,
  withTrustWriter,
} from "../../src/trust/index.ts";

const base = scratchFolder("integrity");
let file = base;
let kept = new Map<string, string>();
let written: string[] = [];
let next = 0;
beforeEach(() => {
  next += 1;
  file = join(base, String(next), "skills", "store.json");
  kept = new Map();
  written = [];
});

const owned = (publisher: string): string => writeConstraints(withOwner(EMPTY_CONSTRAINTS, "acme.echo", publisher));
const KEY = "1".repeat(64);
const OTHER = "2".repeat(64);
const place = (isDefault = true, at = file): TrustPlace => ({
  file: at,
  isDefault,
  records: {
    get: async (key) => (kept.has(key) ? encodeUtf8(kept.get(key) ?? "") : undefined),
    put: async (key, value) => {
      kept.set(key, value);
      written.push(value);
    },
  },
});
const edit = (...edits: readonly TrustEdit[]) =>
  withTrustWriter(place(), { purpose: "test" }, (writer) => writer.save(applyEdits(writer.state, edits)));
const forged = (): void => writeFileSync(file, JSON.stringify({ trusted_publishers: { evil: [OTHER] } }), { mode: 0o600 });
const changed = { code: "TrustStoreChanged" };

describe("T6, T7: writers that come between the record and the files", () => {
  /** What happens after the record was read first, before it is read again, after that, and so on. */
  const reading = (meanwhile: readonly (() => Promise<unknown>)[]): TrustPlace => {
    const waiting = [async () => {}, ...meanwhile];
    const { records, ...rest } = place();
    const get = async (key: string) => {
      await waiting.shift()?.();
      const found = await records.get(key);
      await waiting.shift()?.();
      return found;
    };
    return { ...rest, records: { ...records, get } };
  };
  const add = () => edit({ do: "add", publisher: "acme", key: KEY });
  const remove = () => edit({ do: "remove", publisher: "acme", key: KEY });

  it("are no change by something else", async () => {
    const { store } = await readTrust(reading([add]));
    expect([...store.trusted.keys()]).toEqual(["acme"]);
  });

  it("nor are two that leave the record as it was", async () => {
    await edit({ do: "add", publisher: "globex", key: OTHER });
    const { store } = await readTrust(reading([add, remove]));
    expect([...store.trusted.keys()]).toEqual(["globex"]);
  });

  it("do not hide one", async () => {
    await add();
    const forgedTwice = async () => forged();
    await expect(readTrust(reading([forgedTwice, forgedTwice]))).rejects.toMatchObject(changed);
  });
});

describe("T7: a trust file that something else wrote", () => {
  it("is refused, with both digests, and nothing of it is used", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    const recorded = digestsOf((await readTrust(place())).bytes).store;
    forged();
    const actual = digestsOf({ store: readFileSync(file), constraints: undefined }).store;
    await expect(readTrust(place())).rejects.toMatchObject({
      ...changed,
      details: { file, trust_store: file, recorded, actual },
    });
    const before = readFileSync(file, "utf8");
    await expect(edit({ do: "add", publisher: "globex", key: KEY })).rejects.toHaveCode("TrustStoreChanged");
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("is refused when one byte of it is another, or it is gone, store or constraints", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY }, { do: "own", publisher: "acme", skill_id: "acme.echo" });
    for (const each of [file, trustFiles(file).constraints]) {
      const text = readFileSync(each, "utf8");
      for (const other of [`${text} `, "", text.replace("acme", "acmf")]) {
        writeFileSync(each, other);
        await expect(readTrust(place())).rejects.toMatchObject({ ...changed, details: { file: each } });
      }
      rmSync(each);
      await expect(readTrust(place())).rejects.toMatchObject({ ...changed, details: { file: each, actual: null } });
      writeFileSync(each, text);
      await readTrust(place());
    }
  });

  it("is refused before it is parsed", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    writeFileSync(file, "{");
    await expect(readTrust(place())).rejects.toHaveCode("TrustStoreChanged");
  });

  it("is refused where its folder was taken away, or is a link to another", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    const key = await integrityKey(file);
    const skills = dirname(file);
    renameSync(skills, `${skills}.away`);
    expect(await integrityKey(file)).toBe(key);
    await expect(readTrust(place())).rejects.toMatchObject({ ...changed, details: { actual: null } });
    // T25: the link makes another place of it, of which nothing is recorded.
    symlinkSync(`${skills}.away`, skills);
    expect(await integrityKey(file)).not.toBe(key);
    await expect(readTrust(place())).rejects.toHaveCode("TrustStoreChanged");
  });
});

describe("T25: a store of which nothing is recorded", () => {
  it("is refused at the default place, if it says anything", async () => {
    mkdirSync(dirname(file), { recursive: true });
    for (const nothing of ["", " \n", "{}", '{"trusted_publishers":{},"tofu_publishers":{}}']) {
      writeFileSync(file, nothing, { mode: 0o600 });
      expect((await readTrust(place())).isRecorded).toBe(true);
    }
    forged();
    await expect(readTrust(place())).rejects.toMatchObject({ ...changed, details: { recorded: null } });
    await expect(edit({ do: "add", publisher: "acme", key: KEY })).rejects.toHaveCode("TrustStoreChanged");
    rmSync(file);
    writeFileSync(trustFiles(file).constraints, owned("evil"), { mode: 0o600 });
    await expect(readTrust(place())).rejects.toMatchObject({ ...changed, details: { file: trustFiles(file).constraints } });
  });

  it("is used where it was named, said to be unrecorded, and recorded by the first that writes it", async () => {
    mkdirSync(dirname(file), { recursive: true });
    forged();
    expect((await readTrust(place(false))).isRecorded).toBe(false);
    expect(written).toEqual([]);
    const named = place(false);
    await withTrustWriter(named, { purpose: "test" }, (writer) =>
      writer.save(applyEdits(writer.state, [{ do: "add", publisher: "acme", key: KEY }])),
    );
    expect((await readTrust(named)).isRecorded).toBe(true);
    forged();
    await expect(readTrust(named)).rejects.toHaveCode("TrustStoreChanged");
  });

  it("leaves one that can be written by others refused as before", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    chmodSync(file, 0o622);
    await expect(readTrust(place())).rejects.toHaveCode("UnsafeStateRoot");
  });
});

describe("the record", () => {
  it("says what comes before the files change, and what they are after; nothing where nothing changes", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    expect(written.map((each) => Object.keys(JSON.parse(each)).toSorted())).toEqual([
      ["current", "known", "pending"],
      ["current", "known"],
    ]);
    await edit({ do: "add", publisher: "acme", key: KEY });
    expect(written).toHaveLength(2);
    expect(await readRecord(place())).toEqual(recordOf((await readTrust(place())).bytes));
  });

  it("has the key of spec 3.3, the same in any case of the path", async () => {
    expect(await integrityKey(file)).toMatch(/^skills\.trust_store\.integrity\.[0-9a-f]{32}$/);
    expect(await integrityKey(file.replace("store.json", "STORE.JSON"))).toBe(await integrityKey(file));
    expect(await integrityKey(join(base, "else", "store.json"))).not.toBe(await integrityKey(file));
  });

  it("that is none is not taken for a missing one", async () => {
    for (const odd of ["", "{}", '{"current":{"store":"zz","constraints":null}}', '{"current":null}']) {
      kept.set(await integrityKey(file), odd);
      await expect(readTrust(place())).rejects.toHaveCode("VaultUnavailable");
    }
  });

  it("lets each file be the old or the new one while it is pending, and nothing else", async () => {
    const content = fc.constantFrom(undefined, "{}", " ", `{"tofu_publishers":{"acme":"${KEY}"}}`);
    const constraints = fc.constantFrom(undefined, writeConstraints(EMPTY_CONSTRAINTS), owned("acme"));
    const state = fc.record({ store: content, constraints });
    mkdirSync(dirname(file), { recursive: true });
    await fc.assert(
      fc.asyncProperty(state, state, state, async (old, coming, now) => {
        const bytes = (each: typeof old) => ({
          store: each.store === undefined ? undefined : encodeUtf8(each.store),
          constraints: each.constraints === undefined ? undefined : encodeUtf8(each.constraints),
        });
        await putRecord(place(), { ...recordOf(bytes(old)), pending: digestsOf(bytes(coming)) });
        for (const [path, text] of [
          [file, now.store],
          [trustFiles(file).constraints, now.constraints],
        ] as const) {
          rmSync(path, { force: true });
          if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
        }
        const allowed = (name: "store" | "constraints") => now[name] === old[name] || now[name] === coming[name];
        const read = await readTrust(place()).then(
          () => true,
          (error) => (error.code === "TrustStoreChanged" ? false : error),
        );
        expect(read).toBe(allowed("store") && allowed("constraints"));
      }),
      { numRuns: 150 },
    );
  });

  it("goes back with the files", async () => {
    await edit({ do: "add", publisher: "acme", key: KEY });
    const before = readFileSync(file);
    await withTrustWriter(place(), { purpose: "test" }, async (writer) => {
      const { state } = writer;
      await writer.save(applyEdits(state, [{ do: "add", publisher: "globex", key: KEY }]));
      await writer.takeBack(state, async () => writeFileSync(file, before));
    });
    expect((await readTrust(place())).store.trusted.has("globex")).toBe(false);
    expect(existsSync(trustFiles(file).constraints)).toBe(false);
  });
});
