import { readFileSync } from "node:fs";
import type { Environment } from "../settings.ts";

/**
 * What an approval "for this session" is good for on a terminal: the shell that this was started from, while it lives. On Linux by its number
 * and the moment at which it began, so that no later process is taken for it; elsewhere by its number, and for twelve hours at most.
 */
export function terminalSession(env: Environment): string {
  const named = env["PALYRA_SESSION"];
  if (named !== undefined && named.trim() !== "") return `named:${named}`;
  return `parent:${process.ppid}:${beginOf(process.ppid) ?? ""}`;
}

/** Behind the name in brackets, which may hold anything, it is the 20th field. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
