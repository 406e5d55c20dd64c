// Measures the rules on the words that a model reads: npm run texts [-- --missed | --write] (testing/tool-texts/main.ts).
import { runSources } from "./run-sources.mjs";

await runSources("testing/tool-texts/main.ts");
