import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * For a process that runs for months beside others: V8 takes memory rather than time for what is no more, and it is the other way round
 * here. Before anything is loaded, since neither takes back what a heap has grown to; it counts for all threads, and each thread says it
 * again, since the engine takes the second back when it makes a heap.
 */
export function boundHeaps(): void {
  // A heap of some ten megabytes may grow to four times what lives in it before it is looked at; by this, to 1.3 times.
  setFlagsFromString("--heap-growing-percent=30");
  // What is new in it has room that doubles, up to 32 MB (128 MB with Node 24), and stays so. The bound of that is read when the process
  // starts; this is asked each time it would grow.
  if (isMainThread) growOnce();
  setFlagsFromString("--semi-space-growth-factor=1");
  // The engine of Node 24 has a compiler between its two others, whose first work on our modules takes 30 MB that are not given back.
  setFlagsFromString("--no-maglev");
}

/** To three megabytes, where requests are answered: in one, garbage is collected at every third call of a tool, which takes a tenth of its time. */
function growOnce(): void {
  setFlagsFromString("--semi-space-growth-factor=3");
  const before = roomForNew();
  // It grows once as much lives as there was room for.
  const live: unknown[] = [];
  for (let made = 0; made < MOST_MADE && roomForNew() === before; made += AT_A_TIME) {
    for (let each = 0; each < AT_A_TIME; each += 1) live.push(new Array(64).fill(each));
  }
}

/** Of half a kilobyte. An engine that grows by other rules stays as it is. */
const MOST_MADE = 10_000;
const AT_A_TIME = 64;

/** Bytes. */
function roomForNew(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  return young === undefined ? 0 : young.space_used_size + young.space_available_size;
}
