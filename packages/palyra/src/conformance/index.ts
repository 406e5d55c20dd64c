/** The conformance protocol and kit (spec 12). */
export { DEVIATIONS, type Deviation } from "./deviations.ts";
export type { OpTools } from "./ops/index.ts";
export { runConformance } from "./run.ts";
export { serve } from "./serve.ts";
