// What the benchmark of the sandbox runs of the sources, bundled.
export { openSandboxPool } from "../../packages/palyra/src/execution/pool/index.ts";
