/** Host interfaces besides WASI (spec 10.4). */
export { handleImports } from "./handles.ts";
export { hostImports } from "./host.ts";
