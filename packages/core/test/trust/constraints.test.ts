import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_CONSTRAINTS, parseConstraints, type TrustConstraints, writeConstraints } from "../../src/trust/index.ts";
import { outcomeOf } from "../vectors.ts";
import { keys, publishers } from "./arbitraries.ts";

const parse = (text: string): TrustConstraints => parseConstraints(new TextEncoder().encode(text), "trust-constraints.json");
const times = fc.maxSafeInteger();
const skillIds = fc.constantFrom("acme.echo", "acme.echo.http", "globex.pay", "__proto__");

const constraints: fc.Arbitrary<TrustConstraints> = fc.record({
  schema_version: fc.constant(1),
  revoked: fc.array(fc.record({ publisher: publishers, public_key: keys, reason: fc.string(), revoked_at_unix_ms: times })),
  revoked_payloads: fc.array(fc.record({ payload_sha256: keys, reason: fc.string(), revoked_at_unix_ms: times })),
  rotations: fc.uniqueArray(
    fc.record({ publisher: publishers, sequence: fc.maxSafeNat(), statement_sha256: keys, frozen: fc.boolean() }),
    { selector: ({ publisher }) => publisher },
  ),
  keys: fc.array(
    fc.record(
      {
        publisher: publishers,
        public_key: keys,
        skill_id_prefixes: fc.array(skillIds),
        not_before_unix_ms: times,
        not_after_unix_ms: times,
      },
      { requiredKeys: ["publisher", "public_key", "skill_id_prefixes"] },
    ),
  ),
  registry_keys: fc.dictionary(fc.constantFrom("main", "https://registry.example"), fc.array(keys)).map(mapOf),
  owners: fc.dictionary(skillIds, publishers).map(mapOf),
  revocation_lists: fc.uniqueArray(
    fc.record(
      {
        issuer: publishers,
        source: fc.constantFrom("/srv/list.json", "https://lists.example/1.json"),
        public_keys: fc.array(keys, { minLength: 1, maxLength: 3 }),
        grace_ms: fc.maxSafeNat(),
        when_stale: fc.constantFrom("warn" as const, "block" as const),
        ca_cert: fc.constant("/etc/ca.pem"),
      },
      { requiredKeys: ["issuer", "source", "public_keys", "grace_ms", "when_stale"] },
    ),
    { selector: ({ issuer }) => issuer, maxLength: 3 },
  ),
});

describe("trust-constraints.json", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(constraints, (value) => {
        expect(parse(writeConstraints(value))).toEqual(value);
      }),
    );
  });

  it("never holds what a list revokes", () => {
    const listed = {
      publisher: "acme",
      public_key: "a".repeat(64),
      reason: "lost",
      revoked_at_unix_ms: 1,
      list: "acme-security",
    };
    const payload = { payload_sha256: "b".repeat(64), reason: "bad", revoked_at_unix_ms: 1, list: "acme-security" };
    const effective = { ...EMPTY_CONSTRAINTS, revoked: [listed], revoked_payloads: [payload] };
    expect(writeConstraints(effective)).toBe(writeConstraints(EMPTY_CONSTRAINTS));
  });

  it("has the fields of spec 3.1 in their order", () => {
    const fields = ["schema_version", "revoked", "revoked_payloads", "rotations", "keys", "registry_keys", "owners"];
    expect(Object.keys(JSON.parse(writeConstraints(EMPTY_CONSTRAINTS)))).toEqual(fields);
  });

  it.each([
    ["white space only", " \n", ""],
    ["another schema version", full('"schema_version":2'), "schema_version"],
    ["an unknown key", full('"other":1'), "other"],
    ["no list of revoked keys", full().replace('"revoked":[],', ""), "revoked"],
    ["a skill id that is none", full('"owners":{"Acme":"acme"}'), "owners.Acme"],
    ["an owner that is no publisher", full('"owners":{"acme.echo":"acme "}'), "owners.acme.echo"],
    ["a key that is none", full('"registry_keys":{"main":["00"]}'), "registry_keys.main[0]"],
    ["an empty segment in a prefix", full(scope({ skill_id_prefixes: ["acme."] })), "keys[0].skill_id_prefixes[0]"],
    ["a time that is no integer", full(scope({ not_after_unix_ms: 1.5 })), "keys[0].not_after_unix_ms"],
    ["a list without keys", full(followed({ public_keys: [] })), "revocation_lists[0].public_keys"],
    ["a list of no issuer", full(followed({ issuer: "Acme" })), "revocation_lists[0].issuer"],
    ["a grace below nothing", full(followed({ grace_ms: -1 })), "revocation_lists[0].grace_ms"],
    ["another rule for stale lists", full(followed({ when_stale: "ignore" })), "revocation_lists[0].when_stale"],
    ["two lists of one issuer", full(followed({}, {})), "revocation_lists[1]"],
    ["two rotations of one publisher", full(rotated(1, 2)), "rotations[1]"],
    ["a fact too many", full(scope({ scope: "all" })), "keys[0].scope"],
  ])("is refused with %s", (_, text, path) => {
    const error = outcomeOf(() => parse(text));
    expect(error).toHaveCode("Serialization");
    expect(error).toMatchObject({ details: { faults: expect.arrayContaining([expect.objectContaining({ path })]) } });
  });
});

/** An empty document in which one member is another. */
function full(member = ""): string {
  const empty = [
    '"schema_version":1',
    '"revoked":[]',
    '"revoked_payloads":[]',
    '"rotations":[]',
    '"keys":[]',
    '"registry_keys":{}',
  ];
  const members = [...empty, '"owners":{}'].filter((each) => each.split(":")[0] !== member.split(":")[0]);
  return `{${[...members, ...(member === "" ? [] : [member])].join(",")}}`;
}

function scope(more: object): string {
  return `"keys":${JSON.stringify([{ publisher: "acme", public_key: "a".repeat(64), skill_id_prefixes: [], ...more }])}`;
}

function rotated(...sequences: readonly number[]): string {
  const rotation = { publisher: "acme", statement_sha256: "a".repeat(64), frozen: false };
  return `"rotations":${JSON.stringify(sequences.map((sequence) => ({ ...rotation, sequence })))}`;
}

function followed(...lists: readonly object[]): string {
  const list = { issuer: "acme", source: "/srv/a.json", public_keys: ["a".repeat(64)], grace_ms: 0, when_stale: "warn" };
  return `"revocation_lists":${JSON.stringify(lists.map((more) => ({ ...list, ...more })))}`;
}

function mapOf<T>(values: Record<string, T>): Map<string, T> {
  return new Map(Object.entries(values));
}
