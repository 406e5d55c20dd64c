import { setFlagsFromString } from "node:v8";

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
  setFlagsFromString("--semi-space-growth-factor=1");
  // The engine of Node 24 has a compiler between its two others, whose first work on our modules takes 30 MB that are not given back.
  setFlagsFromString("--no-maglev");
}
