// Issue 6, section 5: a small soak. The large one is `npm run soak -- --calls 50000`.
import { execFileSync, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

const CALLS = 300;
// Inside the checkout, where native packages are found.
const programs = join(repositoryRoot, ".cache/test", `soak-${process.pid}`);
const script = (name: string): string => join(repositoryRoot, "scripts", name);
beforeAll(() => {
  execFileSync(process.execPath, [script("build.mjs"), "--bundle", "--outdir", programs], { cwd: repositoryRoot });
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

// It reads what processes hold from /proc.
describe.runIf(process.platform === "linux")(
  "calls without pause, by eight clients over HTTP, stdio and the library, one in a hundred hostile",
  () => {
    it("are answered as they must be, each with its receipt, and leave nothing behind", async () => {
      const words = [script("soak.mjs"), "--calls", String(CALLS), "--programs", programs, "--json"];
      const child = spawn(process.execPath, words, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("data", (chunk) => {
        said += String(chunk);
      });
      const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
      const report = JSON.parse(said);
      expect(report.faults).toEqual([]);
      expect(report).toMatchObject({ calls: CALLS, clients: 8, receipts: CALLS });
      expect(exit).toBe(0);
    }, 900_000);
  },
);
