/** Skills for models: an MCP server over stdio, and over HTTP under the daemon (spec 10.6). */
export type { NameKind } from "./names.ts";
export { OpenQuestions } from "./questions.ts";
export { RunnerHost, type RunnerHostPorts } from "./runner-host.ts";
export type { McpPorts } from "./server.ts";
export { serveOverStdio } from "./stdio.ts";
export { StreamableMcp, type StreamablePorts } from "./streamable.ts";
export type { HostedTool, Ran, ToolAnswer, ToolCall, ToolHost, ToolStep } from "./tool-host.ts";
