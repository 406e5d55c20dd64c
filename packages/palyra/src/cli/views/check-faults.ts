import type { Check } from "palyra-skills/audit";
import { listed, prose } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";

/** What a check says, a line for each fault: tools that cannot run for one reason are named together. */
function faultLines({ message, details }: Check): readonly string[] {
  const byProblem = new Map<string, string[]>();
  const tools = details?.["tools"];
  for (const tool of Array.isArray(tools) ? tools : []) {
    const [id, problem] = [textOf(tool, "tool_id"), textOf(tool, "problem")];
    if (id !== undefined && problem !== undefined) byProblem.set(problem, [...(byProblem.get(problem) ?? []), id]);
  }
  if (byProblem.size === 0) return [prose(message)];
  const more = Number(details?.["count"] ?? 0) - (Array.isArray(tools) ? tools.length : 0);
  return [
    ...[...byProblem].map(
      ([problem, ids]) => `${ids.length === 1 ? "tool" : "tools"} ${listed(ids, ids.length)} cannot run: ${prose(problem)}`,
    ),
    ...(more > 0 ? [`and ${count(more, "more tool")}`] : []),
  ];
}

/** One of the reasons of a report (spec 4.3), which are the messages of the checks that fail. */
export function reasonLines(reason: string, checks: readonly Check[]): readonly string[] {
  const check = checks.find(({ message }) => message === reason);
  return check === undefined ? [prose(reason)] : faultLines(check);
}

function textOf(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === "string" ? found : undefined;
}
