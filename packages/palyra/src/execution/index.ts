/** Running a tool (spec 10). */
export { AuthorizationRecords } from "./authorization-records.ts";
export {
  type AskApproval,
  type Authorized,
  type AuthorizePorts,
  basisOf,
  type LaunchPlan,
  type LaunchQuestion,
  planLaunch,
  policyDenied,
} from "./authorize.ts";
export { checkMappedRoot, isPrivateHost, measureSkillData, removeSkillData, type SkillData } from "./broker/index.ts";
export type { LookAtGround } from "./ground.ts";
export { KnownPlans } from "./known-plans.ts";
export {
  type CallOutcome,
  type CancelReason,
  type HostAnswers,
  openSandboxPool,
  type PoolOptions,
  type PreparedCall,
  type PrepareOptions,
  type SandboxJob,
  type SandboxPool,
  type SandboxQuotas,
  type Used,
} from "./pool/index.ts";
export { type PreparePorts, ReadyCall } from "./prepare.ts";
export {
  draftReceipt,
  finishReceipt,
  outputSha256,
  type ReceiptPorts,
  receiptIn,
  receiptSalt,
  type UnsignedReceipt,
} from "./receipts.ts";
export { type GatePorts, namesOf, type ResolvedSkill, RunGate, type RunRequest } from "./resolve.ts";
export { runTool } from "./run-tool.ts";
export type { Runner, RunSurface, RunToolOptions, RunToolPorts, RunToolRequest, RunToolResult } from "./run-types.ts";
export { RunningCalls } from "./running.ts";
export { LaunchPermit, recordStart } from "./start.ts";
export { listStartable, type StartableTools } from "./startable.ts";
export { ToolNames } from "./tool-names.ts";
export { type FoundTool, findTool, listTools, type NamedTool, type RunnableTool, type ToolPorts } from "./tools.ts";
export { runTrial, type Trial } from "./trial.ts";
