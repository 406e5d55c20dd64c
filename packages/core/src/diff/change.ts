import { compareUtf8, type JsonValue } from "../encoding/index.ts";

/** What a change is of, in the order in which changes are listed. */
export const AREAS = [
  "identity",
  "tools",
  "capabilities",
  "quotas",
  "operator",
  "compat",
  "builder",
  "imports",
  "exports",
  "files",
  "sbom",
  "provenance",
] as const;
export type Area = (typeof AREAS)[number];

/** One difference between two artifacts; fields in the order in which they are printed. */
export interface Change {
  readonly area: Area;
  readonly kind: "added" | "removed" | "changed";
  /** Of the field or the entry; tools by their id: `entrypoints.tools[acme.echo].description`. */
  readonly path: string;
  /** What stood there, and what stands there; a member of a list is the value itself. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** It grants more than was consented to: a new consent is needed (spec 4.4). */
  readonly widening: boolean;
  /** Stands for so many further changes of its area, which are not listed. */
  readonly more?: number;
}

/**
 * Changes of one area that are listed, those that widen and the others each: a manifest may hold a million of anything, and nobody
 * reads them.
 */
export const MAX_LISTED_CHANGES = 1000;

/** Collects changes, so many of each area; what is beyond that is counted. */
export class Changes {
  readonly #lists = new Map<string, { readonly listed: Change[]; more: number }>();

  added(area: Area, path: string, after: JsonValue, widening = false): void {
    this.#add({ area, kind: "added", path, after, widening });
  }

  removed(area: Area, path: string, before: JsonValue): void {
    this.#add({ area, kind: "removed", path, before, widening: false });
  }

  changed(area: Area, path: string, before: JsonValue, after: JsonValue, widening = false): void {
    this.#add({ area, kind: "changed", path, before, after, widening });
  }

  /** `changed` where the two are not the same. */
  compared(area: Area, path: string, before: JsonValue, after: JsonValue, widening = false): void {
    if (before !== after) this.changed(area, path, before, after, widening);
  }

  /** By area, those that widen first, then by path; of one path what is gone before what is new. */
  list(): readonly Change[] {
    return AREAS.flatMap((area) => [true, false].flatMap((widening) => this.#listOf(area, widening)));
  }

  #listOf(area: Area, widening: boolean): Change[] {
    const { listed = [], more = 0 } = this.#lists.get(`${area} ${widening}`) ?? {};
    const sorted = [...listed].sort((a, b) => compareUtf8(a.path, b.path) || ORDER[a.kind] - ORDER[b.kind]);
    return more === 0 ? sorted : [...sorted, { area, kind: "changed", path: area, widening, more }];
  }

  #add(change: Change): void {
    const key = `${change.area} ${change.widening}`;
    const list = this.#lists.get(key) ?? { listed: [], more: 0 };
    this.#lists.set(key, list);
    if (list.listed.length < MAX_LISTED_CHANGES) list.listed.push(change);
    else list.more += 1;
  }
}

const ORDER = { removed: 0, changed: 1, added: 2 } as const;
