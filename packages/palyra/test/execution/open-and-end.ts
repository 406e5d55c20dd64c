// A program with a pool, and how it ends: it closes the pool, leaves it as it is, or is killed, the last while a module (a file) spins as well.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSandboxPool } from "../../src/execution/pool/index.ts";
import { ENDLESS, isPrepared, jobOf, NOBODY } from "./sandbox-jobs.ts";

const [, , program = "", how = "", module = ""] = process.argv;
const pool = openSandboxPool({ program, idle: 2 });
if (module !== "") {
  const prepared = await pool.prepare(jobOf(readFileSync(module), { quotas: ENDLESS }), {
    signal: new AbortController().signal,
  });
  if (!isPrepared(prepared)) throw new Error("it is prepared");
  void prepared.run(NOBODY);
}
await sleep(500);
if (how === "close") await pool.close();
if (how === "die") process.kill(process.pid, "SIGKILL");
console.log(how === "close" ? "closed" : "left");
