/** The daemon's command, and, as a thread of it, what audits: one file for both, so that the one always finds the other. */
import { isMainThread } from "node:worker_threads";
import { boundHeaps } from "./bound-heaps.ts";

boundHeaps();
if (isMainThread) {
  const { runDaemonCommand } = await import("./palyrad-main.ts");
  // What a thread still does must not keep a daemon that has stopped: all that had to be finished is.
  process.exit(await runDaemonCommand(process.argv.slice(2), new URL(import.meta.url)));
} else {
  const { runAuditorThread } = await import("./palyrad-worker.ts");
  runAuditorThread();
}
