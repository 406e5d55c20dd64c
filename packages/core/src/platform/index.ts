/** The one port for what a platform does better, and its implementations that run anywhere. */
export { crc32 } from "./crc32.ts";
export type { Attestations, BundleSigner, BundleVerdict, Inflated, Platform, Sha256 } from "./platform.ts";
export { purePlatform } from "./pure.ts";
export { webPlatform } from "./web.ts";
