/**
 * Says when the sources of a skill are others than before. What the system tells of a folder is only a reason to look: whether something
 * changed say the files, so that no event is needed twice and none that comes late is a change.
 */
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BuildOutputs, changesOf, type Snapshot } from "./changes.ts";
import { listSources } from "./folder.ts";

export interface WatchRequest {
  readonly folder: string;
  /** Files besides, wherever they lie: a module in a folder that is not looked through. */
  readonly files: readonly string[];
  /** Files that whoever watches writes itself, by what they are: a round that told of itself would be the next one's reason. */
  readonly own?: readonly FileIdentity[];
  readonly signal: AbortSignal;
}

/** Of a file, whatever it is called. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

export interface SourceWatch {
  /** From here on, what changes is a change. */
  begin(): void;
  /** A build has run since then: what it wrote is none. */
  built(): void;
  /** Waits for changes: which files, ascending. Undefined: there will be none, the signal ended it. */
  next(): Promise<readonly string[] | undefined>;
  close(): void;
}

/** Milliseconds of silence after which an editor or a compiler is done; at most so long is waited for it. */
const SILENCE_MS = 100;
const PATIENCE_MS = 2000;
/** Milliseconds between two rounds at the least: what each round changes (its output through a pipe, say) is not to take a core. */
const REST_MS = 300;
/** Where the system tells nothing of a folder: one that is not there yet, no more watches to be had. */
const LOOK_MS = 1000;

export function watchSources({ folder, files, own = [], signal }: WatchRequest): SourceWatch {
  const watchers = new Map<string, FSWatcher>();
  const outputs = new BuildOutputs();
  let before: Snapshot = new Map();
  let poke = (): void => {};
  let looking: NodeJS.Timeout | undefined;
  const onAbort = (): void => poke();
  signal.addEventListener("abort", onAbort, { once: true });

  /** Watched first, looked at then: nothing falls between the two. */
  const look = (): Snapshot => {
    const { folders } = listed(folder);
    const wanted = new Set(
      [...folders.map((each) => join(folder, each)), ...files.map((each) => dirname(each))].map((each) => resolve(each)),
    );
    for (const [path, watcher] of watchers) if (!wanted.has(path)) drop(path, watcher);
    const missed = [...wanted].filter((path) => !watchers.has(path) && !watchFolder(path));
    if (missed.length > 0) looking ??= setInterval(() => poke(), LOOK_MS);
    else stopLooking();
    const found = [...listed(folder).files.map((each) => join(folder, each)), ...files];
    return new Map(found.flatMap((path) => stateOf(path, own)));
  };
  const watchFolder = (path: string): boolean => {
    try {
      const watcher = watch(path, () => poke());
      watcher.on("error", () => drop(path, watcher));
      watchers.set(path, watcher);
      return true;
    } catch {
      return false;
    }
  };
  const drop = (path: string, watcher: FSWatcher): void => {
    watcher.close();
    watchers.delete(path);
  };
  const stopLooking = (): void => {
    clearInterval(looking);
    looking = undefined;
  };

  return {
    begin: () => {
      before = look();
    },
    built: () => {
      before = outputs.after(before, look());
    },
    next: async () => {
      await rest(signal);
      while (!signal.aborted) {
        // Before it is looked, so that what happens meanwhile is another reason to look.
        const moved = new Promise<void>((done) => {
          poke = done;
        });
        const changed = changesOf(before, look());
        if (changed.length > 0) return changed;
        await moved;
        if (!signal.aborted) await silence((again) => (poke = again));
      }
      return undefined;
    },
    close: () => {
      stopLooking();
      signal.removeEventListener("abort", onAbort);
      for (const [path, watcher] of watchers) drop(path, watcher);
    },
  };
}

/** One that is gone for a moment, or has too many files, has none. */
function listed(folder: string): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  try {
    return listSources(folder);
  } catch {
    return { files: [], folders: [""] };
  }
}

function stateOf(path: string, own: readonly FileIdentity[]): [string, string][] {
  const found = statSync(path, { throwIfNoEntry: false });
  const isOwn = own.some(({ dev, ino }) => dev === found?.dev && ino === found.ino);
  return found === undefined || isOwn ? [] : [[path, `${found.ino} ${found.size} ${found.mtimeMs}`]];
}

const rest = (signal: AbortSignal): Promise<void> => sleep(REST_MS, undefined, { signal }).catch(() => {});

/** Until nothing has happened for a while. */
function silence(onPoke: (again: () => void) => void): Promise<void> {
  return new Promise((done) => {
    const ended = (): void => {
      clearTimeout(quiet);
      clearTimeout(latest);
      done();
    };
    let quiet = setTimeout(ended, SILENCE_MS);
    const latest = setTimeout(ended, PATIENCE_MS);
    onPoke(() => {
      clearTimeout(quiet);
      quiet = setTimeout(ended, SILENCE_MS);
    });
  });
}
