/**
 * The library `palyra`. `openHost` runs the tools of what is installed (docs/library.md). `compose` makes the services of a state root, `CATALOG`
 * holds the operations; what each answers is the JSON document of its command. A program that runs modules in a way of its own makes
 * `gateOf(services.home)` once, asks `resolveForRun` for the bytes that may run, and `recordStart` right before it instantiates them (spec 10).
 */
export { SkillError } from "palyra-skills";
export type { Call, Question } from "../call.ts";
export { PalyraError, type PalyraErrorCode, type PalyraErrorDetails } from "../errors.ts";
export type { LaunchPermit, ResolvedSkill, RunRequest } from "../execution/index.ts";
export { CATALOG, type OperationName, type Outputs } from "../operations/catalog.ts";
export type { Answer, Operation, RawInput } from "../operations/operation.ts";
export type { Services } from "../operations/services.ts";
export { gateOf, type HomeGate } from "../operations/shared/run-gate.ts";
export { nodePlatform } from "../platform/node.ts";
export type { Settings, SettingsOptions } from "../settings.ts";
export { VERSION } from "../version.ts";
export { compose } from "./compose.ts";
export { type ErrorExplanation, explainError } from "./explain-error.ts";
export type {
  ApprovalQuestion,
  CallOptions,
  CallPlan,
  CallResult,
  Host,
  HostOptions,
  HostTool,
  PlanOptions,
  Quotas,
} from "./host-api.ts";
export { openHost } from "./open-host.ts";
