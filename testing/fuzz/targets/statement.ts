import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeUtf8 } from "../../../packages/core/src/encoding/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import {
  parseRevocation,
  parseRevocationList,
  parseRotation,
  type RevocationList,
  signRevocation,
  signRevocationList,
  signRotation,
  verifyRevocation,
  verifyRevocationList,
  verifyRotation,
  writeRevocation,
  writeRevocationList,
  writeRotation,
} from "../../../packages/core/src/signature/index.ts";
import {
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  parseTrustExport,
  withPin,
  writeTrustExport,
} from "../../../packages/core/src/trust/index.ts";
import { nodePlatform, platforms } from "../../../packages/core/test/platforms.ts";
import { interesting } from "../mutate.ts";
import type { Random } from "../random.ts";
import { ACCEPTED, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { JSON_PIECES, mutateText } from "../text.ts";

const KEY = "ab".repeat(32);
const SECRET = new Uint8Array(32).fill(9);
const TERMS = {
  ...{ issuer: "acme", sequence: 3, issued_at_unix_ms: 1, expires_at_unix_ms: 9 },
  keys: [{ publisher: "acme", public_key: KEY, reason: "lost", revoked_at_unix_ms: 5 }],
  payloads: [{ payload_sha256: "0c".repeat(32), reason: "bad", revoked_at_unix_ms: 5 }],
};

/** Spec 3.4: what is signed besides artifacts, and exports of trust. Only what the key's owner said passes, and reads as it was written. */
export const statement: Target = {
  name: "statement",
  seeds: async (root) => ({ good: [...(await statements()), ...fixtures(root, "accept")], bad: fixtures(root, "reject") }),
  make: async (random, corpus) =>
    random.oneIn(3) ? forgedList(random) : mutateText(corpus, random, [...JSON_PIECES, `"${KEY}"`]),
  check,
};

const fixtures = (root: string, name: string): Uint8Array[] => {
  const folder = join(root, "packages/core/test/signature/fixtures/revocation-list", name);
  return readdirSync(folder)
    .sort()
    .map((file) => new Uint8Array(readFileSync(join(folder, file))));
};

let own: Promise<RevocationList> | undefined;
const ownList = (): Promise<RevocationList> => {
  own ??= signRevocationList(TERMS, SECRET, nodePlatform);
  return own;
};

async function statements(): Promise<Uint8Array[]> {
  const times = { sequence: 1, expires_at_unix_ms: 9 };
  const keys = { oldSecretKey: SECRET, newSecretKey: new Uint8Array(32).fill(8) };
  const revocation = { publisher: "acme", subject: "key", revoked: KEY, reason: "lost", revoked_at_unix_ms: 5 } as const;
  const store = withPin(EMPTY_TRUST_STORE, "acme", KEY);
  return [
    writeRevocationList(await ownList()),
    writeRotation(await signRotation({ publisher: "acme", ...times, ...keys }, nodePlatform)),
    writeRevocation(await signRevocation(revocation, SECRET, nodePlatform)),
    writeTrustExport({ exported_at_unix_ms: 1, store, constraints: EMPTY_CONSTRAINTS }),
  ];
}

/** Each reader in turn: a document is one kind of statement or none. */
async function check(input: Uint8Array): Promise<Outcome> {
  const outcomes = [
    await checkOne(input, parseRevocationList, writeRevocationList, verifyRevocationList),
    await checkOne(input, parseRotation, writeRotation, verifyRotation),
    await checkOne(input, parseRevocation, writeRevocation, verifyRevocation),
    await checkOne(input, parseTrustExport, writeTrustExport, async (exported) => exported),
  ];
  const read = outcomes.filter((outcome) => outcome.accepted || outcome.code !== "Serialization");
  mustEqual("no document is two kinds of statement", read.length <= 1, true);
  return read[0] ?? refusedWith("Serialization");
}

async function checkOne<Document>(
  input: Uint8Array,
  parse: (bytes: Uint8Array, name: string) => Document,
  write: (document: Document) => Uint8Array,
  verify: (document: Document, platform: (typeof platforms)[number]) => Promise<unknown>,
): Promise<Outcome> {
  let document: Document;
  try {
    document = parse(input, "input.json");
  } catch (error) {
    if (error instanceof SkillError && error.code === "Serialization") return refusedWith(error.code);
    throw error;
  }
  mustEqual("what is written reads as the same", parse(write(document), "input.json"), document);
  const found = await Promise.all(
    platforms.map((platform) =>
      verify(document, platform).catch((error: unknown) => {
        if (error instanceof SkillError && error.code === "SignatureVerificationFailed") return error.details;
        throw error;
      }),
    ),
  );
  for (const other of found) mustEqual("all platforms come to one verdict", other, found[0]);
  const [first] = found;
  if (typeof first === "object" && first !== null && "problem" in first) return refusedWith("SignatureVerificationFailed");
  return ACCEPTED;
}

/** The right list with one to three terms that are nearly right; its signature is that of what was said before. */
async function forgedList(random: Random): Promise<Uint8Array> {
  let list = await ownList();
  for (let times = random.below(3); times > 0; times--) {
    switch (random.below(5)) {
      case 0:
        list = { ...list, sequence: Math.abs(interesting(random)) + 1 };
        break;
      case 1:
        list = { ...list, expires_at_unix_ms: list.issued_at_unix_ms + Math.abs(interesting(random)) };
        break;
      case 2:
        list = { ...list, keys: random.oneIn(2) ? [] : [...list.keys, ...list.keys] };
        break;
      case 3:
        list = {
          ...list,
          payloads: list.payloads.map((each) => ({ ...each, reason: random.pick(["bad", "bae", "b\u0061d ", ""]) })),
        };
        break;
      default:
        list = { ...list, issuer: random.pick(["acme", "acme ", "Acme", "globex"]) };
    }
  }
  const bytes = writeRevocationList(list);
  if (JSON.stringify(list) !== JSON.stringify(await ownList())) await mustFail(bytes);
  return random.oneIn(4) ? encodeUtf8(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)))) : bytes;
}

async function mustFail(bytes: Uint8Array): Promise<void> {
  try {
    await verifyRevocationList(parseRevocationList(bytes, "input.json"), nodePlatform);
  } catch (error) {
    if (error instanceof SkillError) return;
    throw error;
  }
  mustEqual("terms that were changed are not signed", true, false);
}
