// The re-audit of 10,000 installed skills of some 60 KB: a pass over unchanged ones, over hashing the same bytes from the same files; and
// the memory of the process, over the 256 MB that it may have.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { repository } from "../inputs.mjs";

const SKILLS = 10_000;
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024;

export async function run({ skills = SKILLS, samples = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  // Inside the checkout, where native packages are found.
  const driver = join(repository, ".cache", `bench-reaudit-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(repository, "bench/drivers/reaudit.ts")],
      outfile: driver,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      conditions: ["palyra-source"],
      external: ["@photostructure/sqlite", "node:sqlite", "xmlbuilder2"],
      banner: { js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);' },
      logLevel: "error",
    });
    const ask = (...words) =>
      JSON.parse(execFileSync(process.execPath, [driver, folder, ...words.map(String)], { encoding: "utf8" }));
    ask("make", skills);
    const first = ask("first");
    const unchanged = ask("unchanged", samples);
    const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
    const memory = (what, bytes) => ({
      what,
      floor: megabytes(MAX_RESIDENT_BYTES),
      value: megabytes(bytes),
      ratio: bytes / MAX_RESIDENT_BYTES,
      limit: 1,
    });
    return [
      {
        what: `re-audit, ${skills} unchanged skills, ${megabytes(unchanged.summary.bytes)}`,
        floor: "reading and hashing the same files",
        ms: unchanged.ms,
        floorMs: unchanged.floorMs,
        ratio: unchanged.ratio,
        limit: 1.5,
      },
      {
        what: "the first re-audit of them, each parsed and audited",
        floor: "the same floor",
        ms: first.ms,
        floorMs: unchanged.floorMs,
        ratio: first.ms / unchanged.floorMs,
      },
      memory("peak memory of that process", first.maxRssBytes),
      memory("peak memory of one that only finds them unchanged", unchanged.maxRssBytes),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(driver, { force: true });
  }
}
