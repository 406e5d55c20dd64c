/** Modules that count what they consume: spec 10.2. Pure; nothing is compiled or run here. */
export { METERING_VERSION, meter } from "./meter.ts";
export type { Caps, FuelMode, Metered, MeteringOptions, MeteringRefusal, MeteringRefused } from "./metered.ts";
