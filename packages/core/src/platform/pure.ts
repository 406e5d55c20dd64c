import { sha256 } from "@noble/hashes/sha2.js";
import { crc32 } from "./crc32.ts";
import { nobleEd25519 } from "./ed25519.ts";
import { inflateRaw } from "./inflate.ts";
import type { Platform, Sha256 } from "./platform.ts";

/** Everything in JavaScript: runs wherever the language does, on the caller's thread. */
export const purePlatform: Platform = {
  inflateRaw: async (deflated, limit) => inflateRaw(deflated, limit),
  inflatesBeside: false,
  crc32,
  sha256: (): Sha256 => sha256.create(),
  ed25519: nobleEd25519,
  // There is no engine to ask, and what nobody has checked does not pass.
  validateModule: async () => false,
  engine: "JavaScript alone",
};
