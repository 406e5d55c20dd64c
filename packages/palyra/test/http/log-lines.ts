/** Says three lines, and then what its word names: `waits`, `fails` or `ends`. */
import { createLog } from "../../src/http/index.ts";

const [, , then = ""] = process.argv;
const { log } = createLog();
for (const line of ["one", "two", "three"]) log.info({ line }, "said");
if (then === "fails") throw new Error("it fails");
if (then === "ends") process.exit(3);
// Until somebody ends it.
process.stdin.resume();
