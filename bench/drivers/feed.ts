/**
 * Look-ups in feeds of two sizes, in a process of its own: `<folder> <small> <large> <components>`. Answers a line of JSON. The feed is one file
 * of lines; a hundred of the packages that are looked up have advisories in either.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { scanComponent } from "palyra-skills/supplychain";
import { openFeed } from "../../packages/palyra/src/feeds/index.ts";
import { pairs } from "../measure.mjs";

const [folder = "", ...numbers] = process.argv.slice(2);
const [small = 0, large = 0, components = 0] = numbers.map(Number);
const ADVISED = 100;

const record = (at: number): string =>
  JSON.stringify({
    schema_version: "1.6.0",
    id: `GHSA-bench-${at}`,
    modified: "2026-01-01T00:00:00Z",
    summary: "An advisory",
    details: "x".repeat(1000),
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "npm", name: at < ADVISED ? `package-${at}` : `other-${at}` },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "2.0.0" }] }],
      },
    ],
  });

function write(count: number): string {
  const path = join(folder, `${count}.jsonl`);
  const file = openSync(path, "w");
  for (let at = 0; at < count; at += 1000) {
    const lines = Array.from({ length: Math.min(1000, count - at) }, (_, index) => `${record(at + index)}\n`);
    writeSync(file, lines.join(""));
  }
  closeSync(file);
  return path;
}

async function open(count: number): Promise<{ readonly scan: () => number; readonly ms: number }> {
  const path = write(count);
  const started = performance.now();
  const { source } = await openFeed(path, {
    cache: join(folder, "cache"),
    now: Date.now(),
    signal: new AbortController().signal,
  });
  const ms = performance.now() - started;
  if (source.state !== "open") throw new Error(JSON.stringify(source));
  const purls = Array.from({ length: components }, (_, at) => `pkg:npm/package-${at}@1.0.0`);
  const scan = () => purls.reduce((sum, purl) => sum + (scanComponent(purl, source.lookUp)?.vulnerabilities.length ?? 0), 0);
  if (scan() !== ADVISED) throw new Error(`${scan()} found`);
  return { scan, ms };
}

const [few, many] = [await open(small), await open(large)];
const measured = await pairs(many.scan, few.scan, { samples: 21 });
process.stdout.write(`${JSON.stringify({ ...measured, smallIndexMs: few.ms, largeIndexMs: many.ms })}\n`);
