import type { KeyObject } from "node:crypto";
import type { Platform } from "palyra-skills/platform";
import { attestationsOf } from "./attestations.ts";
import { inflate, oneCore } from "./inflate.ts";

/** Loaded at the first use: `list` of what is cached needs neither this nor zlib, and they take a tenth of its time. */
const crypto = () => process.getBuiltinModule("node:crypto");
const zlib = () => process.getBuiltinModule("node:zlib");

/** DER before the 32 bytes of a raw Ed25519 key (RFC 8410). */
const PUBLIC_KEY_HEADER_BYTES = 12;
const SECRET_KEY_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;

/** Node's own primitives. Large streams inflate on the thread pool, beside the caller. */
export const nodePlatform: Platform = {
  inflateRaw: inflate,
  get inflatesBeside() {
    return !oneCore();
  },
  crc32: (bytes, before) => zlib().crc32(bytes, before),
  sha256: () => crypto().createHash("sha256"),
  ed25519: {
    verify: async (publicKey, message, signature) =>
      publicKey.length === KEY_BYTES && crypto().verify(null, message, publicKeyObject(publicKey), signature),
    sign: async (secretKey, message) => crypto().sign(null, message, pairOf(secretKey).secret),
    publicKey: async (secretKey) => pairOf(secretKey).publicKey.slice(),
  },
  validateModule: async (bytes) => WebAssembly.validate(bytes),
  engine: `Node ${process.versions.node}`,
  attestations: attestationsOf(() => nodePlatform),
};

/** As a JWK (RFC 8037): the same key object as from DER, in a twentieth of the time (9 against 170 us), which a small artifact feels. */
const publicKeyObject = (key: Uint8Array): KeyObject =>
  crypto().createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") }, format: "jwk" });

interface Pair {
  readonly bytes: Uint8Array;
  readonly secret: KeyObject;
  readonly publicKey: Uint8Array;
}

/** Of whoever signs again and again with the same bytes: to make the objects takes half a millisecond each, to sign 50 us. */
const pairs = new WeakMap<Uint8Array, Pair>();

function pairOf(secretKey: Uint8Array): Pair {
  const known = pairs.get(secretKey);
  // It is the caller's, who may have written another key into it.
  if (known !== undefined && Buffer.from(known.bytes).equals(secretKey)) return known;
  const der = Buffer.concat([SECRET_KEY_HEADER, secretKey]);
  const secret = crypto().createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const encoded = crypto().createPublicKey(secret).export({ format: "der", type: "spki" });
  const pair = { bytes: secretKey.slice(), secret, publicKey: new Uint8Array(encoded.subarray(PUBLIC_KEY_HEADER_BYTES)) };
  pairs.set(secretKey, pair);
  return pair;
}
