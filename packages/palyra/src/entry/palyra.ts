/** The command. `--version` is answered before anything else is loaded (habit 8). */
import { VERSION } from "../version.ts";
import { stdout } from "./streams.ts";

const [first, ...more] = process.argv.slice(2);
if (more.length === 0 && (first === "--version" || first === "-V")) stdout.write(`palyra ${VERSION}\n`);
else await (await import("./main.ts")).main(process.argv.slice(2));
