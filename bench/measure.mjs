// Pairs: what is measured and its floor in turn, in one process, so that a machine whose speed drifts hurts both alike.
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** In milliseconds since some start. */
const clocks = {
  wall: () => performance.now(),
  /** Of all threads of this process: what it takes on one core that it has for itself, whoever else asks for that core. */
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The engine's own, whichever way the process was started. */
function garbageCollector() {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

/** Milliseconds of one call. */
async function time(work, clock, before) {
  before();
  const started = clock();
  await work();
  return clock() - started;
}

/**
 * Runs both in turn and returns medians in milliseconds and the median of the ratios pair by pair.
 * `inner`: calls per sample, for work that is too short for the clock. `clean`: garbage is collected before each sample and
 * not ahead within one, where both make so much of it that the engine begins wherever one of them next runs JavaScript.
 */
export async function pairs(work, floor, { samples = 15, inner = 1, warmup = 3, clock = "wall", clean = false } = {}) {
  const repeat = (call) => async () => {
    for (let i = 0; i < inner; i++) await call();
  };
  const [a, b] = [repeat(work), repeat(floor)];
  const collect = clean ? garbageCollector() : () => undefined;
  const timed = (call) => time(call, clocks[clock], collect);
  for (let i = 0; i < warmup; i++) {
    await a();
    await b();
  }
  const rows = [];
  if (clean) setFlagsFromString("--no-incremental-marking");
  for (let i = 0; i < samples; i++)
    rows.push(i % 2 === 0 ? [await timed(a), await timed(b)] : [await timed(b), await timed(a)].reverse());
  if (clean) setFlagsFromString("--incremental-marking");
  return {
    ms: median(rows.map(([value]) => value)) / inner,
    floorMs: median(rows.map(([, value]) => value)) / inner,
    ratio: median(rows.map(([value, floorValue]) => value / floorValue)),
  };
}
