import type { JsonObject } from "palyra-skills/encoding";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { listTools, type RunnableTool } from "../../execution/index.ts";
import { readIndex } from "../../installed/index.ts";
import { nameForModel } from "../../lifecycle/index.ts";
import { choice } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { authorizingOf } from "../shared/authorizing.ts";
import { LAUNCH_ERRORS } from "../shared/launch-inputs.ts";
import { verdictLookBy, verdictMissing } from "../shared/launch-verdict.ts";
import { readPolicy } from "../shared/policy.ts";
import { withScanning } from "../shared/scanning.ts";

const FORMATS = ["mcp", "openai", "anthropic"] as const;

/** The list alone, as the API in question takes it. */
export type ToolsDocument = readonly JsonObject[];

export const tools = operation({
  input: v.strictObject({
    format: v.optional(choice(FORMATS, "FORMAT", "For whom: the JSON list of MCP tools, or of one of these APIs"), "mcp"),
  }),
  places: ["skillsDir", "auditPolicy", "vex"],
  examples: ["skills tools", "skills tools --format openai"],
  notes:
    "What a model is shown: the tools of current skills that are active and of which an audit that passed is kept. One that two skills offer, or whose name becomes another's where an API takes no dots, is offered by none.",
  errors: LAUNCH_ERRORS,
  run: async (services, { format }, call): Promise<ToolsDocument> => {
    const { gate, tools: ports } = await authorizingOf(services);
    const listed = await listTools(gate, ports, call);
    return (await startable(services, listed, call)).map((tool) => SHAPES[format](tool));
  },
});

/** Those that a launch would not refuse for want of a verdict; of the others it is said why they are not among them. */
async function startable(services: Services, tools: readonly RunnableTool[], call: Call): Promise<readonly RunnableTool[]> {
  const { home, settings } = services;
  const policy = await readPolicy(settings);
  return withScanning(settings, call, async (scanning) => {
    const holds = verdictLookBy(services, { policy, ...scanning }, call);
    const { entries } = await readIndex(home.places.skillsRoot);
    const missing = new Set<string>();
    for (const entry of entries.filter(({ current }) => current)) {
      if (!tools.some(({ skillId }) => skillId === entry.skill_id) || (await holds(entry)) !== false) continue;
      missing.add(entry.skill_id);
      call.warn(`${entry.skill_id} ${entry.version} is not among them: ${verdictMissing(entry)}`);
    }
    return tools.filter(({ skillId }) => !missing.has(skillId));
  });
}

const SHAPES: { readonly [Format in (typeof FORMATS)[number]]: (tool: RunnableTool) => JsonObject } = {
  mcp: (tool) => ({
    name: tool.toolId,
    title: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    annotations: annotationsOf(tool),
  }),
  openai: ({ toolId, description, inputSchema }) => ({
    type: "function",
    function: { name: nameForModel(toolId), description, parameters: inputSchema },
  }),
  anthropic: ({ toolId, description, inputSchema }) => ({ name: nameForModel(toolId), description, input_schema: inputSchema }),
};

/** Hints of MCP from what is declared: what asks for nothing reaches nothing. */
function annotationsOf({ name, risk, capabilities }: Pick<RunnableTool, "name" | "risk" | "capabilities">): JsonObject {
  const { filesystem, http_egress_allowlist, device_capabilities, node_capabilities } = capabilities;
  const reaches = http_egress_allowlist.length > 0 || device_capabilities.length > 0 || node_capabilities.length > 0;
  const changes = reaches || filesystem.write_roots.length > 0 || risk.default_sensitive || risk.requires_approval;
  return { title: name, readOnlyHint: !changes, destructiveHint: changes, openWorldHint: reaches };
}
