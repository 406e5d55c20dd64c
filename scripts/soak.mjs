// Calls tools without pause, from clients of every kind, one call in a hundred hostile, and looks what it left:
// npm run soak -- [--calls N] [--clients N] [--seed N] [--json]. Runs what `npm run build` made; more in testing/soak/main.ts.
import { runSources } from "./run-sources.mjs";

await runSources("testing/soak/main.ts");
