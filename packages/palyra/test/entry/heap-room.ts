/** `bound` or not: makes much that is short-lived, on this thread and another, and answers how much room for it each heap has then. */
import { getHeapSpaceStatistics } from "node:v8";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { boundHeaps } from "../../src/entry/bound-heaps.ts";

const [, , how = ""] = process.argv;
if (how === "bound") boundHeaps();

function room(): number {
  for (let round = 0; round < 40; round += 1) {
    const kept = [];
    for (let each = 0; each < 40_000; each += 1) kept.push({ each, text: `x${each}` });
  }
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

if (isMainThread) {
  const other = new Worker(new URL(import.meta.url), { argv: [how] });
  // Ours after the other heap was made.
  other.on("message", (ofOther: number) => process.stdout.write(JSON.stringify([room(), ofOther])));
} else parentPort?.postMessage(room());
