import { encodeUtf8 } from "../../../packages/core/src/encoding/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import { parseConstraints, parseTrustStore, writeConstraints, writeTrustStore } from "../../../packages/core/src/trust/index.ts";
import { sharedFiles } from "../corpus.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { JSON_PIECES, mutateText } from "../text.ts";

const KEY = "ab".repeat(32);
const STORE = `{"trusted_publishers":{"acme":["${KEY}","${"0A".repeat(32)}"],"10":["${KEY}"]},"tofu_publishers":{"globex":"${KEY}"}}`;
const CONSTRAINTS = `{"schema_version":1,"revoked":[{"publisher":"acme","public_key":"${KEY}","reason":"lost","revoked_at_unix_ms":5}],
"revoked_payloads":[{"payload_sha256":"${KEY}","reason":"bad","revoked_at_unix_ms":5}],
"rotations":[{"publisher":"acme","sequence":1,"statement_sha256":"${KEY}","frozen":false}],
"keys":[{"publisher":"acme","public_key":"${KEY}","skill_id_prefixes":["acme.a"],"not_before_unix_ms":1,"not_after_unix_ms":2}],
"registry_keys":{"r":["${KEY}"]},"owners":{"acme.echo":"acme"},
"revocation_lists":[{"issuer":"acme","source":"/srv/a.json","public_keys":["${KEY}"],"grace_ms":1,"when_stale":"warn"}]}`;

/** The form in which a store holds its keys and names (spec 3.1). */
const CANONICAL_KEY = /^[0-9a-f]{64}$/;
const CANONICAL_NAME = /^[a-z0-9._:-]+$/;

/** Spec 3.1: store and constraints. What is read is in canonical form, and what is written of it reads as the same. */
export const trust: Target = {
  name: "trust",
  seeds: async (root) => ({
    good: [encodeUtf8(STORE), encodeUtf8(CONSTRAINTS)],
    bad: sharedFiles(root, "conformance/trust/stores", ".json"),
  }),
  make: (random, corpus) => mutateText(corpus, random, [...JSON_PIECES, KEY, `"${KEY}"`, '"acme"', '"globex":']),
  check: (input) => {
    const store = checkStore(input);
    const constraints = checkConstraints(input);
    return store.accepted ? store : constraints;
  },
};

function checkStore(input: Uint8Array): Outcome {
  const store = read(() => parseTrustStore(input, "trust-store.json"));
  if (store === undefined) return refusedWith("Serialization");
  const text = writeTrustStore(store);
  const again = parseTrustStore(encodeUtf8(text), "trust-store.json");
  mustEqual("what is written reads as the same", again, store);
  mustEqual("writing it again changes nothing", writeTrustStore(again), text);
  const keys = [...[...store.trusted.values()].flat(), ...store.pinned.values()];
  const wrong = [
    ...keys.filter((key) => !CANONICAL_KEY.test(key)),
    ...[...store.trusted.keys(), ...store.pinned.keys()].filter((name) => !CANONICAL_NAME.test(name)),
  ];
  if (wrong.length > 0) throw new Broken("what is read is in canonical form", wrong);
  return ACCEPTED;
}

function checkConstraints(input: Uint8Array): Outcome {
  const constraints = read(() => parseConstraints(input, "trust-constraints.json"));
  if (constraints === undefined) return refusedWith("Serialization");
  const again = parseConstraints(encodeUtf8(writeConstraints(constraints)), "trust-constraints.json");
  mustEqual("writing it again changes nothing", writeConstraints(again), writeConstraints(constraints));
  return ACCEPTED;
}

function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SkillError && error.code === "Serialization") return undefined;
    throw error;
  }
}
