// A program with a pool, and how it ends: it closes the pool, leaves it as it is, or is killed.
import { setTimeout as sleep } from "node:timers/promises";
import { openSandboxPool } from "../../src/execution/pool.ts";

const [, , program = "", how = ""] = process.argv;
const pool = openSandboxPool({ program, idle: 2 });
await sleep(500);
if (how === "close") await pool.close();
if (how === "die") process.kill(process.pid, "SIGKILL");
console.log(how === "close" ? "closed" : "left");
