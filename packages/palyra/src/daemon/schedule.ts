/** When the daemon's task has its turn (spec 5.4): at start and every interval, a little early by chance, never beside itself. */
import { PalyraError } from "../errors.ts";
import type { Environment } from "../settings.ts";

/** Spec 5.4: 6 h. */
export const DEFAULT_REAUDIT_INTERVAL_MS = 6 * 60 * 60 * 1000;
const INTERVAL_VARIABLE = "PALYRA_SKILL_REAUDIT_INTERVAL_MS";

/** Of `--reaudit-interval-ms`, else of the variable; 0: never. `Usage` for anything that is no whole number of milliseconds. */
export function resolveReauditInterval(option: string | undefined, env: Environment): number {
  const variable = env[INTERVAL_VARIABLE];
  if (option !== undefined) return intervalOf(option, "--reaudit-interval-ms");
  return variable === undefined || variable.trim() === ""
    ? DEFAULT_REAUDIT_INTERVAL_MS
    : intervalOf(variable, `$${INTERVAL_VARIABLE}`);
}

function intervalOf(text: string, name: string): number {
  const interval = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(interval)) return interval;
  throw new PalyraError("Usage", {
    problem: `${name} is no whole number of milliseconds`,
    hint: `an interval like ${DEFAULT_REAUDIT_INTERVAL_MS} (6 hours), or 0 for never`,
  });
}

/** What time it is, how to wait, and chance; a test has its own. */
export interface Timers {
  /** Milliseconds that only go up, and may stand still while the machine sleeps. */
  readonly elapsed: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once, after so many milliseconds; returns what takes it back. Keeps no process alive by itself. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface ScheduleOptions {
  /** 0: never. */
  readonly intervalMs: number;
  /** One turn. Tells itself what came of it: a turn that rejects is a turn, and the next one comes all the same. */
  readonly task: () => Promise<unknown>;
  readonly timers: Timers;
}

export interface Schedule {
  /** Begins no turn any more, and waits for the one that goes on. */
  stop(): Promise<void>;
}

/** Share of the interval by which a turn may come early, so that the members of a fleet do not all come at once; late it never is. */
export const JITTER = 0.1;
/** A clock is looked at this often: a machine that slept is behind by no more, and no timer is asked for more than it can count. */
export const LONGEST_WAIT_MS = 60_000;

/** The first turn begins at once. */
export function startSchedule({ intervalMs, task, timers }: ScheduleOptions): Schedule {
  let stopped = intervalMs <= 0;
  let takeBack = (): void => {};
  let turn: Promise<void> = Promise.resolve();

  const begin = (): void => {
    const due = dueAfter(intervalMs * (1 - JITTER * timers.random()), timers);
    turn = runTurn(task).then(() => wait(due));
  };
  // From beginning to beginning: however long a turn takes, the next is due when it was due; where that is past, at once.
  const wait = (due: () => number): void => {
    if (stopped) return;
    const left = due();
    takeBack = timers.after(Math.max(0, Math.min(left, LONGEST_WAIT_MS)), () => (due() <= 0 ? begin() : wait(due)));
  };

  if (!stopped) begin();
  return {
    stop: async () => {
      stopped = true;
      takeBack();
      await turn;
    },
  };
}

async function runTurn(task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch {}
}

/** Milliseconds that are left, by the clock that says less: one may stand still, and the other may be set back. */
function dueAfter(ms: number, timers: Timers): () => number {
  const byElapsed = timers.elapsed() + ms;
  const byNow = timers.now() + ms;
  return () => Math.min(byElapsed - timers.elapsed(), byNow - timers.now());
}
