import type { Interruption } from "../operations/services.ts";

/** SIGINT and SIGTERM as a signal, while somebody listens; the second of them ends the process at once, as the first does when nobody does. */
export function processInterruption(): Interruption {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const names = ["SIGINT", "SIGTERM"] as const;
  return {
    signal: controller.signal,
    listen: () => {
      for (const name of names) process.once(name, stop);
    },
    end: () => {
      for (const name of names) process.off(name, stop);
    },
  };
}
