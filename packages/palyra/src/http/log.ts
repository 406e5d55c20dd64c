import { pino, stdTimeFunctions } from "pino";
import { StderrLines } from "./stderr-lines.ts";

/** JSON lines. What is logged is named field by field, never a request or its headers: a token is in neither. */
export interface Log {
  info(fields: object | string, text?: string): void;
  warn(fields: object | string, text?: string): void;
  error(fields: object | string, text?: string): void;
}

/** On stderr. `flush` before the process ends. */
export function createLog(): { readonly log: Log; flush(): Promise<void> } {
  // Not the library's own destination: its last flush tries for ever where stderr is gone, and the process with it (sonic-boom 4.2).
  const lines = new StderrLines();
  const log = pino({ name: "palyrad", timestamp: stdTimeFunctions.isoTime }, lines);
  return { log, flush: () => lines.flush() };
}
