/** What a round of `palyra skills dev` says beside its answer: what may be the reason for it, and what to do. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { type FolderFiles, listSources } from "../../authoring/index.ts";
import { shellWord } from "../wording/at-place.ts";
import { listed, safe } from "../wording/safe.ts";
import { type Problem, problemOf } from "./inventory.ts";
import type { LintDocument } from "./lint-folder.ts";

export interface DevProblem extends Problem {
  readonly hint: string | null;
}

/** Of an error that a round ends with. One that is not ours is thrown on. */
export async function devProblem(error: unknown): Promise<DevProblem> {
  const { tellingOf } = await import("../wording/sentences.ts");
  const problem = await problemOf(error);
  if (problem.code === "AmbiguousTool") return { ...problem, hint: "name the one to run: --tool TOOL" };
  return { ...problem, hint: tellingOf(error)?.hint ?? null };
}

/** What a compiler or its build reads; other files change nothing of a module. */
const SOURCE = /\.(?:rs|c|h|cc|cpp|cxx|hpp|ts|mts|as|go|zig|swift|kt|nim|odin|wat|py|js|mjs|java|cs)$/i;

/** A module that is older than what it is made of: what was changed since is not what is tried. One remark for all. */
export function staleRemarks(folder: string, { modules }: FolderFiles): readonly string[] {
  let newest: { readonly path: string; readonly at: number } | undefined;
  for (const path of listSources(folder).files) {
    if (!SOURCE.test(path) || path.startsWith("assets/")) continue;
    const at = changedAt(join(folder, path));
    if (at > (newest?.at ?? 0)) newest = { path, at };
  }
  if (newest === undefined) return [];
  const { path: source, at } = newest;
  // One that is not there is told as that.
  const stale = [...modules.values()].filter((module) => changedAt(module) > 0 && changedAt(module) + SAME_TIME_MS < at);
  if (stale.length === 0) return [];
  return [
    `${listed(stale, 3)} ${stale.length === 1 ? "is" : "are"} older than ${safe(source)}: build again, or have it built each time: --build COMMAND`,
  ];
}

/** A checkout writes its files within seconds, in any order. */
const SAME_TIME_MS = 5000;

/** Milliseconds since 1970; 0 for what is not there. */
const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Which of several modules is whose nobody said, and a tool found none that is its own. */
export function moduleRemarks(
  { checks }: LintDocument,
  { manifest }: VerifiedArtifact,
  { modules }: FolderFiles,
): readonly string[] {
  const isWithout = checks.some(({ check_id, status }) => check_id === "tool_entry_points" && status === "fail");
  // Where the manifest names one, the check says what is wrong with it.
  const isNamed = manifest.operator.plugin.default_module_path !== undefined;
  if (!isWithout || isNamed || modules.size < 2) return [];
  const [first = ""] = modules.values();
  return [
    `there are ${modules.size} modules, ${listed([...modules.values()], 4)}, and nothing says which one the tool is: name it, --module ${shellWord(first)}, or in skill.toml, operator.plugin.default_module_path`,
  ];
}

/** What a trial has not: a tool that takes it for granted fails in its own words, and its author looks for a fault where there is none. */
export function trialRemarks({ manifest: { capabilities } }: VerifiedArtifact, outcome: string): readonly string[] {
  const { filesystem, http_egress_allowlist: hosts, secrets } = capabilities;
  const declared = [
    ...(filesystem.read_roots.length + filesystem.write_roots.length > 0 ? ["folders"] : []),
    ...(hosts.length > 0 ? ["hosts"] : []),
    ...(secrets.length > 0 ? ["secrets"] : []),
  ];
  // What was denied says so itself, and an input that does not fit has nothing to do with it.
  if (outcome !== "RuntimeFailure" || declared.length === 0) return [];
  return [`its manifest declares ${declared.join(", ")}, and a trial has none: what needs them is tried by the installed skill`];
}
