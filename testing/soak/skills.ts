/** What the soak runs: an innocent tool whose answer is known, and tools that mean harm, each with the ends that are proper. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildArtifact } from "palyra-skills/artifact";
import { nodePlatform } from "../../packages/palyra/src/platform/node.ts";
import { echo } from "../forge/command.ts";
import { ANSWERING } from "../forge/hostile/answers.ts";
import { GROWS } from "../forge/hostile/grow.ts";
import type { Hostile } from "../forge/hostile/hostile.ts";
import { SPINS } from "../forge/hostile/spin.ts";

export interface SoakTool {
  readonly id: string;
  readonly name: string;
  /** Outcomes of which it must be one. */
  readonly kinds: readonly string[];
}

export const INNOCENT: SoakTool = { id: "soak.echo.say", name: "echo", kinds: ["Ok"] };

/** Milliseconds; a call of an innocent tool may wait for a busy machine. */
const HOSTILE_MS = 1500;
const INNOCENT_MS = 60_000;
const FUEL = 2_000_000;
const MEMORY = 64 * 1024 * 1024;
/** Bytes of one module: compilers are held by larger ones, and so is an install. */
const MAX_MODULE_BYTES = 100_000;

/** Rules that find in these modules what they are here for. */
const OFF = ["wasm_imports_declared", "wasm_limits_within_quotas"];

export interface SoakSkills {
  readonly artifacts: readonly string[];
  readonly hostile: readonly SoakTool[];
  /** An audit would refuse some of them: it is not what is tried here. */
  readonly policy: string;
}

export async function buildSkills(folder: string): Promise<SoakSkills> {
  const modules = await hostileModules();
  const hostile = modules.map(({ tool }) => tool);
  const policy = join(folder, "policy.json");
  const off = Object.fromEntries(OFF.map((rule) => [rule, "off"]));
  writeFileSync(policy, JSON.stringify({ checks: off }));
  const artifacts = [
    await build(folder, "soak.echo", INNOCENT_MS, [{ tool: INNOCENT, bytes: await echo() }]),
    await build(folder, "soak.hostile", HOSTILE_MS, modules),
  ];
  return { artifacts, hostile, policy };
}

interface ToolModule {
  readonly tool: SoakTool;
  readonly bytes: Uint8Array;
}

/** Those that need no quotas, schema or request of their own, and one that a deadline ends. */
async function hostileModules(): Promise<readonly ToolModule[]> {
  // What an engine of ours cannot run is not installed there: those that may be invalid, too.
  const isPlain = ({ quotas, job, name, kinds }: Hostile): boolean =>
    !kinds.includes("InvalidInput") &&
    ((quotas === undefined && (job === undefined || Object.keys(job).join() === "outputSchema")) ||
      name === "sleeps for an hour");
  const plain = [...SPINS, ...GROWS, ...ANSWERING].filter(isPlain);
  const made = await Promise.all(
    plain.map(async ({ name, module, kinds }, at) => ({
      // What is out of fuel on a quiet machine may be out of time on a busy one.
      tool: { id: `soak.hostile.h${at}`, name, kinds: [...kinds, "TimedOut"] },
      bytes: await module(),
    })),
  );
  return made.filter(({ bytes }) => bytes.length <= MAX_MODULE_BYTES);
}

async function build(folder: string, id: string, wallMs: number, tools: readonly ToolModule[]): Promise<string> {
  const manifest = [
    `manifest_version = 2\nskill_id = "${id}"\nname = "${id}"\nversion = "1.0.0"\npublisher = "soak"`,
    ...tools.map(
      ({ tool }) =>
        `[[entrypoints.tools]]\nid = "${tool.id}"\nname = "${tool.id}"\ndescription = "A tool"\ninput_schema = { type = "object" }\noutput_schema = { type = "object" }\nrisk = { default_sensitive = false, requires_approval = false }`,
    ),
    `[capabilities.quotas]\nwall_clock_timeout_ms = ${wallMs}\nfuel_budget = ${FUEL}\nmax_memory_bytes = ${MEMORY}`,
    `[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"`,
  ].join("\n");
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const { bytes } = await buildArtifact(
    {
      manifest: new TextEncoder().encode(manifest),
      modules: tools.map(({ tool, bytes: module }) => ({ path: `${tool.id.split(".").at(-1)}.wasm`, bytes: module })),
      assets: [],
      sbom: json({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components: [] }),
      provenance: json({ builder: { id: "https://builds.example/soak" }, subject: [{ name: "modules", digest: {} }] }),
      layout: "flat",
      secretKey: new Uint8Array(32).fill(3),
      signedAtUnixMs: 1_750_000_000_000,
    },
    nodePlatform,
  );
  const file = join(folder, `${id}.palyra-skill`);
  writeFileSync(file, bytes);
  return file;
}
