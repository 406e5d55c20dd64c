import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { spin } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";

const program = useSandboxProgram();

/** The sandbox processes of a host, once Node is what runs in them. */
const childrenOf = (host: number | undefined): string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/status`, "latin1").includes(`PPid:\t${host}\n`)) return false;
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      return command.startsWith(process.execPath) && command.includes("permission\0");
    } catch {
      return false;
    }
  });

/** Without those that are closed meanwhile. */
const linksOf = (pid: string): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  });

describe.runIf(process.platform === "linux")("T39: a sandbox process has no descriptor that its host was started with", () => {
  it("whatever its number is: `flock 200>file` leaves one behind a gap", async () => {
    const script = await bundleForNode(fileURLToPath(new URL("./open-and-end.ts", import.meta.url)));
    const module = `${program}.wasm`;
    const secret = `${program}.secret`;
    writeFileSync(module, await spin());
    writeFileSync(secret, "of whoever started the host");
    const handed = openSync(secret, "r+");
    const gap = Array.from({ length: 197 }, () => "ignore" as const);
    const host = spawn(process.execPath, [script.file, program, "stay", module], {
      stdio: ["ignore", "ignore", "ignore", handed, ...gap.slice(1), handed, handed],
    });
    closeSync(handed);
    try {
      let children: string[] = [];
      for (let look = 0; look < 1500 && children.length < 2; look += 1) {
        await sleep(20);
        children = childrenOf(host.pid);
      }
      expect(linksOf(String(host.pid)).filter((link) => link === secret)).toHaveLength(3);
      expect(children.length).toBeGreaterThan(1);
      for (const child of children) expect(linksOf(child)).not.toContain(secret);
    } finally {
      host.kill("SIGKILL");
    }
  });
});
