/** The candidate that was probably meant: the nearest within a third of its letters, or the only one that begins so. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const begins = candidates.filter((candidate) => typed !== "" && candidate.startsWith(typed));
  if (begins.length === 1) return begins[0];
  return candidates
    .map((candidate) => ({ candidate, distance: distance(typed, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** All of them, what is most like it first. */
export function nearestFirst(typed: string, candidates: readonly string[]): readonly string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: candidate.startsWith(typed) ? 0 : distance(typed, candidate) }))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

/** Letters beyond which nothing is compared: no command is that long. */
const MAX_COMPARED = 64;

/** Letters to add, drop, change or swap with their neighbour to make one word of the other. */
export function distance(from: string, to: string): number {
  if (from.length > MAX_COMPARED) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
