import type { KeyObject } from "node:crypto";
import type { Platform } from "palyra-skills/platform";
import { attestationsOf } from "./attestations.ts";
import { inflate } from "./inflate.ts";

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
  crc32: (bytes, before) => zlib().crc32(bytes, before),
  sha256: () => crypto().createHash("sha256"),
  ed25519: {
    verify: async (publicKey, message, signature) =>
      publicKey.length === KEY_BYTES && crypto().verify(null, message, publicKeyObject(publicKey), signature),
    sign: async (secretKey, message) => crypto().sign(null, message, secretKeyObject(secretKey)),
    publicKey: async (secretKey) => {
      const encoded = crypto().createPublicKey(secretKeyObject(secretKey)).export({ format: "der", type: "spki" });
      return new Uint8Array(encoded.subarray(PUBLIC_KEY_HEADER_BYTES));
    },
  },
  validateModule: async (bytes) => WebAssembly.validate(bytes),
  engine: `Node ${process.versions.node}`,
  attestations: attestationsOf(() => nodePlatform),
};

/** As a JWK (RFC 8037): the same key object as from DER, in a twentieth of the time (9 against 170 us), which a small artifact feels. */
const publicKeyObject = (key: Uint8Array): KeyObject =>
  crypto().createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") }, format: "jwk" });

const secretKeyObject = (key: Uint8Array): KeyObject =>
  crypto().createPrivateKey({ key: Buffer.concat([SECRET_KEY_HEADER, key]), format: "der", type: "pkcs8" });
