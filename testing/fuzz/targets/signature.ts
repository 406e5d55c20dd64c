import { encodeUtf8, toBase64, writeJson } from "../../../packages/core/src/encoding/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import {
  checkSignature,
  keyId,
  parseSignature,
  type SignatureDocument,
  signPayload,
  writeSignature,
} from "../../../packages/core/src/signature/index.ts";
import { nodePlatform, platforms } from "../../../packages/core/test/platforms.ts";
import { entriesOf, sharedFiles } from "../corpus.ts";
import { interesting } from "../mutate.ts";
import type { Random } from "../random.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { JSON_PIECES, mutateText } from "../text.ts";
import { outcome } from "./archive.ts";
import { sampleArtifacts } from "./samples.ts";

/** Points that are of small order or written in two ways (RFC 8032, 5.1.3), and what is none. */
const POINTS: readonly [string, ...string[]] = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "0200000000000000000000000000000000000000000000000000000000000000",
];

/** L: S + L is another spelling of the same signature. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const PAYLOAD = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SECRET_KEY = new Uint8Array(32).fill(9);

/** Spec 1.4, 1.5 steps 6 to 8, 1.6: nothing but the document that the key's owner made passes, on any platform. */
export const signature: Target = {
  name: "signature",
  seeds: async (root) => ({
    good: [writeSignature(await signed()), ...entriesOf(await sampleArtifacts(), "signature.json")],
    bad: entriesOf(sharedFiles(root, "conformance/artifact/reject", ".palyra-skill"), "signature.json"),
  }),
  make: async (random, corpus) => (random.oneIn(2) ? forgedDocument(random) : mutateText(corpus, random, JSON_PIECES)),
  check,
};

let own: Promise<SignatureDocument> | undefined;

function signed(): Promise<SignatureDocument> {
  own ??= signPayload({ secretKey: SECRET_KEY, publisher: "acme", payloadSha256: PAYLOAD, signedAtUnixMs: 5n }, nodePlatform);
  return own;
}

async function check(input: Uint8Array): Promise<Outcome> {
  let document: SignatureDocument;
  try {
    document = parseSignature(input, "signature.json");
  } catch (error) {
    if (!(error instanceof SkillError) || error.code !== "Serialization") throw error;
    return refusedWith(error.code);
  }
  mustEqual("what is written reads as the same", parseSignature(writeSignature(document), "signature.json"), document);
  const checks = platforms.map((platform) => outcome(checkSignature(document, "acme", PAYLOAD, platform)));
  const [ours, ...others] = await Promise.all(checks);
  for (const other of others) mustEqual("all platforms come to one verdict", verdict(other), verdict(ours));
  if (ours instanceof SkillError) {
    if (ours.code !== "SignatureVerificationFailed") throw ours;
    return refusedWith(ours.code);
  }
  const { signature_base64, public_key_base64 } = await signed();
  const proof = { signature_base64: document.signature_base64, public_key_base64: document.public_key_base64 };
  mustEqual("the signature is the one that was made", proof, { signature_base64, public_key_base64 });
  if (document.publisher !== "acme" || document.algorithm !== "ed25519-sha256")
    throw new Broken("what is shown is checked", document);
  return ACCEPTED;
}

const verdict = (found: Uint8Array | SkillError | undefined): unknown => (found instanceof SkillError ? found.details : found);

/** The right document with one to three fields that are nearly right. */
async function forgedDocument(random: Random): Promise<Uint8Array> {
  const right = await signed();
  const key = Buffer.from(right.public_key_base64, "base64");
  const proof = Buffer.from(right.signature_base64, "base64");
  let document = { ...right };
  for (let times = random.below(4); times > 0; times--) {
    switch (random.below(6)) {
      case 0: {
        const point = Buffer.from(random.pick(POINTS), "hex");
        document = { ...document, public_key_base64: toBase64(point), key_id: keyId(point, nodePlatform) };
        break;
      }
      case 1:
        document = {
          ...document,
          signature_base64: toBase64(Buffer.concat([Buffer.from(random.pick(POINTS), "hex"), scalar(random)])),
        };
        break;
      case 2:
        document = { ...document, signature_base64: toBase64(malleated(proof, random)) };
        break;
      case 3: {
        const changed = Buffer.from(key);
        changed[random.below(32)] = random.below(256);
        document = { ...document, public_key_base64: toBase64(changed), key_id: keyId(changed, nodePlatform) };
        break;
      }
      case 4:
        document = { ...document, signature_base64: respelt(right.signature_base64, random) };
        break;
      default:
        document = {
          ...document,
          signed_at_unix_ms: BigInt(interesting(random)) * 2n ** 31n,
          publisher: random.pick(["acme", "acme ", "Acme", "acme\u0000", "globex"]),
          key_id: random.pick([right.key_id, right.key_id.toUpperCase(), `${right.key_id}0`]),
        };
    }
  }
  return random.oneIn(4) ? encodeUtf8(writeJson({ ...document }, { sortKeys: true })) : writeSignature(document);
}

const scalar = (random: Random): Buffer => Buffer.from(random.oneIn(2) ? new Uint8Array(32) : random.bytes(32));

/** S and a multiple of the group's order more, or a bit of it turned. */
function malleated(proof: Buffer, random: Random): Buffer {
  const changed = Buffer.from(proof);
  if (random.oneIn(2)) {
    const at = random.below(64);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  }
  const s = BigInt(`0x${Buffer.from(proof.subarray(32)).reverse().toString("hex")}`) + ORDER * BigInt(1 + random.below(15));
  Buffer.from(s.toString(16).padStart(64, "0").slice(-64), "hex").reverse().copy(changed, 32);
  return changed;
}

/** Base64 of the same bytes in another spelling. */
function respelt(text: string, random: Random): string {
  return random.pick([
    text.replace(/=+$/, ""),
    `${text}\n`,
    ` ${text}`,
    text.replaceAll("+", "-").replaceAll("/", "_"),
    `${text}=`,
    text.replace(/.==$/, "B=="),
  ]);
}
