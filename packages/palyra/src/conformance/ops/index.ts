/** What our implementation answers (spec 12). Each group loads when it is first asked. */
import type { Platform } from "palyra-skills/platform";
import type { SandboxPool } from "../../execution/index.ts";
import { VERSION } from "../../version.ts";
import type { Op } from "../protocol.ts";

export interface OpTools {
  readonly platform: Platform;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where op `sandbox` runs what it is given; opened when it is first asked. */
  readonly sandbox?: () => SandboxPool;
}

type Load = (tools: OpTools) => Promise<Op>;

export const OPS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ["manifest", async () => (await import("./parts.ts")).manifestOp],
  ["inspect", async ({ platform }) => (await import("./artifact.ts")).inspectOp(platform)],
  ["verify", async ({ platform, now }) => (await import("./artifact.ts")).verifyOp(platform, now)],
  ["audit", async ({ platform, now }) => (await import("./artifact.ts")).auditOp(platform, now)],
  ["build", async ({ platform, now }) => (await import("./build.ts")).buildOp(platform, now)],
  ["trust", async () => (await import("./parts.ts")).trustOp],
  ["key", async () => (await import("./parts.ts")).keyOp],
  ["payload_hash", async ({ platform }) => (await import("./parts.ts")).payloadHashOp(platform)],
  ["archive", async ({ platform }) => (await import("./parts.ts")).archiveOp(platform)],
  ["ed25519", async ({ platform }) => (await import("./parts.ts")).ed25519Op(platform)],
  ["wasm", async () => (await import("./wasm.ts")).wasmOp],
  ["texts", async () => (await import("./texts.ts")).textsOp],
  ["diff", async ({ platform }) => (await import("./diff.ts")).diffOp(platform)],
  ["fuel", async () => (await import("./fuel.ts")).fuelOp],
  ["sandbox", async ({ sandbox }) => (await import("./sandbox.ts")).sandboxOp(sandbox)],
  ["capabilities", async () => capabilitiesOp],
]);

const capabilitiesOp: Op = {
  read: () => async () => ({ ops: [...OPS.keys()], name: "palyra-skills", version: VERSION }),
};
