/**
 * The library `palyra`: what the commands do, as functions. `compose` makes the services of a state root, `CATALOG` holds the
 * operations; what each answers is the JSON document of its command.
 */
export type { Call, Question } from "../call.ts";
export { PalyraError, type PalyraErrorCode, type PalyraErrorDetails } from "../errors.ts";
export { CATALOG, type OperationName, type Outputs } from "../operations/catalog.ts";
export type { Answer, Operation, RawInput } from "../operations/operation.ts";
export type { Services } from "../operations/services.ts";
export { nodePlatform } from "../platform/node.ts";
export type { Settings, SettingsOptions } from "../settings.ts";
export { VERSION } from "../version.ts";
export { compose } from "./compose.ts";
