import { once } from "node:events";
import { destination, pino, stdTimeFunctions } from "pino";

/** JSON lines. What is logged is named field by field, never a request or its headers: a token is in neither. */
export interface Log {
  info(fields: object | string, text?: string): void;
  warn(fields: object | string, text?: string): void;
  error(fields: object | string, text?: string): void;
}

/** Bytes that wait for a stderr that nobody reads; what comes beyond is dropped, so that it stops no request. */
const MAX_WAITING = 1024 * 1024;

/** Bytes of lines that are written together, and milliseconds that one waits for others: each by itself wakes a thread while a request is answered. */
const TOGETHER = 4096;
const TOGETHER_MS = 100;

/** Milliseconds that the last lines have. */
const LAST_MS = 1000;

/** On stderr. `flush` before the process ends. */
export function createLog(): { readonly log: Log; flush(): Promise<void> } {
  const stderr = destination({ fd: 2, sync: false, minLength: TOGETHER, maxLength: MAX_WAITING });
  // There is nowhere left to say it.
  stderr.on("error", () => {});
  let soon: NodeJS.Timeout | undefined;
  const write = (line: string): void => {
    stderr.write(line);
    if (soon !== undefined) return;
    soon = setTimeout(() => {
      soon = undefined;
      flush();
    }, TOGETHER_MS);
    soon.unref();
  };
  // Without a callback, which would have it synced, and listen for as long as nobody reads; it throws once stderr is gone.
  const flush = (): void => {
    try {
      stderr.flush();
    } catch {}
  };
  const log = pino({ name: "palyrad", timestamp: stdTimeFunctions.isoTime }, { write });
  return {
    log,
    // Not at once: where nobody has stderr any more the library's `flushSync` would try for ever, and keep the process; after an error like that it writes no more.
    flush: async () => {
      const over = new AbortController();
      const late = setTimeout(() => over.abort(), LAST_MS);
      const written = once(stderr, "drain", { signal: over.signal }).catch(() => {});
      flush();
      await written;
      clearTimeout(late);
    },
  };
}
