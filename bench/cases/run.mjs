// Running an installed tool, authorization and receipt included, over the bare instance in this process: the difference, not the ratio, is what a call costs.
// A whole `palyra skills run` over a bare start of Node. Calls at once, on as many processes as there are cores, over one after the other.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildArtifact } from "palyra-skills";
import { bare, echoModule, INPUT } from "../call.mjs";
import { bundleDriver } from "../driver.mjs";
import { buildInput, repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

/** Milliseconds that all of a warm call may take more. */
const WARM_MS = 1;
/** Milliseconds after which nothing that was just written is looked at twice. */
const SETTLED_MS = 2500;
/** Calls of each before they are measured: the engine compiles what it runs, again and again, until then. */
const WARMUP = 4000;
const CALLS = 400;

const ENV = { PALYRA_VAULT_BACKEND: "encrypted_file" };
const TOOL = "acme.bench.echo";
const MANIFEST = `manifest_version = 2\nskill_id = "acme.bench"\nname = "Bench"\nversion = "1.0.0"\npublisher = "acme"
[[entrypoints.tools]]\nid = "${TOOL}"\nname = "Echo"\ndescription = "Says it again"\nrisk = { default_sensitive = false, requires_approval = false }
input_schema = { type = "object", required = ["text"], properties = { text = { type = "string" } } }
output_schema = { type = "object", required = ["text"], properties = { text = { type = "string" } } }
[capabilities.quotas]\nwall_clock_timeout_ms = 30000\nfuel_budget = 10000000\nmax_memory_bytes = 67108864
[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"
[operator]\ndisplay_name = "Bench"\nsummary = "Bench"\n[operator.plugin]\ndefault_module_path = "modules/module.wasm"\n`;

const callOf = () => ({
  now: Date.now(),
  principal: "user:bench",
  deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  channel: null,
  signal: new AbortController().signal,
  progress() {},
  warn() {},
});
const request = { tool: TOOL, exactly: true, input: INPUT, surface: "library", session: "bench" };

async function install(folder, module, { compose, CATALOG, nodePlatform }) {
  const artifact = join(folder, "bench.palyra-skill");
  const input = { ...buildInput([{ path: "module.wasm", bytes: module }]), manifest: new TextEncoder().encode(MANIFEST) };
  writeFileSync(artifact, (await buildArtifact(input, nodePlatform)).bytes);
  const operation = await CATALOG["skills install"].load();
  await operation.run(
    compose({}, { ...ENV, PALYRA_STATE_ROOT: join(folder, "state") }),
    { artifact, allowUntrusted: true },
    callOf(),
  );
}

export async function run() {
  const module = await echoModule();
  const driver = await bundleDriver("run");
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const env = { HOME: folder, ...ENV, PALYRA_STATE_ROOT: join(folder, "state") };
  const sources = await import(driver.file);
  // As it is shipped.
  const openPool = () => sources.openSandboxPool({ program: join(repository, "packages/palyra/dist/sandbox/child.cjs") });
  await install(folder, module, sources);
  const services = sources.compose({}, env, undefined, { headsEveryMs: 1000 });
  const runner = await sources.openRunner(services, { openPool, now: () => Date.now() });
  const call = async () => {
    const { outcome } = await runner.run(request, callOf());
    if (outcome.kind !== "Ok") throw new Error(`${outcome.kind} ${JSON.stringify(outcome.details)}`);
  };
  const inTurn = async () => {
    for (let at = 0; at < CALLS; at++) await call();
  };
  const atOnce = async () => {
    let left = CALLS;
    const client = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all([client(), client(), client(), client()]);
  };
  const palyra = (...words) => {
    const ran = spawnSync(process.execPath, [join(repository, "packages/palyra/bin/palyra.js"), "skills", ...words], {
      env: { ...process.env, ...env, NO_COLOR: "1" },
      encoding: "utf8",
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
  };
  const command = () => palyra("run", TOOL, "--input", new TextDecoder().decode(INPUT));
  try {
    await sleep(SETTLED_MS);
    const warm = await pairs(call, bare(module), {
      samples: 601,
      warmup: WARMUP,
    });
    const more = warm.ms - warm.floorMs;
    const both = await pairs(atOnce, inTurn, { samples: 5, warmup: 1 });
    // What is built is another program than the bundle here, and goes by no verdict of it.
    palyra("audit", "acme.bench");
    const cold = await pairs(command, () => spawnSync(process.execPath, ["-e", "0"]), { samples: 9 });
    return [
      {
        what: "a warm call of an installed tool, authorized and with its receipt: what it takes more",
        floor: `the bare instance in this process, and ${WARM_MS} ms`,
        ms: more,
        floorMs: WARM_MS,
        ratio: more / WARM_MS,
        limit: 1,
      },
      {
        what: `${CALLS} calls, four at once: ${Math.round((CALLS / both.ms) * 1000)} calls/s`,
        floor: `one after the other: ${Math.round((CALLS / both.floorMs) * 1000)} calls/s`,
        ...both,
      },
      { what: "`palyra skills run`, whole process", floor: "`node -e 0`", ...cold },
    ];
  } finally {
    await runner.close();
    await services.close();
    driver.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
