/** The conformance protocol and kit (spec 12). */
export { DEVIATIONS } from "./deviations.ts";
export { runConformance } from "./run.ts";
export { serve } from "./serve.ts";
