// Feeds the readers what nobody would write, from seeds of ours and, where they are beside the checkout, the vectors of
// ../shared: npm run fuzz -- [--target X[,Y]] [--seconds N | --count N] [--seed S] [--from N] [--input FILE] [--json]
// Targets and what must hold of each: testing/fuzz/targets.
import { runSources } from "./run-sources.mjs";

await runSources("testing/fuzz/main.ts");
