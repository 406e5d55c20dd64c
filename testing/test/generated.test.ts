import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

it("the compiled schemas of CycloneDX are what the script makes of the official ones", () => {
  const script = join(repositoryRoot, "scripts/cyclonedx-validators.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
