/**
 * Resident memory of another process, in bytes; undefined where the system does not tell. Where it limits no process's memory (macOS, Windows) the pool
 * looks here while a call runs, and ends one that has too much (spec 10.3).
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

export type ResidentOf = (pid: number) => Promise<number | undefined>;

const KIBI = 1024;
/** Milliseconds that the program has that tells it. */
const TOLD_MS = 2000;

export function residentReader(platform: NodeJS.Platform): ResidentOf {
  if (platform === "linux") return linux;
  return platform === "win32" ? windows : unix;
}

const linux: ResidentOf = async (pid) => {
  try {
    return kibibytes(/^VmRSS:\s*(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "latin1"))?.[1]);
  } catch {
    return undefined;
  }
};

const unix: ResidentOf = async (pid) => kibibytes(await output("/bin/ps", ["-o", "rss=", "-p", String(pid)]));

/** `"node.exe","4242","Console","1","41,236 K"`; the separator of thousands is the user's. */
const windows: ResidentOf = async (pid) => {
  const told = await output("tasklist", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]);
  return kibibytes(told?.split('","')[4]?.replace(/[^\d]/g, ""));
};

function kibibytes(text: string | undefined): number | undefined {
  const number = text === undefined ? "" : text.trim();
  return /^\d+$/.test(number) ? Number(number) * KIBI : undefined;
}

const output = (file: string, args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(file, [...args], { timeout: TOLD_MS, windowsHide: true }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
