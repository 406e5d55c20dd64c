// What the benchmark of runs runs of the sources, bundled.
export { compose } from "../../packages/palyra/src/entry/compose.ts";
export { openSandboxPool } from "../../packages/palyra/src/execution/pool/index.ts";
export { CATALOG } from "../../packages/palyra/src/operations/catalog.ts";
export { openRunner } from "../../packages/palyra/src/operations/shared/runner.ts";
export { nodePlatform } from "../../packages/palyra/src/platform/index.ts";
