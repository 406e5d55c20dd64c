// Looking up the 500 components of an SBOM in a feed of 100,000 records, over the same in one of 1,000; and indexing either, which is done once.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleDriver } from "../driver.mjs";

const SMALL = 1_000;
const LARGE = 100_000;
const COMPONENTS = 500;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const driver = await bundleDriver("feed");
  try {
    const words = [driver.file, folder, SMALL, LARGE, COMPONENTS].map(String);
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
    driver.remove();
  }
}
