import type { Call } from "../../call.ts";
import { findTool, type LaunchPlan, planLaunch } from "../../execution/index.ts";
import type { Services } from "../services.ts";
import { type Authorizing, authorizingOf } from "./authorizing.ts";
import type { Surface } from "./launch-inputs.ts";

/** What is asked about a launch that is none: there is no input. */
export interface AskedLaunch {
  readonly tool: string;
  readonly skill?: string | undefined;
  readonly version?: string | undefined;
  readonly surface: Surface;
}

/** All that would be known of it before anybody is asked. */
export async function launchPlanOf(
  services: Services,
  { tool, skill, version, surface }: AskedLaunch,
  call: Call,
): Promise<{ readonly plan: LaunchPlan; readonly ports: Authorizing["ports"] }> {
  const { gate, tools, ports } = await authorizingOf(services);
  const found = await findTool(gate, tools, { tool, skillId: skill, version }, call);
  const question = {
    toolId: found.toolId,
    surface,
    session: surface === "terminal" ? services.session() : "",
    input: new Uint8Array(),
  };
  return { plan: await planLaunch(ports, await gate.resolve(found, call), question, call), ports };
}
