// The command line in a process of its own, which the tests' fault points can end.
import { main } from "../../src/entry/main.ts";

await main(process.argv.slice(2));
