// The same totals on every Node, whatever tier of the engine compiles (spec 10.1).
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { bundleForNode } from "../../../../../testing/bundle.ts";
import { totals } from "./totals.ts";

const MODULES = 100;
/** Of the totals of these modules, on Node 20, 22 and 24. In mode `flat` wasmtime 44 says the same of 1 500 such modules. */
const DIGEST = "f1fac7aefa22f39adf83d7e289bcfe42a021c24c91745d43c5fd35c029520b33";

let program: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  program = await bundleForNode(fileURLToPath(new URL("totals-process.ts", import.meta.url)));
});

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

it("are those that other versions of Node gave", { timeout: 120_000 }, () => {
  expect(digest(totals(MODULES))).toBe(DIGEST);
});

it.each(["--liftoff-only", "--no-liftoff", "--no-wasm-tier-up"])("are the same with %s", { timeout: 300_000 }, async (flag) => {
  const run = await promisify(execFile)(process.execPath, [flag, program.file, String(MODULES)], { maxBuffer: 64 * 1024 * 1024 });
  expect(digest(run.stdout)).toBe(DIGEST);
});
