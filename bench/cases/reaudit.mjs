// The re-audit of 10,000 installed skills of some 60 KB: a pass over unchanged ones, over hashing the same bytes from the same files; and
// the memory of the process, over the 256 MB that it may have.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleDriver } from "../driver.mjs";

const SKILLS = 10_000;
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024;

export async function run({ skills = SKILLS, samples = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const driver = await bundleDriver("reaudit");
  try {
    const ask = (...words) =>
      JSON.parse(execFileSync(process.execPath, [driver.file, folder, ...words.map(String)], { encoding: "utf8" }));
    ask("make", skills);
    const first = ask("first");
    const unchanged = ask("unchanged", samples);
    // Without the floor and what it leaves behind in the same process.
    const again = ask("again", samples);
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
      memory("peak memory of one that only finds them unchanged", again.maxRssBytes),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    driver.remove();
  }
}
