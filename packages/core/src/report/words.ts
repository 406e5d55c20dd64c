import type { Totals } from "./report.ts";

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** `1 failure, 2 warnings`; `nothing found`. */
export function totalsInWords({ fail, warn, skipped, accepted, silenced, problems }: Totals): string {
  const parts = [
    ...(problems === 0 ? [] : [`${problems} could not be audited`]),
    ...(fail === 0 ? [] : [count(fail, "failure")]),
    ...(warn === 0 ? [] : [count(warn, "warning")]),
    ...(skipped === 0 ? [] : [`${skipped} not judged`]),
    ...(accepted === 0 ? [] : [`${accepted} accepted`]),
    ...(silenced === 0 ? [] : [`${silenced} silenced`]),
  ];
  return parts.length === 0 ? "nothing found" : parts.join(", ");
}
