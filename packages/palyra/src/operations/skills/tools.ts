import type { JsonObject } from "palyra-skills/encoding";
import * as v from "valibot";
import { listStartable } from "../../execution/index.ts";
import { choice } from "../field.ts";
import { operation } from "../operation.ts";
import { authorizingOf } from "../shared/authorizing.ts";
import { LAUNCH_ERRORS } from "../shared/launch-inputs.ts";
import { leftOutOf } from "../shared/left-out.ts";
import { type ApiTool, anthropicTool, mcpTool, openAiTool, type ShownTool, shownTool } from "../shared/tool-shapes.ts";
import { safe } from "../wording/safe.ts";

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
    "What a model is shown: the tools of current skills that are active and of which an audit that passed is kept. One that two skills offer, or whose name becomes another's where an API takes no dots, is offered by none. An API's name for a tool (acme_echo) is taken by skills run, too.",
  errors: LAUNCH_ERRORS,
  run: async (services, { format }, call): Promise<ToolsDocument> => {
    const { gate, tools: ports, ports: authorize } = await authorizingOf(services);
    const startable = await listStartable(gate, ports, authorize, call);
    for (const { name, why } of await leftOutOf(startable)) call.warn(`${name} is not among them: ${why}`);
    return startable.tools.map((each) => {
      const { tool, lacks } = SHAPES[format](shownTool(each));
      if (lacks.length > 0) call.warn(`${safe(each.toolId)} is without what this API does not take: ${lacks.join(", ")}`);
      return tool;
    });
  },
});

const asItIs = (tool: ShownTool): ApiTool => ({ tool: mcpTool(tool), lacks: [] });

const SHAPES: { readonly [Format in (typeof FORMATS)[number]]: (tool: ShownTool) => ApiTool } = {
  mcp: asItIs,
  openai: openAiTool,
  anthropic: anthropicTool,
};
