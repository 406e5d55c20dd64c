/** A process that makes one pass, and that some skills end when they are parsed: always, or the first time only. `deadly-process.mjs <root>` */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reauditSkills } from "../../src/lifecycle/index.ts";
import { UNWATCHED } from "../../src/lifecycle/reaudit/watch.ts";
import { homeIn, newCall, reauditRequest } from "../lifecycle/parts.ts";

const [root = ""] = process.argv.slice(2);
const CHANCE = join(root, "chance");

function turn(subject: string | undefined): void {
  const isFirst = subject?.startsWith("acme.chance@") === true && !existsSync(CHANCE);
  if (isFirst) writeFileSync(CHANCE, "");
  if (isFirst || subject?.startsWith("acme.kills@")) process.kill(process.pid, "SIGKILL");
}

const request = reauditRequest({ watch: { ...UNWATCHED, turn } });
process.stdout.write(JSON.stringify(await reauditSkills(homeIn(root), request, newCall("system:daemon"))));
