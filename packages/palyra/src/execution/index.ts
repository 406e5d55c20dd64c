/** Running a tool (spec 10), as far as it is built: the gate. */
export { type GatePorts, type ResolvedSkill, RunGate, type RunRequest } from "./resolve.ts";
export { LaunchPermit, recordStart } from "./start.ts";
