/** Running a tool (spec 10), as far as it is built: the gate, and the processes in which modules run. */
export { openSandboxPool, type PoolOptions } from "./pool.ts";
export type {
  CallOutcome,
  CancelReason,
  HostAnswers,
  PreparedCall,
  PrepareOptions,
  SandboxJob,
  SandboxPool,
  SandboxQuotas,
  Used,
} from "./pool-types.ts";
export { type GatePorts, type ResolvedSkill, RunGate, type RunRequest } from "./resolve.ts";
export { LaunchPermit, recordStart } from "./start.ts";
export { runTrial, type Trial } from "./trial.ts";
