import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratchFolder } from "../scratch.ts";
import { repositoryRoot } from "../shared.ts";

it("a benchmark against wasmtime is skipped by name, with the reason, where there is none", () => {
  const empty = scratchFolder("bench");
  const words = [join(repositoryRoot, "bench/run.mjs"), "wasmtime", "--json"];
  const run = spawnSync(process.execPath, words, { env: { PATH: empty }, encoding: "utf8" });
  rmSync(empty, { recursive: true });
  expect(run.status, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).rows).toMatchObject([
    {
      what: expect.stringContaining("with fuel on"),
      floor: expect.stringContaining("wasmtime"),
      skipped: "wasmtime is not on the PATH",
    },
  ]);
});
