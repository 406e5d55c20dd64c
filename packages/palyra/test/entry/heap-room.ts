/** `bound` or not: makes much that is short-lived, on this thread and another, and answers how much room for it a half of each heap has meanwhile. */
import { getHeapSpaceStatistics } from "node:v8";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { boundHeaps } from "../../src/entry/bound-heaps.ts";

const [, , how = ""] = process.argv;
if (how === "bound") boundHeaps();

/** Most of the time: a collection that falls just then may have taken pages beyond its bound (Node 24), and gives them back. */
function room(): number {
  const rooms: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const kept = [];
    for (let each = 0; each < 40_000; each += 1) kept.push({ each, text: `x${each}` });
    rooms.push(roomNow());
  }
  return rooms.toSorted((one, other) => one - other)[rooms.length / 2] ?? 0;
}

function roomNow(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  return young === undefined ? 0 : young.space_used_size + young.space_available_size;
}

if (isMainThread) {
  const other = new Worker(new URL(import.meta.url), { argv: [how] });
  // Ours after the other heap was made.
  other.on("message", (ofOther: number) => process.stdout.write(JSON.stringify([room(), ofOther])));
} else parentPort?.postMessage(room());
