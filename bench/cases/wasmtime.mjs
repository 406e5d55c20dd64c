// The same compute with fuel on, here and in wasmtime: `wasmtime run -W fuel=N` where it is on the PATH. Its start and its compiling are taken out: what is measured is how much longer
// it takes for the kernel's size than for size 1.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { compileKernels, instantiate, metered } from "../kernels.mjs";

/** Each kernel with its size: a tenth of a second and more, so that a process's start does not drown it; none needs more than the kernels' memory. */
const KERNELS = [
  ["sha256", 100_000],
  ["matmul", 450],
  ["sort", 1_200_000],
  ["mandelbrot", 1_000],
  ["nbody", 500_000],
  ["crc32", 50_000_000],
  ["scan", 10_000_000],
  ["sieve", 10_000_000],
  ["fib", 35],
  ["dispatch", 30_000_000],
];
const SAMPLES = 7;
/** As much as nothing here consumes. */
const FUEL = 2n ** 60n;

/** @param command what is run as wasmtime */
export async function run({ command = "wasmtime" } = {}) {
  const what = "compute with fuel on, ten kernels, geometric mean";
  const floor = "the same in wasmtime";
  const version = spawnSync(command, ["--version"], { encoding: "utf8" });
  if (version.status !== 0) return [{ what, floor, skipped: `${command} is not on the PATH` }];
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  try {
    const bytes = await compileKernels();
    const file = join(folder, "kernels.wasm");
    writeFileSync(file, bytes);
    const rows = KERNELS.map(([name, size]) => compared(bytes, { command, file, name, size }));
    const ratio = Math.exp(rows.reduce((sum, row) => sum + Math.log(row.ratio), 0) / rows.length);
    return [...rows, { what, floor: `${floor} (${version.stdout.trim()})`, value: `${rows.length} kernels`, ratio }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compared(bytes, { command, file, name, size }) {
  const made = metered(bytes, "flat");
  const exports = instantiate(made.bytes);
  const ours = (of) => {
    exports[made.fuel].value = -FUEL;
    return exports[name](of);
  };
  const theirs = (of, fuel = FUEL) =>
    spawnSync(command, ["run", "-W", `fuel=${fuel}`, "--invoke", name, file, String(of)], { encoding: "utf8" });
  agree(name, ours(size), theirs(size));
  // It consumed so much here, and counts there: a little less is not enough, wherever each of the two looks.
  const used = exports[made.fuel].value + FUEL;
  if (theirs(size, used / 2n).status === 0) throw new Error(`${name} runs in ${command} with half of its fuel`);
  const took = [];
  for (let sample = 0; sample < SAMPLES; sample++)
    took.push({ ours: time(() => ours(size)), theirs: time(() => theirs(size)), start: time(() => theirs(1)) });
  const ms = median(took.map((each) => each.ours));
  const floorMs = median(took.map((each) => each.theirs - each.start));
  return { what: `compute with fuel on: ${name}`, floor: "the same in wasmtime", ms, floorMs, ratio: ms / floorMs };
}

function agree(name, mine, { status, stdout, stderr }) {
  if (status !== 0) throw new Error(`${name} does not run in wasmtime: ${stderr}`);
  const given = Number(stdout.trim());
  // 32 bits have no sign of their own; a double is printed in as many digits as it takes.
  const isSame =
    Number.isInteger(mine) && Number.isInteger(given)
      ? (mine | 0) === (given | 0)
      : Math.abs(mine - given) <= Math.abs(mine) * 1e-9;
  if (!isSame) throw new Error(`${name} gives ${mine} here, and ${given} in wasmtime`);
}

function time(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
