import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { spin } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { canDieWithParent } from "../../src/execution/pool/command.ts";

const program = useSandboxProgram();

/** What the system tells of a process; empty where there is none. */
function told(pid: string, of: "cmdline" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${of}`, "latin1");
  } catch {
    return "";
  }
}
/** Hundredths of a second of processor time. */
const ticksOf = (pid: string): number => Number(told(pid, "stat").split(") ")[1]?.split(" ")[11] ?? 0);

async function eventually(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 2000; look += 1) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error("it never came to that");
}

describe.runIf(process.platform === "linux" && canDieWithParent())("T17: who is killed leaves nobody behind", () => {
  it("a process that spins without an end dies with its host", async () => {
    const script = await bundleForNode(fileURLToPath(new URL("./open-and-end.ts", import.meta.url)));
    const module = `${program}.wasm`;
    writeFileSync(module, await spin());
    const host = spawn(process.execPath, [script.file, program, "stay", module], { stdio: "ignore" });
    const children = (): string[] =>
      readdirSync("/proc").filter(
        (pid) => /^\d+$/.test(pid) && pid !== String(host.pid) && told(pid, "cmdline").includes(program),
      );
    try {
      await eventually(() => children().some((pid) => ticksOf(pid) > 30));
      host.kill("SIGKILL");
      const from = performance.now();
      await eventually(() => children().length === 0);
      // Else it is its limit of processor time that ends it, minutes later.
      expect(performance.now() - from).toBeLessThan(30_000);
    } finally {
      host.kill("SIGKILL");
      for (const pid of children()) process.kill(Number(pid), "SIGKILL");
    }
  });
});
