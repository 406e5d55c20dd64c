/** One round of `palyra skills dev`: build, audit, run. What goes wrong is the answer, not an error: the next edit may mend it. */
import { performance } from "node:perf_hooks";
import { SkillError } from "palyra-skills";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { moduleOfTool } from "palyra-skills/audit";
import { capabilityGrants } from "palyra-skills/capability";
import { type JsonObject, type JsonValue, writeJson } from "palyra-skills/encoding";
import type { Manifest, Tool } from "palyra-skills/manifest";
import { type FolderFiles, filesOf, readLockFiles, runBuild, schemaRemarks, signingTime } from "../../authoring/index.ts";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { type CallOutcome, runTrial, type SandboxPool } from "../../execution/index.ts";
import { effectiveQuotas, NO_GRANTS } from "../../policy/index.ts";
import type { Services } from "../services.ts";
import { safe } from "../wording/safe.ts";
import { type DevProblem, devProblem, moduleRemarks, staleRemarks, trialRemarks } from "./dev-remarks.ts";
import { jsonOutput } from "./json-output.ts";
import { type LintDocument, type Linted, lintDocument, lintFolder, sourcesOf } from "./lint-folder.ts";
import { logLines } from "./log-lines.ts";
import { beginningRemarks } from "./run-remarks.ts";

export interface DevDocument {
  /** What was looked at is no skill of this host: nobody signed it, nothing of it was kept. */
  readonly trial: true;
  readonly signed: false;
  readonly installed: false;
  readonly round: number;
  readonly folder: string;
  /** What set it off; empty for the first. */
  readonly changed: readonly string[];
  /** It was built, passed the audit, and its tool ended with `Ok`. */
  readonly passed: boolean;
  /** Null: no command was given. */
  readonly build: { readonly command: string; readonly ms: number; readonly problem: string | null } | null;
  /** Null: the build failed, or there was nothing to pack. */
  readonly audit: LintDocument | null;
  /** Null: it did not come to that. */
  readonly run: DevRun | null;
  /** Why it did not. */
  readonly problem: DevProblem | null;
  /** What may be the reason for what it came to, and what to do. */
  readonly remarks: readonly string[];
}

export interface DevRun {
  readonly tool_id: string;
  readonly module: string;
  /** Spec 10.1. */
  readonly outcome: CallOutcome["kind"];
  readonly details: JsonObject;
  readonly output: JsonValue;
  readonly exit_code: number | null;
  readonly log: string;
  /** Null where nobody knows. */
  readonly used: { readonly fuel: bigint | null; readonly memory_bytes: number | null; readonly wall_ms: number };
  readonly allowed: { readonly fuel: bigint; readonly memory_bytes: number; readonly wall_ms: number };
}

export interface DevRequest {
  readonly folder: string;
  readonly modules: readonly string[];
  readonly assets: readonly string[];
  readonly build: string | undefined;
  readonly tool: string | undefined;
  readonly input: () => Promise<Uint8Array>;
  readonly pool: () => Promise<SandboxPool>;
  /** The build has ended, and nothing has been read yet. */
  readonly onBuilt: () => void;
}

type Parts = Pick<DevDocument, "passed" | "build" | "audit" | "run" | "problem" | "remarks">;
const NOTHING: Parts = { passed: false, build: null, audit: null, run: null, problem: null, remarks: [] };

/** @param call its signal ends the build and the run */
export async function devRound(services: Services, request: DevRequest, call: Call): Promise<Parts> {
  const build = await built(request, call);
  request.onBuilt();
  if (build !== null && build.problem !== null) return { ...NOTHING, build };
  let audit: LintDocument | null = null;
  const remarks: string[] = [];
  try {
    const files = filesOf(request);
    // What a build makes of unchanged sources stays as it is.
    if (build === null) remarks.push(...staleRemarks(request.folder, files));
    const { document, artifact } = await audited(services, request, files, call);
    audit = document;
    if (artifact !== undefined)
      remarks.push(...moduleRemarks(audit, artifact, files), ...schemaRemarks(artifact.manifest).map((remark) => safe(remark)));
    if (!audit.passed || artifact === undefined) return { ...NOTHING, build, audit, remarks };
    const { run, outcome } = await tried(artifact, request, call);
    remarks.push(...trialRemarks(artifact, run.outcome), ...beginningRemarks(outcome));
    return { ...NOTHING, build, audit, run, passed: run.outcome === "Ok", remarks };
  } catch (error) {
    return { ...NOTHING, build, audit, problem: await devProblem(error), remarks };
  }
}

async function built({ build: command, folder }: DevRequest, call: Call): Promise<DevDocument["build"]> {
  if (command === undefined) return null;
  call.tell?.([`trial, unsigned, not installed  building in ${safe(folder)}: ${safe(command)}`]);
  const began = performance.now();
  const problem = await runBuild(command, { folder, signal: call.signal, apart: true });
  return { command, ms: Math.round(performance.now() - began), problem: problem ?? null };
}

async function audited(
  services: Services,
  { folder, modules, assets }: DevRequest,
  files: FolderFiles,
  call: Call,
): Promise<{ readonly document: LintDocument; readonly artifact: Linted["artifact"] }> {
  const beside = await readLockFiles(folder);
  const secretKey = services.randomBytes(32);
  const signedAt = signingTime(undefined, services.sourceDateEpoch, call.now);
  const papers = { sbom: undefined, provenance: undefined };
  const request = { folder, modules, assets, ...papers, secretKey, signedAt, beside };
  const { artifact, ...linted } = await lintFolder(services, request, files, call);
  const document = lintDocument({ path: folder, sources: sourcesOf(files, request), ...linted });
  return { document, artifact };
}

/** `AmbiguousTool`, `UnknownTool`, `SandboxUnavailable`, `Io`. */
async function tried(
  { manifest, archive }: VerifiedArtifact,
  request: DevRequest,
  call: Call,
): Promise<{ readonly run: DevRun; readonly outcome: CallOutcome }> {
  const tool = toolOf(manifest, request.tool);
  const paths = archive.entries.map(({ path }) => path).filter((path) => path.startsWith("modules/") && path.endsWith(".wasm"));
  const path = moduleOfTool(tool, manifest, paths);
  const module = archive.get(path)?.bytes;
  // The audit fails where there is none (spec 10.4).
  if (module === undefined) throw new SkillError("MissingArtifactEntry", { path });
  const { default_entrypoint: entrypoint } = manifest.operator.plugin;
  const log = logLines(call);
  const outcome = await runTrial(
    await request.pool(),
    {
      module,
      input: await request.input(),
      quotas: effectiveQuotas(manifest, NO_GRANTS),
      ...(entrypoint === undefined ? {} : { entrypoint }),
      toolId: tool.id,
      skillId: manifest.skill_id,
      inputSchema: writeJson(tool.input_schema),
      outputSchema: writeJson(tool.output_schema),
      // Names alone, for the handles of what it declares; whoever asks for one of them is refused.
      grants: { ...capabilityGrants(manifest), secret_keys: [] },
    },
    { signal: call.signal, onLog: log.take },
  );
  log.end();
  return { run: runOf(outcome, tool.id, path), outcome };
}

function toolOf({ skill_id, entrypoints: { tools } }: Manifest, wanted: string | undefined): Tool {
  const ids = tools.map(({ id }) => id);
  const [only] = tools;
  if (wanted === undefined && tools.length === 1 && only !== undefined) return only;
  if (wanted === undefined) throw new PalyraError("AmbiguousTool", { tool: skill_id, candidates: ids });
  const found = tools.find(({ id }) => id === wanted);
  if (found === undefined) throw new PalyraError("UnknownTool", { tool: wanted, offered: ids, skill_id });
  return found;
}

function runOf({ kind, details, stdout, exitCode, log, used, allowed }: CallOutcome, tool_id: string, module: string): DevRun {
  return {
    tool_id,
    module,
    outcome: kind,
    details,
    output: jsonOutput(stdout),
    exit_code: exitCode ?? null,
    log,
    used: { fuel: used.fuel ?? null, memory_bytes: used.memoryBytes ?? null, wall_ms: Math.round(used.wallMs) },
    allowed: { fuel: allowed.fuel, memory_bytes: allowed.memoryBytes, wall_ms: allowed.wallMs },
  };
}
