/** A thread that audits as ours does, but for skills that end it when they are parsed: by its memory, by an exit, or the first time only. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { auditorOf } from "../../src/daemon/auditor.ts";
import { serveAuditor } from "../../src/daemon/serve-auditor.ts";
import { reauditSkills } from "../../src/lifecycle/index.ts";
import { homeIn, newCall, reauditRequest } from "../lifecycle/parts.ts";

const { root }: { root: string } = workerData;
const home = homeIn(root);
const CHANCE = join(root, "chance");

/**
 * Takes memory until the engine ends the thread for it. With a breath between: one that takes it faster than the engine can end a thread
 * has the engine end the whole process, now and then.
 */
function fill(): never {
  const breath = new Int32Array(new SharedArrayBuffer(4));
  for (const full: number[][] = []; ; Atomics.wait(breath, 0, 0, 1)) full.push(new Array<number>(10_000).fill(0.5));
}

function dieOf(subject: string | undefined): void {
  // As a parser is that takes very long: nothing else is heard meanwhile.
  if (subject?.startsWith("acme.slow@")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
  if (subject?.startsWith("acme.fills@")) fill();
  if (subject?.startsWith("acme.exits@")) process.exit(1);
  if (subject?.startsWith("acme.chance@") && !existsSync(CHANCE)) {
    writeFileSync(CHANCE, "");
    process.exit(1);
  }
}

if (parentPort !== null)
  serveAuditor(
    parentPort,
    auditorOf({
      pass: (signal, watch) => {
        const turn = (subject: string | undefined): void => {
          watch?.turn(subject);
          dieOf(subject);
        };
        const watched = watch === undefined ? {} : { watch: { ...watch, turn } };
        return reauditSkills(home, reauditRequest(watched), { ...newCall("system:daemon"), signal });
      },
      audit: () => Promise.reject(new Error("not asked")),
    }),
  );
