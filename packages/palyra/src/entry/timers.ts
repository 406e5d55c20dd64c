import type { Timers } from "../daemon/schedule.ts";

/** Of this process. A timer keeps it alive by itself no longer than anything else does. */
export const systemTimers: Timers = {
  elapsed: () => performance.now(),
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
