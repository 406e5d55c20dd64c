/**
 * The re-audit of many skills, in a process of its own, with heaps as `palyrad` has them: `<root> make <skills>`, `<root> first`,
 * `<root> again <passes>`, `<root> unchanged <samples>`. Answers a line of JSON.
 */
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_POLICY, NO_FEED } from "palyra-skills/audit";
import type { Call } from "../../packages/palyra/src/call.ts";
import { boundHeaps } from "../../packages/palyra/src/entry/bound-heaps.ts";
import { compose } from "../../packages/palyra/src/entry/compose.ts";
import { reauditSkills } from "../../packages/palyra/src/lifecycle/index.ts";
import { nodePlatform } from "../../packages/palyra/src/platform/index.ts";
import { forgeStore } from "../../testing/forge/store.ts";
import { pairs } from "../measure.mjs";

boundHeaps();
const [root = "", mode = "", number = "1"] = process.argv.slice(2);
const { home } = compose({ stateRoot: root }, { HOME: root });
const clock = () => Date.now();
const call = (): Call => ({
  now: clock(),
  principal: "system:daemon",
  deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  channel: null,
  signal: new AbortController().signal,
  progress: () => {},
  warn: (text) => process.stderr.write(`${text}\n`),
});
const pass = () => reauditSkills(home, { policy: DEFAULT_POLICY, feed: NO_FEED, code: "bench", clock }, call());

/** The same bytes from the same files with the same primitives: each opened, read into one buffer, hashed, closed. */
function hashAll(files: readonly string[], buffer: Uint8Array): number {
  let bytes = 0;
  for (const file of files) {
    const descriptor = openSync(file, "r");
    const hash = nodePlatform.sha256();
    for (;;) {
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      bytes += read;
      hash.update(buffer.subarray(0, read));
      if (read < buffer.length) break;
    }
    hash.digest();
    closeSync(descriptor);
  }
  return bytes;
}

async function answer(): Promise<object> {
  if (mode === "make") {
    await forgeStore(home, { skills: Number(number), moduleBytes: 32 * 1024, assetBytes: 4 * 1024 }, call());
    return {};
  }
  if (mode === "first") {
    const started = performance.now();
    const summary = await pass();
    return { ms: performance.now() - started, summary };
  }
  if (mode === "again") {
    const ms = [];
    for (let each = 0; each < Number(number); each += 1) {
      const started = performance.now();
      await pass();
      ms.push(performance.now() - started);
    }
    return { ms };
  }
  const files = readdirSync(home.places.skillsRoot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== home.places.skillsRoot)
    .map((entry) => join(entry.parentPath, entry.name));
  const buffer = new Uint8Array(1024 * 1024);
  const summary = await pass();
  const bytes = hashAll(files, buffer);
  if (summary.unchanged !== summary.checked || summary.bytes !== bytes)
    throw new Error(`${summary.unchanged} of ${summary.checked} unchanged, ${summary.bytes} of ${bytes} bytes`);
  const measured = await pairs(pass, () => hashAll(files, buffer), { samples: Number(number), warmup: 0 });
  return { ...measured, summary };
}

const found = await answer();
process.stdout.write(`${JSON.stringify({ ...found, maxRssBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
