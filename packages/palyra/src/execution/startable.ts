/** What a list for models and programs has: tools that a launch would not refuse for want of an audit (spec 10.6). */
import type { Call } from "../call.ts";
import type { InstalledEntry } from "../installed/index.ts";
import type { AuthorizePorts } from "./authorize.ts";
import { unsupportedBy } from "./engine.ts";
import type { RunGate } from "./resolve.ts";
import { type DamagedSkill, listTools, type RunnableTool, type ToolPorts } from "./tools.ts";

export interface StartableTools {
  readonly tools: readonly RunnableTool[];
  /** Whose tools are left out: no audit that passed is kept of these bytes, by what is in force. */
  readonly unaudited: readonly InstalledEntry[];
  /** As in `ListedTools`, and what this engine cannot run (spec 4.5). */
  readonly damaged: readonly DamagedSkill[];
}

/**
 * As `listTools`. Where nobody can tell whether there are verdicts, as what they rest on cannot be read, there is no list: a call of any of the
 * tools would end with the same error, which is thrown. T32.
 */
export async function listStartable(
  gate: RunGate,
  ports: ToolPorts,
  { hasVerdict, platform }: Pick<AuthorizePorts, "hasVerdict" | "platform">,
  call: Call,
): Promise<StartableTools> {
  const { tools: listed, damaged } = await listTools(gate, ports, call);
  const { entries } = await ports.readIndex();
  const offering = new Set(listed.map(({ skillId, artifactSha256 }) => `${skillId} ${artifactSha256}`));
  const unaudited: InstalledEntry[] = [];
  const unsupported: DamagedSkill[] = [];
  const unreadable = new Set<string>();
  for (const entry of entries) {
    const { skill_id: skillId, version, artifact_sha256: artifactSha256, current } = entry;
    if (!current || !offering.has(`${skillId} ${artifactSha256}`)) continue;
    // Opened a moment ago. What changed since offers nothing, as there (T19).
    const artifact = await ports.open(entry).catch(() => undefined);
    if (artifact === undefined) {
      unreadable.add(skillId);
      continue;
    }
    const skill = { skillId, version, artifactSha256, artifact };
    if (await hasVerdict(skill, call)) continue;
    const problem = await unsupportedBy(platform, skill);
    if (problem === undefined) unaudited.push(entry);
    else unsupported.push({ entry, problem });
  }
  const withoutVerdict = new Set([...unaudited, ...unsupported.map(({ entry }) => entry)].map(({ skill_id }) => skill_id));
  const isLeftOut = ({ skillId }: RunnableTool): boolean => unreadable.has(skillId) || withoutVerdict.has(skillId);
  return { tools: listed.filter((tool) => !isLeftOut(tool)), unaudited, damaged: [...damaged, ...unsupported] };
}
