import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type { HostedTool } from "./tool-host.ts";

/** Hints for the client's user, of what the signed manifest declares and the sandbox enforces, never of what the publisher says of itself. */
export function annotationsOf({ title, uses }: HostedTool): ToolAnnotations {
  const { hosts, writeRoots } = uses;
  const changes = hosts.length > 0 || writeRoots.length > 0;
  return {
    title,
    readOnlyHint: !changes,
    // What may write can overwrite, and what may send can send anything.
    ...(changes ? { destructiveHint: true, idempotentHint: false } : {}),
    openWorldHint: hosts.length > 0,
  };
}
