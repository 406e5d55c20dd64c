import { MANIFEST_PATH } from "../../archive/index.ts";
import { type ImportClass, reachedClasses } from "../../capability/index.ts";
import type { JsonObject } from "../../encoding/index.ts";
import type { Manifest, Tool } from "../../manifest/index.ts";
import { DEFAULT_ENTRYPOINT, entryOfModule, moduleOfTool, sameType, typeText } from "../entry.ts";
import type { Finding } from "../finding.ts";
import { artifactRule, findings, pass, unjudged } from "../rule.ts";
import type { ModuleSubject, ReadModule } from "../subject.ts";
import { counted, MAX_LISTED_FINDINGS, named, quoted, shortened } from "../wording.ts";

export const toolEntryPoints = artifactRule({
  id: "tool_entry_points",
  severity: "error",
  asks: "Do the module and the function of each tool exist?",
  why: "A model that is offered a tool which cannot run calls it again and again; one whose module is another than it seems runs other code.",
  references: [],
  advice: "Export `_start`, or `run` as `() -> (i32)`; name the module in `operator.plugin.default_module_path`.",
  example: {
    flagged: '(module (func (export "run") (param i32)))\n;; of another type than the runtime calls',
    passes: '(module (func (export "run") (result i32) i32.const 0))',
  },
  check: ({ manifest, modules }) => {
    const entries = resolveAll(manifest, modules);
    const broken = entries.filter(({ problem }) => problem !== undefined);
    if (broken.length > 0) return [findings(`${problemsInWords(broken)}.`, broken.map(brokenFinding), listed(broken))];
    const unread = entries.filter((entry) => entry.function === undefined);
    if (unread.length > 0) {
      const message = `${counted(unread.length, "tool")} could not be judged: the module of each is not valid or too large.`;
      return [unjudged(message, listed(unread))];
    }
    return [pass(`The module and the function of ${counted(entries.length, "tool")} exist.`, listed(entries))];
  },
});

/** What the runtime would start for a tool; neither function nor problem where the module could not be read. */
interface Entry {
  readonly tool: string;
  /** In the manifest's list. */
  readonly index: number;
  readonly module: string;
  readonly function?: string;
  readonly problem?: string;
  /** Classes of imports that the function can reach (spec 4.6), in the table's order. */
  readonly reaches?: readonly ImportClass[];
}

/** Spec 10.4. Many tools may share a module: each module is looked at once. */
function resolveAll(manifest: Manifest, modules: readonly ModuleSubject[]): readonly Entry[] {
  const paths = modules.map(({ path }) => path);
  const functions = new Map(modules.map((module) => [module.path, resolveFunction(module, manifest)]));
  return manifest.entrypoints.tools.map((tool, index) => {
    const module = moduleOfTool(tool, manifest, paths);
    return { tool: tool.id, index, module, ...(functions.get(module) ?? { problem: absentProblem(module, manifest, tool) }) };
  });
}

function absentProblem(module: string, { operator }: Manifest, { id }: Tool): string {
  if (operator.plugin.default_module_path !== undefined)
    return `the artifact has no ${quoted(module)}, which \`operator.plugin.default_module_path\` names; correct the path`;
  return (
    `none of the modules is ${quoted(module)}, as the last part of ${quoted(id)} says; rename one, or name it in ` +
    "`operator.plugin.default_module_path`"
  );
}

function resolveFunction(module: ModuleSubject, manifest: Manifest): Pick<Entry, "function" | "problem" | "reaches"> {
  if (module.state !== "read") return {};
  const entry = entryOfModule(module.facts, manifest);
  const problem = functionProblem(module, entry.name, typeText(entry.type));
  if (problem !== undefined) return { function: entry.name, problem };
  const { fromEntry } = module.reach;
  const reaches = fromEntry === undefined ? undefined : reachedClasses(module.facts.imports, fromEntry.imports);
  return { function: entry.name, ...(reaches === undefined ? {} : { reaches }) };

  function functionProblem({ path, facts }: ReadModule, name: string, type: string): string | undefined {
    const exported = facts.exports.find((each) => each.name === name);
    if (exported === undefined && name === DEFAULT_ENTRYPOINT)
      return `${quoted(path)} exports neither \`_start\` nor \`${name}\`; export one of them`;
    if (exported === undefined)
      return (
        `${quoted(path)} exports neither \`_start\` nor ${quoted(name)}, which \`operator.plugin.default_entrypoint\` names; ` +
        "export one of them"
      );
    if (exported.type === undefined)
      return `${quoted(name)} of ${quoted(path)} is a ${exported.kind}; export a function \`${type}\` by that name`;
    if (sameType(exported.type, entry.type)) return undefined;
    // Imports and exports are untyped in JavaScript: the runtime takes no other type (spec 10.2, 10.4).
    return `${quoted(name)} of ${quoted(path)} has the type ${quoted(typeText(exported.type))}; make it \`${type}\``;
  }
}

/** Tools of one module often cannot run for one reason: each reason is given once. */
function problemsInWords(broken: readonly Entry[]): string {
  const byProblem = new Map<string, Entry[]>();
  for (const entry of broken) {
    const same = byProblem.get(entry.problem ?? "");
    if (same === undefined) byProblem.set(entry.problem ?? "", [entry]);
    else same.push(entry);
  }
  const tools = (entries: readonly Entry[]) => named(entries, ({ tool }) => quoted(tool), ", ");
  return named(
    [...byProblem],
    ([problem, entries]) => `${entries.length === 1 ? "Tool" : "Tools"} ${tools(entries)} cannot run: ${problem}`,
    ". ",
  );
}

const brokenFinding = ({ tool, index, problem = "" }: Entry): Finding => ({
  code: "tool_cannot_run",
  status: "fail",
  message: `The tool cannot run: ${problem}.`,
  place: { file: MANIFEST_PATH, tool, field: `entrypoints.tools[${index}]` },
  quote: tool,
});

const listed = (entries: readonly Entry[]): JsonObject => ({
  count: entries.length,
  tools: entries.slice(0, MAX_LISTED_FINDINGS).map(({ tool, module, function: name, problem, reaches }) => ({
    tool_id: shortened(tool),
    module_path: module,
    ...(name === undefined ? {} : { function: name }),
    ...(problem === undefined ? {} : { problem }),
    ...(reaches === undefined ? {} : { reaches }),
  })),
});
