import { destination, pino, stdTimeFunctions } from "pino";

/** JSON lines. What is logged is named field by field, never a request or its headers: a token is in neither. */
export interface Log {
  info(fields: object | string, text?: string): void;
  warn(fields: object | string, text?: string): void;
  error(fields: object | string, text?: string): void;
}

/** Bytes that wait for a stderr that nobody reads; what comes beyond is dropped, so that it stops no request. */
const MAX_WAITING = 1024 * 1024;

/** On stderr. `flush` before the process ends. */
export function createLog(): { readonly log: Log; flush(): void } {
  const stderr = destination({ fd: 2, sync: false, maxLength: MAX_WAITING });
  // There is nowhere left to say it.
  stderr.on("error", () => {});
  const log = pino({ name: "palyrad", timestamp: stdTimeFunctions.isoTime }, stderr);
  return {
    log,
    flush: () => {
      try {
        stderr.flushSync();
      } catch {}
    },
  };
}
