/** What a list for models and programs has: tools that a launch would not refuse for want of an audit (spec 10.6). */
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import type { InstalledEntry } from "../installed/index.ts";
import type { AuthorizePorts } from "./authorize.ts";
import type { RunGate } from "./resolve.ts";
import { listTools, type RunnableTool, type ToolPorts } from "./tools.ts";

export interface StartableTools {
  readonly tools: readonly RunnableTool[];
  /** Whose tools are left out: no audit that passed is kept of these bytes, by what is in force. */
  readonly unaudited: readonly InstalledEntry[];
}

/** As `listTools`. Where nobody can tell whether there is a verdict, the tools are there: a call of one says why it does not start. */
export async function listStartable(
  gate: RunGate,
  ports: ToolPorts,
  { hasVerdict }: Pick<AuthorizePorts, "hasVerdict">,
  call: Call,
): Promise<StartableTools> {
  const listed = await listTools(gate, ports, call);
  const { entries } = await ports.readIndex();
  const offering = new Set(listed.map(({ skillId, artifactSha256 }) => `${skillId} ${artifactSha256}`));
  const unaudited: InstalledEntry[] = [];
  for (const entry of entries) {
    const { skill_id: skillId, version, artifact_sha256: artifactSha256, current } = entry;
    if (!current || !offering.has(`${skillId} ${artifactSha256}`)) continue;
    try {
      const artifact = await ports.open(entry);
      if (!(await hasVerdict({ skillId, version, artifactSha256, artifact }, call))) unaudited.push(entry);
    } catch (error) {
      if (!(error instanceof PalyraError)) throw error;
    }
  }
  const isLeftOut = ({ skillId }: RunnableTool): boolean => unaudited.some(({ skill_id }) => skill_id === skillId);
  return { tools: listed.filter((tool) => !isLeftOut(tool)), unaudited };
}
