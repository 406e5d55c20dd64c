// Looking up the 500 components of an SBOM in a feed of 100,000 records, over the same in one of 1,000; and indexing either, which is done once.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { repository } from "../inputs.mjs";

const SMALL = 1_000;
const LARGE = 100_000;
const COMPONENTS = 500;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const driver = join(repository, ".cache", `bench-feed-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(repository, "bench/drivers/feed.ts")],
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
    const words = [driver, folder, SMALL, LARGE, COMPONENTS].map(String);
    const { ms, floorMs, ratio, smallIndexMs, largeIndexMs } = JSON.parse(
      execFileSync(process.execPath, words, { encoding: "utf8" }),
    );
    return [
      { what: `${COMPONENTS} components looked up, ${LARGE} records`, floor: `${SMALL} records`, ms, floorMs, ratio, limit: 3 },
      {
        what: `indexing ${LARGE} records, once`,
        floor: `${LARGE / SMALL} times indexing ${SMALL}`,
        ms: largeIndexMs,
        floorMs: (smallIndexMs * LARGE) / SMALL,
        ratio: (largeIndexMs * SMALL) / (smallIndexMs * LARGE),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(driver, { force: true });
  }
}
