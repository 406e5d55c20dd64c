import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds that a process which was killed has to be gone, on a machine with much else to do. */
const GONE_MS = 20_000;

/** A file leaves no sandbox process of this one behind: files share a process, and each would find more of them. On Linux, which tells. */
export async function endProcesses(): Promise<void> {
  const since = performance.now();
  for (let left = sandboxProcesses(); left.length > 0; left = sandboxProcesses()) {
    if (performance.now() - since > GONE_MS) throw new Error(`sandbox processes are left behind: ${left.join(", ")}`);
    await sleep(20);
  }
}

function sandboxProcesses(): readonly string[] {
  const children = told(`/proc/self/task/${process.pid}/children`).split(" ");
  return children.filter((pid) => pid !== "" && told(`/proc/${pid}/cmdline`).includes("/child.cjs"));
}

/** Nothing of one that is gone, and nothing where the system does not tell. */
function told(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
