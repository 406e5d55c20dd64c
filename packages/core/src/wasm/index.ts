/** WebAssembly modules: what they hold and use, what they cost to compile; nothing is run or compiled here. Spec 4.4, 4.5. */
export {
  COMPILE_BURDEN_FUNCTION,
  COMPILE_BURDEN_MODULE,
  COMPILE_COST_FUNCTION,
  COMPILE_COST_MODULE,
  typesBurden,
} from "./cost.ts";
export { type Dependency, MAX_AUDITABLE_BYTES, readDependencies } from "./dependencies.ts";
export type {
  ByteRange,
  CompileCost,
  DebugFacts,
  ExportFact,
  ExternalKind,
  Feature,
  FunctionType,
  ImportFact,
  ImportReach,
  LimitFact,
  Limits,
  MisfitSegment,
  ModuleCalls,
  ModuleFacts,
  ModuleReading,
  ValueType,
} from "./facts.ts";
export { FEATURE_PROBES, lackedFeatures, missingFeatures } from "./features.ts";
export type { RefusedFeature } from "./malformed.ts";
export { readModule } from "./read.ts";
