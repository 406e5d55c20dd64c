/** JSON Schemas of strangers: what is wrong with one, told without fetching, compiling or running anything of it (spec 4.4). */
export { checkSchema } from "./check.ts";
export { judgePattern } from "./pattern.ts";
export { type Unheard, unheardKeywords } from "./unheard.ts";
export type { SchemaCode, SchemaLimits, SchemaProblem } from "./walk.ts";
