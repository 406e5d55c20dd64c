/** What changed between two looks at a folder, and what of it a build wrote. Pure. */

/** A file's path, and what is another when its contents are. */
export type Snapshot = ReadonlyMap<string, string>;

/** Paths that are new, gone or another, ascending. */
export function changesOf(before: Snapshot, after: Snapshot): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).toSorted();
}

/**
 * Tells what a build wrote from what somebody edited while it ran: what it wrote sets off no build, what was edited does. New files, files
 * that are gone, and modules are the build's. Of any other the first change is taken for an edit, and once more in the very next build for the
 * build's own: so an edit is never lost, and a build that writes among its sources runs twice, not for ever.
 */
export class BuildOutputs {
  readonly #own = new Set<string>();
  #suspects: ReadonlySet<string> = new Set();

  /** What counts as seen after a build. */
  after(before: Snapshot, after: Snapshot): Snapshot {
    const changed = changesOf(before, after);
    for (const path of changed) {
      if (this.#suspects.has(path)) this.#own.add(path);
    }
    const edited = changed.filter((path) => !this.#isOutput(path, before, after));
    this.#suspects = new Set(edited);
    // As they were: the next look finds them changed.
    return new Map([...after, ...edited.flatMap((path): [string, string][] => [[path, before.get(path) ?? ""]])]);
  }

  #isOutput(path: string, before: Snapshot, after: Snapshot): boolean {
    return path.endsWith(".wasm") || this.#own.has(path) || !before.has(path) || !after.has(path);
  }
}
