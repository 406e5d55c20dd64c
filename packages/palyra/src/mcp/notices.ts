/** What a client hears while a call runs: how far it is, where it asked for that, and what the tool logs. */
import type { ServerContext } from "@modelcontextprotocol/server";
import { joinLines, type LogLines } from "../operations/shared/log-lines.ts";
import { safe } from "../operations/wording/safe.ts";
import type { ToolStep } from "./tool-host.ts";

const STEPS: readonly ToolStep[] = ["authorized", "prepared", "started"];
/** How urgent is what a tool logs: nobody knows. */
export const LOG_LEVEL = "info";
/** Notices of one call; what comes after is not told to the client. */
const MAX_LOG_NOTICES = 200;
/** Code points of one. */
const MAX_LOG_LENGTH = 2000;

/** `notifications/progress`, where the request has a token for it. */
export function stepNotices(context: ServerContext): (step: ToolStep) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  return (step) => {
    const progress = STEPS.indexOf(step) + 1;
    const params = { progressToken, progress, total: STEPS.length + 1, message: step };
    send(context, { method: "notifications/progress", params });
  };
}

/** `notifications/message`, one a line: a stranger's text, escaped and bounded (T20, T44). */
export function logNotices(context: ServerContext, tool: string): LogLines {
  let sent = 0;
  return joinLines((line) => {
    if (sent >= MAX_LOG_NOTICES) return;
    sent += 1;
    const data = sent === MAX_LOG_NOTICES ? "more is logged than is told here" : safe(line, MAX_LOG_LENGTH);
    void context.mcpReq.log(LOG_LEVEL, data, tool).catch(() => {});
  });
}

/** A client that is gone hears nothing; the call ends by its own signal. */
function send(context: ServerContext, notification: Parameters<ServerContext["mcpReq"]["notify"]>[0]): void {
  void context.mcpReq.notify(notification).catch(() => {});
}
