import type { Tool } from "../manifest/index.ts";
import type { Changes } from "./change.ts";
import { isAssetText } from "./files.ts";
import { compareValues, plain } from "./values.ts";

/**
 * Tools by their id. A new one widens; so does one that asks a person no more before it runs (T28). Words and schemas widen nothing, but
 * are what a model obeys: each change of them is listed, so that a rug pull is seen (spec 9.2).
 */
export function compareTools(changes: Changes, before: readonly Tool[], after: readonly Tool[]): void {
  const [old, next] = [byId(before), byId(after)];
  for (const [id, tool] of old) {
    const now = next.get(id);
    if (now === undefined) changes.removed("tools", pathOf(id), plain(tool));
    else compareTool(changes, pathOf(id), tool, now);
  }
  for (const [id, tool] of next) if (!old.has(id)) changes.added("tools", pathOf(id), plain(tool), true);
}

function compareTool(changes: Changes, path: string, before: Tool, after: Tool): void {
  changes.compared("tools", `${path}.name`, before.name, after.name);
  changes.compared("tools", `${path}.description`, before.description, after.description);
  compareValues(changes, "tools", `${path}.input_schema`, before.input_schema, after.input_schema);
  compareValues(changes, "tools", `${path}.output_schema`, before.output_schema, after.output_schema);
  const waived = asksBefore(before) && !asksBefore(after);
  for (const flag of ["default_sensitive", "requires_approval"] as const) {
    const [was, is] = [before.risk[flag], after.risk[flag]];
    changes.compared("tools", `${path}.risk.${flag}`, was, is, waived && was);
  }
}

/** Spec 2.5: either flag makes the binding one that asks. */
export const asksBefore = ({ risk }: Tool): boolean => risk.default_sensitive || risk.requires_approval;

const byId = (tools: readonly Tool[]): ReadonlyMap<string, Tool> => new Map(tools.map((tool) => [tool.id, tool]));
export const pathOf = (id: string): string => `entrypoints.tools[${id}]`;

/**
 * Whether this is one of the words or schemas that a model reads, of a tool or of an asset; `words`: all of a tool's, where the old ones are
 * known by their digest.
 */
export function isModelText(path: string): boolean {
  return (
    isAssetText(path) || /^entrypoints\.tools\[[^\]]*\]\.(?:name$|description$|words$|(?:in|out)put_schema(?:[.[]|$))/.test(path)
  );
}
