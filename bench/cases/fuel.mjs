// Fuel (spec 10.2): how fast modules are metered, and how much longer metered code runs. Kernels of several kinds, each beside itself without fuel.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../inputs.mjs";
import { compileKernels, instantiate, metered } from "../kernels.mjs";
import { pairs } from "../measure.mjs";

const MEGABYTES_PER_SECOND = 30;
const RUN_TIME = 1.3;
/** Real modules: of Go, C and Rust. */
const MODULES = ["esbuild-wasm/esbuild.wasm", "sql.js/dist/sql-wasm.wasm", "@resvg/resvg-wasm/index_bg.wasm"];
/** Each kernel with its size: some milliseconds. */
const KERNELS = [
  ["sha256", 8_000],
  ["matmul", 150],
  ["sort", 60_000],
  ["mandelbrot", 200],
  ["nbody", 40_000],
  ["crc32", 2_000_000],
  ["scan", 1_000_000],
  ["sieve", 1_000_000],
  ["fib", 29],
  ["dispatch", 1_000_000],
];

export async function run() {
  const rows = [];
  for (const name of MODULES) rows.push(await speed(name));
  return [...rows, ...(await runTimes())];
}

async function speed(name) {
  const bytes = new Uint8Array(readFileSync(join(repository, "node_modules", name)));
  const { ms } = await pairs(
    () => metered(bytes),
    () => {},
    // The small one is too short for one look at the clock.
    { samples: 15, inner: bytes.length < 1_000_000 ? 4 : 1 },
  );
  const found = bytes.length / 1_000 / ms;
  return {
    what: `metering ${name.split("/").pop()} (${(bytes.length / 1_000_000).toFixed(1)} MB)`,
    floor: `${MEGABYTES_PER_SECOND} MB/s`,
    value: `${found.toFixed(0)} MB/s`,
    ratio: MEGABYTES_PER_SECOND / found,
    limit: 1,
  };
}

async function runTimes() {
  const bytes = await compileKernels();
  const made = metered(bytes);
  const [plain, fuelled] = [instantiate(bytes), instantiate(made.bytes)];
  const rows = [];
  for (const [name, size] of KERNELS) {
    const withFuel = () => {
      fuelled[made.fuel].value = -(2n ** 60n);
      return fuelled[name](size);
    };
    if (withFuel() !== plain[name](size)) throw new Error(`${name} gives another result with fuel`);
    rows.push({
      what: `run time with fuel: ${name}`,
      floor: "without",
      ...(await pairs(withFuel, () => plain[name](size), { samples: 15, warmup: 12 })),
    });
  }
  const ratio = Math.exp(rows.reduce((sum, row) => sum + Math.log(row.ratio), 0) / rows.length);
  return [
    ...rows,
    { what: "run time with fuel: geometric mean", floor: "without", value: `${rows.length} kernels`, ratio, limit: RUN_TIME },
  ];
}
