// A call through the pool over calling the bare instance in this process: the difference, not the ratio, is what a call costs. And a call for which a process
// has to be started, over a bare start of Node.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { bare, echoModule, INPUT, SCHEMA } from "../call.mjs";
import { bundleDriver } from "../driver.mjs";
import { repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

/** Milliseconds that a warm call may take more, authorization and receipt not included: of the 1 ms that all of it may take. */
const WARM_MS = 0.6;

export async function run() {
  const module = await echoModule();
  const moduleSha256 = createHash("sha256").update(module).digest("hex");
  const driver = await bundleDriver("sandbox");
  const { openSandboxPool } = await import(driver.file);
  // As it is shipped.
  const program = join(repository, "packages/palyra/dist/sandbox/child.cjs");
  const job = (artifactSha256) => ({
    skillId: "acme.bench",
    toolId: "acme.bench.echo",
    artifactSha256,
    module,
    moduleSha256,
    kind: "wasi",
    entrypoint: "_start",
    input: INPUT,
    inputSchema: SCHEMA,
    outputSchema: SCHEMA,
    quotas: { fuel: 10_000_000n, memoryBytes: 64 * 1024 * 1024, wallMs: 30_000 },
    fuelMode: "per_byte",
    grants: { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] },
    roots: [],
    clock: "real",
    random: "real",
  });
  const nobody = { handle: async () => ({ code: 76, value: 0n, bytes: new Uint8Array(0) }) };
  const call = async (pool, artifact) => {
    const prepared = await pool.prepare(job(artifact), { signal: new AbortController().signal });
    const outcome = "run" in prepared ? await prepared.run(nobody) : prepared;
    if (outcome.kind !== "Ok") throw new Error(`${outcome.kind} ${JSON.stringify(outcome.details)}`);
  };
  const pool = openSandboxPool({ program, idle: 0 });
  const cold = openSandboxPool({ program, idle: 0, most: 1 });
  let artifacts = 0;
  try {
    const warm = await pairs(() => call(pool, "warm"), bare(module), { samples: 301, warmup: 1000 });
    const more = warm.ms - warm.floorMs;
    const started = await pairs(
      () => call(cold, `cold ${artifacts++}`),
      () => spawnSync(process.execPath, ["-e", "0"]),
      { samples: 15 },
    );
    return [
      {
        what: "a warm call through the pool, schemas checked: what it takes more",
        floor: `the bare instance in this process, and ${WARM_MS} ms`,
        ms: more,
        floorMs: WARM_MS,
        ratio: more / WARM_MS,
        limit: 1,
      },
      { what: "a call for which a process is started, compiled and ended", floor: "`node -e 0`", ...started, limit: 3 },
    ];
  } finally {
    await Promise.all([pool.close(), cold.close()]);
    driver.remove();
  }
}
