import type { Platform } from "./platform.ts";
import { purePlatform } from "./pure.ts";

/**
 * Browsers and workers: the pure one, with the engine's own WebAssembly validation. `DecompressionStream` is not used,
 * since on some engines it takes bytes after the end of a stream in silence (spec 1.6), nor `crypto.subtle`, whose
 * hashing is not incremental.
 */
export const webPlatform: Platform = {
  ...purePlatform,
  validateModule: async (bytes) => WebAssembly.validate(bytes),
  engine: "the web platform",
};
