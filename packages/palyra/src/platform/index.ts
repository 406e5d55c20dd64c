/** Core's platform port over Node's own primitives. */
export { nodePlatform } from "./node.ts";
