import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { encodeUtf8 } from "palyra-skills/encoding";
import { EMPTY_CONSTRAINTS, EMPTY_TRUST_STORE, withPin, withTrusted, writeTrustStore } from "palyra-skills/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { applyEdits, readTrust, type TrustEdit, type TrustPlace, trustFiles, withTrustWriter } from "../../src/trust/index.ts";

const base = scratchFolder("trust");
let file = base;
let next = 0;
beforeEach(() => {
  next += 1;
  file = join(base, String(next), "trust-store.json");
});

const KEY = "1".repeat(64);
const OTHER = "2".repeat(64);
const EMPTY = { store: EMPTY_TRUST_STORE, constraints: EMPTY_CONSTRAINTS };
/** What the vault would hold. */
const kept = new Map<string, string>();
const place = (isDefault = false): TrustPlace => ({
  file,
  isDefault,
  records: {
    get: async (key) => (kept.has(key) ? encodeUtf8(kept.get(key) ?? "") : undefined),
    put: async (key, value) => void kept.set(key, value),
  },
});
const edit = (edits: readonly TrustEdit[]) =>
  withTrustWriter(place(), { purpose: "test" }, (writer) => writer.save(applyEdits(writer.state, edits)));

describe("the trust store's file", () => {
  it("is empty where it is missing or blank, and reading makes nothing", async () => {
    expect((await readTrust(place())).store).toEqual(EMPTY_TRUST_STORE);
    expect(existsSync(dirname(file))).toBe(false);
    mkdirSync(dirname(file));
    writeFileSync(file, " \n\t");
    expect((await readTrust(place())).store).toEqual(EMPTY_TRUST_STORE);
  });

  it("is written atomically with mode 0600, store and constraints each where they changed", async () => {
    await edit([{ do: "pin_first", publisher: "acme", key: KEY }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(trustFiles(file).constraints)).toBe(false);
    await edit([{ do: "own", publisher: "acme", skill_id: "acme.echo" }]);
    expect(statSync(trustFiles(file).constraints).mode & 0o777).toBe(0o600);
    const state = await readTrust(place());
    expect([...state.store.pinned]).toEqual([["acme", KEY]]);
    expect([...state.constraints.owners]).toEqual([["acme.echo", "acme"]]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ trusted_publishers: {}, tofu_publishers: { acme: KEY } });
  });

  it("T5: stays byte for byte where nothing changed", async () => {
    mkdirSync(dirname(file));
    const odd = `{"tofu_publishers":{"acme":"${KEY}"}}`;
    writeFileSync(file, odd);
    await edit([{ do: "pin_first", publisher: "acme", key: KEY }]);
    expect(readFileSync(file, "utf8")).toBe(odd);
  });

  it("is never overwritten when it is malformed", async () => {
    mkdirSync(dirname(file));
    writeFileSync(file, '{"trusted_publishers":{"acme":["zz"]}}');
    await expect(edit([{ do: "pin", publisher: "acme", key: KEY }])).rejects.toHaveCode("Serialization");
    expect(readFileSync(file, "utf8")).toBe('{"trusted_publishers":{"acme":["zz"]}}');
  });

  it("T6: a writer holds the lock from load to save, so a key that is removed does not come back", async () => {
    await edit([{ do: "add", publisher: "acme", key: KEY }]);
    const slow = withTrustWriter(place(), { purpose: "slow" }, async (writer) => {
      await sleep(30);
      await writer.save(applyEdits(writer.state, [{ do: "pin_first", publisher: "globex", key: OTHER }]));
    });
    const removal = edit([{ do: "remove", publisher: "acme", key: KEY }]);
    await Promise.all([slow, removal]);
    const { store } = await readTrust(place());
    expect([...store.trusted.keys()]).toEqual([]);
    expect([...store.pinned.keys()]).toEqual(["globex"]);
  });
});

describe("edits of the trust store", () => {
  const publisher = fc.constantFrom("acme", "globex");
  const key = fc.constantFrom(KEY, OTHER);
  const anyEdit: fc.Arbitrary<TrustEdit> = fc.oneof(
    fc.record({ do: fc.constantFrom("add", "pin", "pin_first"), publisher, key }),
    fc.record({ do: fc.constant("remove"), publisher, key }),
    fc.record({ do: fc.constantFrom("unpin", "remove"), publisher }),
    fc.record({ do: fc.constant("own"), publisher, skill_id: fc.constant("acme.echo") }),
  ) as fc.Arbitrary<TrustEdit>;

  it("are repeatable one by one: a step done twice is a step done once", () =>
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 8 }), anyEdit, (before, last) => {
        const ground = applyEdits(EMPTY, before);
        const once = applyEdits(ground, [last]);
        const twice = applyEdits(once, [last]);
        expect(writeTrustStore(twice.store)).toBe(writeTrustStore(once.store));
        expect([...twice.constraints.owners]).toEqual([...once.constraints.owners]);
      }),
    ));

  it("a first pin never moves a pin, nor stands beside an allowlist without its key", () => {
    const first = { do: "pin_first", publisher: "acme", key: KEY } as const;
    const after = (store: typeof EMPTY_TRUST_STORE) => applyEdits({ ...EMPTY, store }, [first]);
    expect(after(EMPTY_TRUST_STORE)).toMatchObject({ conflict: false, store: withPin(EMPTY_TRUST_STORE, "acme", KEY) });
    expect(after(withPin(EMPTY_TRUST_STORE, "acme", OTHER))).toMatchObject({ conflict: true });
    expect(after(withTrusted(EMPTY_TRUST_STORE, "acme", OTHER))).toMatchObject({ conflict: true });
    expect(after(withTrusted(EMPTY_TRUST_STORE, "acme", KEY))).toMatchObject({ conflict: false, store: { pinned: new Map() } });
  });
});
