import type { Head } from "./chain.ts";
import type { HeadKeeper } from "./heads.ts";
import type { Journal } from "./journal.ts";

/** A keeper of a process that lives long. */
export interface LaterHeadKeeper extends HeadKeeper {
  /** Keeps what waits. What `keep` throws. */
  close(): Promise<void>;
}

/**
 * Keeps heads at most every so many milliseconds, the last one of each journal, and reads what is kept as seldom (spec 5.3): killed
 * before, the head is behind the chain, which frees nothing. What was committed without a sync is synced first. What could not be kept is tried
 * again with the next head.
 * @param open a journal for reading, since the one that wrote may be closed by then
 */
export function headsNowAndThen(
  heads: HeadKeeper,
  everyMs: number,
  open: (file: string) => Promise<Journal | undefined>,
  sync: (file: string) => Promise<void>,
): LaterHeadKeeper {
  const waiting = new Map<string, Head>();
  const read = new Map<string, { readonly at: number; readonly head: Promise<Head | undefined> }>();
  let timer: NodeJS.Timeout | undefined;

  const holds = (file: string) => async (head: Head) => {
    const journal = await open(file);
    try {
      return (await journal?.holds(head)) ?? head.seq === 0;
    } finally {
      await journal?.close();
    }
  };
  const keepAll = async (): Promise<void> => {
    const all = [...waiting];
    waiting.clear();
    for (const [file, head] of all) {
      read.delete(file);
      await sync(file);
      await heads.keep(file, head, holds(file));
    }
  };
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // Whoever writes next is told why; until then the head stays behind.
      void keepAll().catch(() => {});
    }, everyMs);
  };
  return {
    syncs: true,
    recorded: (file) => {
      const known = read.get(file);
      if (known !== undefined && performance.now() - known.at < everyMs) return known.head;
      const head = heads.recorded(file);
      const reading = { at: performance.now(), head };
      read.set(file, reading);
      // What failed is read again by the next that asks.
      head.catch(() => read.get(file) === reading && read.delete(file));
      return head;
    },
    begin: async (file) => {
      read.delete(file);
      await heads.begin(file);
    },
    keep: async (file, head) => {
      waiting.set(file, head);
      later();
    },
    close: async () => {
      clearTimeout(timer);
      timer = undefined;
      await keepAll();
    },
  };
}
