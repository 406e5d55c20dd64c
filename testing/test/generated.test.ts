import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

it.each(["cyclonedx-validators", "spdx-ids"])("what scripts/%s.mjs makes is what is here", (name) => {
  const script = join(repositoryRoot, `scripts/${name}.mjs`);
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
