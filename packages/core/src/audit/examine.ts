import type { Archive, ArchiveEntry } from "../archive/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { Platform } from "../platform/index.ts";
import { missingFeatures, readModule } from "../wasm/index.ts";
import { listedDependencies } from "./auditable.ts";
import { type ArtifactCost, isTooCostly, NO_MODULES, withModule } from "./cost.ts";
import { reachOf } from "./reach.ts";
import type { AuditPolicy } from "./report.ts";
import type { ModuleSubject } from "./subject.ts";

/** Finds out about each module what rules ask for, in path order; each is read once and given to the engine at most once. */
export async function examineModules(
  archive: Archive,
  manifest: Manifest,
  policy: AuditPolicy,
  platform: Platform,
): Promise<ModuleSubject[]> {
  const modules: ModuleSubject[] = [];
  const shown: Shown = { sum: NO_MODULES };
  for (const entry of archive.entries) {
    if (isModule(entry)) modules.push(await examine(entry, { shown, manifest, policy, platform }));
  }
  return modules;
}

/** What the engine has been shown of the artifact so far. */
interface Shown {
  sum: ArtifactCost;
}

interface Examination {
  readonly shown: Shown;
  readonly manifest: Manifest;
  readonly policy: AuditPolicy;
  readonly platform: Platform;
}

/** Spec 1.1: other files may lie in `modules/`, too. */
const isModule = ({ path }: ArchiveEntry): boolean => path.startsWith("modules/") && path.endsWith(".wasm");

/** Spec 4.5: our parser decides structure and features, then the cost is judged, and only then does the engine see the module. */
async function examine(
  { path, bytes }: ArchiveEntry,
  { shown, manifest, policy, platform }: Examination,
): Promise<ModuleSubject> {
  const file = { path, size: bytes.length };
  if (bytes.length > policy.max_module_bytes) return { ...file, state: "oversized" };
  const reading = readModule(bytes);
  if (!reading.ok) {
    const { problem, offset, feature } = reading;
    return { ...file, state: "invalid", problem, offset, ...(feature === undefined ? {} : { feature }) };
  }
  const { facts } = reading;
  const artifact = withModule(shown.sum, facts);
  const reach = reachOf(reading.calls, facts, manifest);
  const listed = await listedDependencies(bytes, facts, platform);
  const read = { ...file, state: "read", facts, artifact, reach, ...listed } as const;
  // T24: an engine that compiles cannot be stopped. The bound holds whatever level the policy gives the check.
  if (isTooCostly(read, policy)) {
    const missing = await missingFeatures(facts, platform);
    return { ...read, types: missing.length > 0 ? "engine_lacks_feature" : "over_compile_cost", missing };
  }
  shown.sum = artifact;
  if (await platform.validateModule(bytes)) return { ...read, types: "checked", missing: [] };
  const missing = await missingFeatures(facts, platform);
  if (missing.length > 0) return { ...read, types: "engine_lacks_feature", missing };
  return { ...file, state: "invalid", problem: "the types in it do not match" };
}
