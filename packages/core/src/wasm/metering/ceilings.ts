import type { LimitFact } from "../facts.ts";
import { MAX_PAGES, MAX_PAGES_64, MAX_TABLE_MINIMUM } from "../limits.ts";
import { Reader } from "../reader.ts";
import { type Caps, type MeteringRefusal, Refused } from "./metered.ts";
import type { Writer } from "./writer.ts";

const PAGE_BYTES = 65_536n;

/** What becomes of one memory or table. */
export interface Ceiling {
  readonly fact: LimitFact;
  /** Pages or elements. */
  readonly max: bigint;
  /** The cap refuses what the module's own declaration would not. */
  readonly lowered: boolean;
}

/** All memories, or all tables, of a module. */
export interface Ceilings {
  readonly each: readonly Ceiling[];
  /**
   * Pages or elements that are left for all together, where their maxima cannot say it: every growth is then counted. Undefined where no
   * maximum lets them exceed the cap.
   */
  readonly left: bigint | undefined;
}

/** T17: the sum counts, not each for itself. `MemoryOverCap`: they start with more than the cap. */
export function memoryCeilings(memories: readonly LimitFact[], { memoryBytes }: Caps): Ceilings {
  const natural = ({ wide }: LimitFact): bigint => (wide ? MAX_PAGES_64 : MAX_PAGES);
  return ceilings(memories, natural, BigInt(Math.floor(memoryBytes / Number(PAGE_BYTES))), (pages) => ({
    code: "MemoryOverCap",
    needs: pages * PAGE_BYTES,
    cap: BigInt(memoryBytes),
  }));
}

/** The same for tables: `TablesOverCap`. */
export function tableCeilings(tables: readonly LimitFact[], { tableElements }: Caps): Ceilings {
  return ceilings(
    tables,
    () => MAX_TABLE_MINIMUM,
    BigInt(tableElements),
    (needs) => ({ code: "TablesOverCap", needs, cap: BigInt(tableElements) }),
  );
}

function ceilings(
  facts: readonly LimitFact[],
  natural: (fact: LimitFact) => bigint,
  cap: bigint,
  over: (needs: bigint) => MeteringRefusal,
): Ceilings {
  const needs = facts.reduce((sum, { min }) => sum + min, 0n);
  if (needs > cap) throw new Refused(over(needs));
  const left = cap - needs;
  const each = facts.map((fact): Ceiling => {
    const own = fact.max === undefined || fact.max > natural(fact) ? natural(fact) : fact.max;
    const max = own < fact.min + left ? own : fact.min + left;
    return { fact, max, lowered: max < own };
  });
  const growth = each.reduce((sum, { fact, max }) => sum + max - fact.min, 0n);
  return { each, left: growth > left ? left : undefined };
}

/** The maxima to be written anew, in the order in which they stand in the module. */
export function loweredLimits(memories: Ceilings, tables: Ceilings): readonly LoweredLimit[] {
  return [
    ...memories.each.map((each) => ({ ...each, at: each.fact.offset })),
    // A table's limits stand after its type.
    ...tables.each.map((each) => ({ ...each, at: each.fact.offset + 1 })),
  ]
    .filter(({ lowered }) => lowered)
    .sort((a, b) => a.at - b.at);
}

export interface LoweredLimit extends Ceiling {
  /** Of the limits, in the module. */
  readonly at: number;
}

/** Copies part of the module, with the maxima in it that are lowered. */
export function copyLowered(bytes: Uint8Array, from: number, end: number, limits: readonly LoweredLimit[], into: Writer): void {
  let copied = from;
  for (const { at, fact, max } of limits) {
    if (at < copied || at >= end) continue;
    const reader = new Reader(bytes, at, end);
    into.copy(bytes, copied, at);
    const flags = reader.byte();
    into.byte(flags | HAS_MAXIMUM);
    into.unsignedBig(fact.min);
    into.unsignedBig(max);
    reader.u64();
    if ((flags & HAS_MAXIMUM) !== 0) reader.u64();
    copied = reader.at;
  }
  into.copy(bytes, copied, end);
}

const HAS_MAXIMUM = 1;
