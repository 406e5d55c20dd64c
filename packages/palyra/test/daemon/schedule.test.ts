import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_REAUDIT_INTERVAL_MS,
  JITTER,
  LONGEST_WAIT_MS,
  resolveReauditInterval,
  startSchedule,
  type Timers,
} from "../../src/daemon/schedule.ts";

const HOUR = 3_600_000;

/** A clock that goes as it is told. */
class Clock implements Timers {
  #elapsed = 0;
  #now = 1_750_000_000_000;
  #pending: { at: number; action: () => void } | undefined;
  readonly waits: number[] = [];
  readonly random: () => number;

  constructor(random = () => 0) {
    this.random = random;
  }

  elapsed = () => this.#elapsed;
  now = () => this.#now;
  after = (ms: number, action: () => void) => {
    if (this.#pending !== undefined) throw new Error("two timers at once");
    this.waits.push(ms);
    const pending = { at: this.#elapsed + ms, action };
    this.#pending = pending;
    return () => {
      if (this.#pending === pending) this.#pending = undefined;
    };
  };

  get isWaiting() {
    return this.#pending !== undefined;
  }
  /** The wall clock is set, or the machine slept. */
  set(ms: number) {
    this.#now += ms;
  }
  async advance(ms: number) {
    const end = this.#elapsed + ms;
    await settle();
    while (this.#pending !== undefined && this.#pending.at <= end) {
      const { at, action } = this.#pending;
      this.#now += at - this.#elapsed;
      this.#elapsed = at;
      this.#pending = undefined;
      action();
      await settle();
    }
    this.#now += end - this.#elapsed;
    this.#elapsed = end;
  }
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function scheduled(intervalMs: number, more: { random?: () => number; task?: () => Promise<unknown> } = {}) {
  const timers = new Clock(more.random);
  const turns: number[] = [];
  const schedule = startSchedule({
    intervalMs,
    timers,
    task: () => {
      turns.push(timers.elapsed());
      return more.task?.() ?? Promise.resolve();
    },
  });
  return { timers, turns, schedule };
}

describe("the schedule of the re-audit", () => {
  it("has its first turn at once, and one every interval", async () => {
    const { timers, turns } = scheduled(6 * HOUR);
    expect(turns).toEqual([0]);
    await timers.advance(18 * HOUR);
    expect(turns).toEqual([0, 6 * HOUR, 12 * HOUR, 18 * HOUR]);
    expect(Math.max(...timers.waits)).toBeLessThanOrEqual(LONGEST_WAIT_MS);
  });

  it("never runs with an interval of 0", async () => {
    const { timers, turns, schedule } = scheduled(0);
    await timers.advance(100 * HOUR);
    expect(turns).toEqual([]);
    await schedule.stop();
  });

  it("is early by chance, and never late", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 48 * HOUR }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (interval, chance) => {
          const { timers, turns } = scheduled(interval, { random: () => chance });
          await timers.advance(interval);
          expect(turns.length).toBeGreaterThanOrEqual(2);
          expect(turns[1]).toBeGreaterThanOrEqual(interval * (1 - JITTER) - 1);
          expect(turns[1]).toBeLessThanOrEqual(interval);
        },
      ),
      { numRuns: 50 },
    ));

  it("has no turn beside another, and makes up for a long one at once", async () => {
    let end = () => {};
    const { timers, turns } = scheduled(HOUR, {
      task: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    });
    await timers.advance(5 * HOUR);
    expect(turns).toEqual([0]);
    end();
    await timers.advance(1);
    expect(turns).toEqual([0, 5 * HOUR]);
  });

  it("goes on after a turn that failed", async () => {
    const { timers, turns } = scheduled(HOUR, { task: () => Promise.reject(new Error("odd")) });
    await timers.advance(2 * HOUR);
    expect(turns).toHaveLength(3);
  });

  it("is not put off by a clock that is set back, nor by a machine that slept", async () => {
    const { timers, turns } = scheduled(6 * HOUR);
    await settle();
    timers.set(-1000 * HOUR);
    await timers.advance(6 * HOUR);
    expect(turns).toHaveLength(2);
    // The monotonic clock stood still meanwhile.
    timers.set(6 * HOUR);
    await timers.advance(LONGEST_WAIT_MS);
    expect(turns).toHaveLength(3);
  });

  it("stops: the turn that goes on is waited for, and none comes after it", async () => {
    let end = () => {};
    const { timers, turns, schedule } = scheduled(HOUR, {
      task: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    });
    let stopped = false;
    const stopping = schedule.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    end();
    await stopping;
    await timers.advance(10 * HOUR);
    expect(turns).toEqual([0]);
    expect(timers.isWaiting).toBe(false);
  });
});

describe("the interval", () => {
  const VARIABLE = "PALYRA_SKILL_REAUDIT_INTERVAL_MS";
  it("is six hours unless the option or the variable says otherwise", () => {
    expect(resolveReauditInterval(undefined, {})).toBe(DEFAULT_REAUDIT_INTERVAL_MS);
    expect(resolveReauditInterval(undefined, { [VARIABLE]: " " })).toBe(DEFAULT_REAUDIT_INTERVAL_MS);
    expect(resolveReauditInterval(undefined, { [VARIABLE]: "0" })).toBe(0);
    expect(resolveReauditInterval("250", { [VARIABLE]: "odd" })).toBe(250);
  });
  it.each(["", "-1", "1.5", "6h", "1e3", "0x10", "9007199254740993", "NaN"])("refuses %j", (text) => {
    expect(() => resolveReauditInterval(text, {})).toThrow("Usage");
    if (text !== "") expect(() => resolveReauditInterval(undefined, { [VARIABLE]: text })).toThrow("Usage");
  });
});
