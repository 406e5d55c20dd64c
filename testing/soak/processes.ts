/** What processes hold, as Linux tells it. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Held {
  readonly pid: number;
  /** With its start, so that another that has its number is another. */
  readonly name: string;
  readonly residentMb: number;
  readonly descriptors: number;
}

/** Undefined: it is gone. */
export function heldBy(pid: number): Held | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const residentMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    return { pid, name: nameOf(pid), residentMb, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** Of all that runs: children by parent. */
export function childrenOf(parents: readonly number[]): readonly number[] {
  const among = new Set(parents);
  return readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) && among.has(parentOf(pid)) ? [Number(pid)] : []));
}

/** What its descriptors are, by kind. */
export function descriptorKinds(pid: number): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const kind = targetOf(`/proc/${pid}/fd/${fd}`).replace(/[:[].*/, "");
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

export function isThere({ pid, name }: Held): boolean {
  try {
    return nameOf(pid) === name;
  } catch {
    return false;
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "gone";
  }
}

/** Behind the name, which may hold anything: state, parent, … and as the 20th the start. */
const statOf = (pid: number | string): string[] =>
  readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
const nameOf = (pid: number): string => `${pid} ${statOf(pid)[19]}`;

function parentOf(pid: string): number {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return -1;
  }
}
