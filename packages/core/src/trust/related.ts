import type { TrustConstraints } from "./constraints.ts";
import type { TrustStore } from "./store.ts";

/** Every publisher that the store lists or has pinned, or that owns a skill id (owners outlive a removal). */
export function knownPublishers(store: TrustStore, constraints?: TrustConstraints): ReadonlySet<string> {
  return new Set([...store.trusted.keys(), ...store.pinned.keys(), ...(constraints?.owners.values() ?? [])]);
}

/**
 * The first known publisher, in alphabetical order, whose name is this one's plus `.` and more, or the reverse; undefined
 * for none. Such two could both own a tool id (spec 5, T27).
 */
export function relatedPublisher(publisher: string, known: Iterable<string>): string | undefined {
  let first: string | undefined;
  for (const other of known) {
    const related = other.startsWith(`${publisher}.`) || publisher.startsWith(`${other}.`);
    if (related && (first === undefined || other < first)) first = other;
  }
  return first;
}
