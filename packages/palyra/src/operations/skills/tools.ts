import type { JsonObject } from "palyra-skills/encoding";
import * as v from "valibot";
import { listTools, type RunnableTool } from "../../execution/index.ts";
import { nameForModel } from "../../lifecycle/index.ts";
import { choice } from "../field.ts";
import { operation } from "../operation.ts";
import { authorizingOf } from "../shared/authorizing.ts";
import { LAUNCH_ERRORS } from "../shared/launch-inputs.ts";

const FORMATS = ["mcp", "openai", "anthropic"] as const;

/** The list alone, as the API in question takes it. */
export type ToolsDocument = readonly JsonObject[];

export const tools = operation({
  input: v.strictObject({
    format: v.optional(choice(FORMATS, "FORMAT", "For whom: a list of MCP tools, or of one of these APIs"), "mcp"),
  }),
  places: ["skillsDir"],
  examples: ["skills tools", "skills tools --format openai --json"],
  notes:
    "What a model is shown: the tools of current skills that are active. One that two skills offer, or whose name becomes another's where an API takes no dots, is offered by none.",
  errors: LAUNCH_ERRORS,
  run: async (services, { format }, call): Promise<ToolsDocument> => {
    const { gate, tools: ports } = await authorizingOf(services);
    return (await listTools(gate, ports, call)).map((tool) => SHAPES[format](tool));
  },
});

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
export function annotationsOf({ name, risk, capabilities }: Pick<RunnableTool, "name" | "risk" | "capabilities">): JsonObject {
  const { filesystem, http_egress_allowlist, device_capabilities, node_capabilities } = capabilities;
  const reaches = http_egress_allowlist.length > 0 || device_capabilities.length > 0 || node_capabilities.length > 0;
  const changes = reaches || filesystem.write_roots.length > 0 || risk.default_sensitive || risk.requires_approval;
  return { title: name, readOnlyHint: !changes, destructiveHint: changes, openWorldHint: reaches };
}
