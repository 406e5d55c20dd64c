/** The pool of sandbox processes (spec 10.3): pool.ts has its calls, call.ts one of them, process.ts the process that serves it. */
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
} from "./types.ts";
