import { nodePlatform } from "../../palyra/src/platform/index.ts";
import { type Platform, purePlatform, webPlatform } from "../src/platform/index.ts";

/** Every implementation of the port: what core decides must be the same on all of them. */
export const platforms: readonly Platform[] = [nodePlatform, purePlatform, webPlatform];
export { nodePlatform };
