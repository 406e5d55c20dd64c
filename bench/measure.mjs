// Pairs: what is measured and its floor in turn, in one process, so that a machine whose speed drifts hurts both alike.
import { performance } from "node:perf_hooks";

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds of one call. */
async function time(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Runs both in turn and returns medians in milliseconds and the median of the ratios pair by pair.
 * `inner`: calls per sample, for work that is too short for the clock.
 */
export async function pairs(work, floor, { samples = 15, inner = 1, warmup = 3 } = {}) {
  const repeat = (call) => async () => {
    for (let i = 0; i < inner; i++) await call();
  };
  const [a, b] = [repeat(work), repeat(floor)];
  for (let i = 0; i < warmup; i++) {
    await a();
    await b();
  }
  const rows = [];
  for (let i = 0; i < samples; i++)
    rows.push(i % 2 === 0 ? [await time(a), await time(b)] : [await time(b), await time(a)].reverse());
  return {
    ms: median(rows.map(([value]) => value)) / inner,
    floorMs: median(rows.map(([, value]) => value)) / inner,
    ratio: median(rows.map(([value, floorValue]) => value / floorValue)),
  };
}
